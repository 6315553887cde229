"""Levels of samples: what each measure says, and that blocks change no digit of it."""

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from stftcli.dsp.level_meter import LevelMeter, Levels
from tests.signals import noise

RATE_HZ = 8000
FULL = 1 - 2.0**-15


def measured(signal: ArrayLike, block: int | None = None, full_scale: float = FULL) -> list[Levels]:
    samples = np.atleast_2d(np.asarray(signal, float))
    meter = LevelMeter(len(samples), RATE_HZ, full_scale, 16)
    for first in range(0, samples.shape[1], block or max(1, samples.shape[1])):
        meter.push(samples[:, first : first + block if block else None])
    return meter.finish()


def of(signal: ArrayLike, full_scale: float = FULL) -> Levels:
    (levels,) = measured(signal, full_scale=full_scale)
    return levels


def sine(hz: float, amplitude: float = 1.0, seconds: float = 1.0) -> NDArray[np.float64]:
    time = np.arange(round(RATE_HZ * seconds)) / RATE_HZ
    return np.asarray(amplitude * np.sin(2 * np.pi * hz * time))


def test_a_full_scale_sine_has_an_rms_of_minus_three() -> None:
    levels = of(sine(1000))
    assert levels.peak_dbfs == pytest.approx(0, abs=1e-9)
    assert levels.rms_dbfs == pytest.approx(-3.0103, abs=1e-4)
    assert levels.crest_factor == pytest.approx(2**0.5)
    assert levels.noise_floor_dbfs == pytest.approx(-3.0103, abs=0.05)
    assert levels.dc_offset == pytest.approx(0, abs=1e-12)


def test_the_mean_of_the_samples() -> None:
    assert of(sine(1000, 0.1) - 0.25).dc_offset == pytest.approx(-0.25)


@pytest.mark.parametrize("gain_db", [0.0, -20.0, -73.4])
def test_the_noise_floor_is_what_a_tenth_of_the_frames_stay_below(gain_db: float) -> None:
    quiet, loud = 10 ** (gain_db / 20) * sine(1000, seconds=0.15), sine(500, seconds=0.85)
    assert of(np.concatenate((quiet, loud))).noise_floor_dbfs == pytest.approx(
        gain_db - 3.0103, abs=0.051
    )


def test_a_rare_silence_is_not_the_noise_floor() -> None:
    signal = sine(1000)
    signal[:400] = 0
    assert of(signal).noise_floor_dbfs == pytest.approx(-3.0103, abs=0.05)


@pytest.mark.parametrize(
    ("run", "samples", "runs"),
    [
        ([1, 1], 0, 0),
        ([1, 1, 1], 3, 1),
        ([FULL, FULL, FULL], 3, 1),
        ([-1, -FULL, -1, -1], 4, 1),
        ([1, 1, -1, -1], 0, 0),
        ([1, 1, 1, -1, -1, -1], 6, 2),
        ([1, 1, 1, 0, 1, 1, 1, 1], 7, 2),
        ([0.999] * 5, 0, 0),
    ],
)
@pytest.mark.parametrize("block", [1, 2, 3, 4, 5, None])
def test_clipped_runs(run: list[float], samples: int, runs: int, block: int | None) -> None:
    (levels,) = measured([0, 0, *run, 0, 0], block)
    assert (levels.clipped_samples, levels.clipped_runs) == (samples, runs)


def test_a_run_at_either_end_of_the_sound() -> None:
    assert of([1.0] * 5).clipped_samples == 5
    assert of([0, 1, 1, 1]).clipped_runs == 1
    assert of([1, 1, 1, 0]).clipped_runs == 1


def test_floats_beyond_full_scale_are_clipped_at_one() -> None:
    assert of([0, 1.5, 1.7, 1.2, 0], full_scale=1.0).clipped_samples == 3
    assert of([0, 1.5, 1.7, 1.2, 0], full_scale=1.0).peak_dbfs == pytest.approx(4.6090, abs=1e-4)


def test_silence_has_no_level() -> None:
    assert of(np.zeros(2000)) == Levels(None, None, None, None, 0.0, 0, 0, None)


def test_a_sound_shorter_than_a_frame_is_one() -> None:
    levels = of([0.5, -0.5])
    assert levels.rms_dbfs == pytest.approx(-6.0206, abs=1e-4)
    assert levels.noise_floor_dbfs == pytest.approx(-6.0, abs=0.051)


def test_channels_are_measured_each_for_itself() -> None:
    loud, quiet = sine(1000), 0.1 * sine(300)
    assert measured([loud, quiet]) == [of(loud), of(quiet)]


@pytest.mark.parametrize("block", [1, 17, 399, 400, 401, 1024, 5000])
@pytest.mark.parametrize("samples", [1, 399, 400, 401, 1025, 4321])
def test_blocks_change_no_digit(samples: int, block: int) -> None:
    signal = np.clip(noise(samples, 2).T, -1, 1)
    assert measured(signal, block) == measured(signal)
