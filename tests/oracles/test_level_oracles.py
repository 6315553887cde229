"""Densities and levels are those of scipy.signal, and of a sine whose level is known."""

from typing import Any

import numpy as np
import pytest

from stftcli import Extractor
from tests.signals import noise

RATE_HZ = 48_000
SOUND = noise(20_000) / 8


@pytest.mark.parametrize("window", ["hann", "hamming", "boxcar"])
@pytest.mark.parametrize(("length", "hop"), [(512, 256), (511, 100), (4096, 2048)])
@pytest.mark.parametrize(("dtype", "tolerance"), [("float32", 1e-6), ("float64", 1e-12)])
def test_a_density_is_scipys(
    scipy_signal: Any, window: str, length: int, hop: int, dtype: Any, tolerance: float
) -> None:
    how: dict[str, Any] = {"window": window, "nperseg": length, "noverlap": length - hop}
    extractor = Extractor(
        spectrum="psd", n_fft=length, hop_length=hop, window=window, padding="none", dtype=dtype
    )
    ours = extractor(SOUND, RATE_HZ)
    _, _, frames = scipy_signal.spectrogram(
        SOUND.astype(np.float64), RATE_HZ, detrend=False, scaling="density", mode="psd", **how
    )
    _, mean = scipy_signal.welch(SOUND.astype(np.float64), RATE_HZ, detrend=False, **how)
    np.testing.assert_allclose(ours, frames.T, rtol=0, atol=tolerance * frames.max())
    np.testing.assert_allclose(ours.mean(axis=0), mean, rtol=0, atol=tolerance * mean.max())


@pytest.mark.parametrize("length", [512, 511])
def test_a_mean_square_is_scipys_spectrum(scipy_signal: Any, length: int) -> None:
    ours = Extractor(
        spectrum="mean-square", n_fft=length, hop_length=length, padding="none", dtype="float64"
    )(SOUND, RATE_HZ)
    _, _, power = scipy_signal.spectrogram(
        SOUND.astype(np.float64), RATE_HZ, "hann", length, 0, scaling="spectrum", detrend=False
    )
    np.testing.assert_allclose(ours, power.T, rtol=1e-9)


@pytest.mark.parametrize(
    ("options", "pressure"),
    [
        # Samples in uPa: what a full-scale sample stands for.
        ({"sensitivity": "-176.2dB/uPa"}, 10 ** (176.2 / 20)),
        ({"sensitivity": "-201 dB re 1 V/uPa", "full_scale": "1.5V"}, 1.5 * 10 ** (201 / 20)),
        ({"sensitivity": "12.5mV/Pa", "full_scale": "500mV"}, 0.5 / 12.5e-3 * 1e6),
    ],
)
@pytest.mark.parametrize("scaling", ["density", "spectrum"])
def test_calibrated_sound_is_scipys_of_pressures(
    scipy_signal: Any, options: dict[str, Any], pressure: float, scaling: str
) -> None:
    spectrum = "psd" if scaling == "density" else "mean-square"
    ours = Extractor(spectrum=spectrum, n_fft=1024, hop_length=512, padding="none", **options)(
        SOUND, RATE_HZ
    )
    pressures = SOUND.astype(np.float64) * pressure
    _, mean = scipy_signal.welch(
        pressures, RATE_HZ, "hann", 1024, 512, detrend=False, scaling=scaling
    )
    np.testing.assert_allclose(ours.mean(axis=0), mean, rtol=1e-5, atol=1e-6 * mean.max())


@pytest.mark.parametrize("length", [512, 511])
def test_levels_are_twice_scipys_spectrum(scipy_signal: Any, length: int) -> None:
    ours = Extractor(
        spectrum="dbfs", n_fft=length, hop_length=length, padding="none", dtype="float64"
    )(SOUND, RATE_HZ)
    _, _, power = scipy_signal.spectrogram(
        SOUND.astype(np.float64), RATE_HZ, "hann", length, 0, scaling="spectrum", detrend=False
    )
    inside = slice(1, (length + 1) // 2)  # scipy counts 0 Hz and half the rate once
    np.testing.assert_allclose(ours[:, inside], 10 * np.log10(2 * power.T[:, inside]), atol=1e-9)


def test_a_density_sums_to_the_mean_square() -> None:
    density = Extractor(
        spectrum="psd", n_fft=256, hop_length=256, window="boxcar", padding="none", dtype="float64"
    )(SOUND[: 256 * 70], RATE_HZ)
    mean_square = np.square(SOUND[: 256 * 70], dtype=np.float64).mean()
    np.testing.assert_allclose(density.mean(axis=0).sum() * RATE_HZ / 256, mean_square, rtol=1e-12)


@pytest.mark.parametrize("options", [{}, {"int16_scale": True}, {"win_length": 700}])
@pytest.mark.parametrize("amplitude", [1.0, 0.1])
def test_a_sine_has_its_level(options: dict[str, Any], amplitude: float) -> None:
    sine = amplitude * np.sin(2 * np.pi * 64 / 1024 * np.arange(8192))
    levels = Extractor(spectrum="dbfs", n_fft=1024, padding="none", **options)(sine, RATE_HZ)
    np.testing.assert_allclose(levels[:, 64], 20 * np.log10(amplitude), atol=1e-4)


def test_silence_is_200_decibels_down() -> None:
    levels = Extractor(spectrum="dbfs")(np.zeros(8000, np.float32), RATE_HZ)
    np.testing.assert_allclose(levels, -200, atol=1e-4)
