"""Levels: a sine at full scale is at 0 dBFS, whatever the window; silence is finite."""

import numpy as np
import pytest

from stftcli import STFT
from stftcli.dsp.levels import levels_dbfs


@pytest.mark.parametrize("window", ["hann", "hamming", "blackmanharris", "boxcar", "kaiser:8.6"])
@pytest.mark.parametrize("win_length", [512, 300])
@pytest.mark.parametrize("amplitude", [1.0, 0.1])
def test_a_sine_at_the_centre_of_a_bin(window: str, win_length: int, amplitude: float) -> None:
    sine = amplitude * np.sin(2 * np.pi * 64 / 512 * np.arange(4096) + 0.3)
    stft = STFT(512, 128, win_length, window, center=False, dtype="float64")
    levels = levels_dbfs(np.abs(stft(sine)) ** 2, stft.window)
    np.testing.assert_allclose(levels[:, 64], 20 * np.log10(amplitude), atol=0.01)
    assert (levels.argmax(axis=1) == 64).all()


def test_silence_is_finite_and_very_low() -> None:
    stft = STFT(512, 128)
    levels = levels_dbfs(np.abs(stft(np.zeros(2000, np.float32))) ** 2, stft.window)
    np.testing.assert_array_equal(levels, -200)


def test_twice_the_power_is_three_decibels() -> None:
    levels = levels_dbfs(np.array([1.0, 2.0, 4.0]), np.ones(2))
    np.testing.assert_allclose(levels, [0, 3.0103, 6.0206], atol=1e-4)
