"""Descriptors and limits are librosa's, statistics of a file scipy's."""

from collections.abc import Iterable
from functools import partial
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from stftcli import STFT
from stftcli.dsp.descriptors import DESCRIPTORS, FrameDescriptors, frame_rms, zero_crossing_rate
from stftcli.features.statistics import FeatureStatistics
from stftcli.features.steps.log import RelativeToLargest
from stftcli.features.steps.normalize import scale_frames_to_peak
from stftcli.features.steps.top_db import LimitedRange
from tests.oracles.conftest import oracle
from tests.signals import assert_close, noise

Reals = NDArray[Any]

LAYOUTS = [(22050, 2048), (22050, 512), (16000, 400), (16000, 401), (44100, 1102), (48000, 1200)]
each_layout = pytest.mark.parametrize(("rate_hz", "length"), LAYOUTS)
each_type = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def summarize(batches: Iterable[NDArray[Any]], names: Iterable[str]) -> NDArray[Any]:
    return FeatureStatistics(names).row_of(batches)


@pytest.fixture(scope="session")
def scipy_stats() -> Any:
    return oracle("scipy.stats")


def sound(rate_hz: int, seed: int = 0) -> NDArray[np.float64]:
    """Give a second: silence, a chord that fades out, noise that fades in, noise of one bit."""
    t = np.arange(rate_hz // 4) / rate_hz
    chord = sum(np.sin(2 * np.pi * hz * t) for hz in (220, 1234.5, 5000)) * np.exp(-12 * t)
    hiss = noise(len(t), seed=seed) * t
    bits = np.sign(noise(len(t), seed=seed + 1)) * 2.0**-15
    return np.concatenate((np.zeros(len(t)), chord / 4, hiss, bits))


def bins_hz(rate_hz: int, length: int) -> Reals:
    return np.arange(length // 2 + 1) * rate_hz / length


def stepped(step: Any, values: Reals) -> Reals:
    batches = [values[first : first + 7] for first in range(0, len(values), 7)]
    for batch in batches:
        step.observe(batch)
    return np.concatenate([step.apply(batch) for batch in batches])


def magnitudes_of(samples: Reals, length: int, dtype: Any) -> Reals:
    return np.asarray(np.abs(STFT(length, length // 4, dtype=dtype)(samples)))


def described(name: str, magnitudes: Reals, rate_hz: int, length: int) -> Reals:
    """Describe magnitudes of shape (frames, bins) in batches of seven frames."""
    frames = np.pad(magnitudes, ((0, 0), (0, 2)))
    descriptors = FrameDescriptors([name], magnitudes.shape[-1], rate_hz / length, rate_hz)
    batches = (frames[first : first + 7] for first in range(0, len(frames), 7))
    return np.concatenate(list(descriptors.describe(batches)))


@each_layout
@each_type
@pytest.mark.parametrize("name", ["centroid", "bandwidth"])
def test_where_a_spectrum_lies_equals_librosa(
    name: str, rate_hz: int, length: int, dtype: Any, librosa: Any
) -> None:
    magnitudes = magnitudes_of(sound(rate_hz), length, dtype)
    measure = getattr(librosa.feature, f"spectral_{name}")
    wanted = measure(S=magnitudes.T, sr=rate_hz, n_fft=length, freq=bins_hz(rate_hz, length)).T
    got = described(name, magnitudes, rate_hz, length)
    assert_close(got, wanted, 1e-6 if dtype == np.float32 else 1e-12)


@each_layout
@each_type
def test_rolloff_equals_librosa(rate_hz: int, length: int, dtype: Any, librosa: Any) -> None:
    magnitudes = magnitudes_of(sound(rate_hz), length, dtype)
    wanted = librosa.feature.spectral_rolloff(
        S=magnitudes.T, sr=rate_hz, freq=bins_hz(rate_hz, length)
    ).T
    # The same bins, and only the rounding of their frequencies.
    np.testing.assert_allclose(described("rolloff", magnitudes, rate_hz, length), wanted, rtol=1e-7)


@each_layout
@each_type
def test_flatness_equals_librosa(rate_hz: int, length: int, dtype: Any, librosa: Any) -> None:
    magnitudes = magnitudes_of(sound(rate_hz), length, dtype)
    wanted = librosa.feature.spectral_flatness(S=magnitudes.T).T
    got = described("flatness", magnitudes, rate_hz, length)
    np.testing.assert_allclose(got, wanted, rtol=2e-5 if dtype == np.float32 else 1e-12)


@each_layout
@each_type
def test_contrast_equals_librosa_where_its_range_is_free(
    rate_hz: int, length: int, dtype: Any, librosa: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # librosa limits the decibels to 80 below the largest of the file.
    unlimited = partial(librosa.power_to_db, top_db=None)
    monkeypatch.setattr(oracle("librosa.feature.spectral"), "power_to_db", unlimited)
    magnitudes = magnitudes_of(sound(rate_hz), length, dtype)
    wanted = librosa.feature.spectral_contrast(S=magnitudes.T, sr=rate_hz, n_fft=length).T
    got = described("contrast", magnitudes, rate_hz, length)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-4 if dtype == np.float32 else 1e-10)


@each_layout
def test_contrast_of_noise_equals_librosa_as_it_is_called_by_default(
    rate_hz: int, length: int, librosa: Any
) -> None:
    magnitudes = magnitudes_of(noise(rate_hz), length, np.float32)
    wanted = librosa.feature.spectral_contrast(S=magnitudes.T, sr=rate_hz, n_fft=length).T
    got = described("contrast", magnitudes, rate_hz, length)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-4)


@pytest.mark.parametrize("rate_hz", [8000, 12800])
def test_contrast_is_refused_where_librosa_refuses_it(rate_hz: int, librosa: Any) -> None:
    magnitudes = magnitudes_of(noise(rate_hz), 512, np.float32)
    with pytest.raises(librosa.ParameterError, match="exceeds Nyquist"):
        librosa.feature.spectral_contrast(S=magnitudes.T, sr=rate_hz, n_fft=512)
    with pytest.raises(ValueError, match="a rate above 12800 Hz"):
        described("contrast", magnitudes, rate_hz, 512)


def test_what_librosa_computes_by_default_is_meant(librosa: Any) -> None:
    magnitudes = magnitudes_of(noise(22050), 2048, np.float32)
    for name in ("centroid", "bandwidth", "rolloff", "flatness", "contrast"):
        wanted = getattr(librosa.feature, f"spectral_{name}")(S=magnitudes.T).T
        assert wanted.shape[1] == len(DESCRIPTORS[name].columns)
        np.testing.assert_allclose(
            described(name, magnitudes, 22050, 2048), wanted, rtol=2e-5, atol=1e-4
        )


@each_layout
@each_type
def test_rms_and_zero_crossings_equal_librosa(
    rate_hz: int, length: int, dtype: Any, librosa: Any
) -> None:
    samples = sound(rate_hz).astype(dtype)
    frames = sliding_window_view(samples, length)[np.newaxis, :: length // 4]
    lengths = {"frame_length": length, "hop_length": length // 4, "center": False}
    wanted = librosa.feature.rms(y=samples, **lengths, dtype=dtype)
    assert_close(frame_rms(frames), wanted, 1e-6 if dtype == np.float32 else 1e-13)
    wanted = librosa.feature.zero_crossing_rate(samples, **lengths)
    assert_close(zero_crossing_rate(frames), wanted, 1e-7)


@each_type
@pytest.mark.parametrize("top_db", [20.0, 80.0])
def test_limits_equal_power_to_db(top_db: float, dtype: Any, librosa: Any) -> None:
    power = magnitudes_of(sound(22050), 512, dtype) ** 2
    levels = librosa.power_to_db(power, top_db=None)
    got = stepped(LimitedRange(top_db), levels)
    np.testing.assert_array_equal(got, librosa.power_to_db(power, top_db=top_db))
    relative = stepped(RelativeToLargest(), got)
    wanted = librosa.power_to_db(power, ref=np.max, top_db=top_db)
    np.testing.assert_allclose(relative, wanted, rtol=0, atol=2e-5)


@each_type
def test_scaled_frames_equal_librosa(dtype: Any, librosa: Any) -> None:
    frames = magnitudes_of(sound(22050), 512, dtype) - dtype(0.01)
    frames[3] = 0
    wanted = librosa.util.normalize(frames, norm=np.inf, axis=-1)
    np.testing.assert_array_equal(scale_frames_to_peak(frames), wanted)


@pytest.mark.parametrize("offset", [0.0, -1e3, 1e6])
@pytest.mark.parametrize("frames", [2, 3, 127, 128, 129, 1000])
def test_statistics_equal_scipy(frames: int, offset: float, scipy_stats: Any) -> None:
    values = np.exp(noise(frames, 2, 5).astype(np.float64)) + offset
    got = summarize(np.split(values, [0, 1, 50]), ("skewness", "kurtosis", "std"))
    skewness, kurtosis = scipy_stats.skew(values), scipy_stats.kurtosis(values)
    wanted = np.concatenate((skewness, kurtosis, values.std(axis=0)), axis=-1)[np.newaxis]
    # The mean that scipy subtracts is rounded, the more the larger it is.
    assert_close(got, wanted, 1e-10 if offset < 1e6 else 1e-8)


def test_statistics_of_float32_equal_scipy_in_float64(scipy_stats: Any) -> None:
    values = np.exp(noise(700, 9))
    got = summarize(iter([values]), ("skewness", "kurtosis"))
    exact = values.astype(np.float64)
    wanted = np.concatenate((scipy_stats.skew(exact), scipy_stats.kurtosis(exact)))[np.newaxis]
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, wanted, rtol=1e-6, atol=1e-6)
