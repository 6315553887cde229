"""The highest frequency of a sound: tones, cut noise, rounding, clicks."""

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.dsp.cutoff import Cutoff

RATE_HZ = 16_000


def highest_hz(*channels: NDArray[np.float64], bits: int = 16) -> list[float | None]:
    cutoff = Cutoff(len(channels), RATE_HZ, bits)
    cutoff.push(np.stack(channels))
    return cutoff.finish()


def white(seconds: float = 2.0, seed: int = 1) -> NDArray[np.float64]:
    return 0.2 * np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))


def below(hz: float, signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Take away all from a frequency on."""
    spectrum = np.fft.rfft(signal)
    spectrum[np.fft.rfftfreq(len(signal), 1 / RATE_HZ) >= hz] = 0
    return np.fft.irfft(spectrum, len(signal))


def rounded(signal: NDArray[np.float64], dither: float = 0.0) -> NDArray[np.float64]:
    """Round to 16 bits, with triangular dither of so many steps either way."""
    random = np.random.default_rng(3)
    steps = signal * 32768 + dither * (random.random(len(signal)) - random.random(len(signal)))
    return np.asarray(np.round(steps) / 32768)


@pytest.mark.parametrize("hz", [1000.0, 3400.0, 7000.0])
@pytest.mark.parametrize("dither", [0.0, 1.0])
def test_noise_that_is_cut_off_and_rounded(hz: float, dither: float) -> None:
    (found,) = highest_hz(rounded(below(hz, white()), dither))
    assert found == pytest.approx(hz, abs=150)


def test_white_noise_goes_up_to_half_the_rate() -> None:
    assert highest_hz(white(), 1e-3 * white()) == [RATE_HZ / 2, RATE_HZ / 2]


def test_channels_are_looked_at_each_for_itself() -> None:
    cut, whole = highest_hz(rounded(below(3000, white())), white())
    assert cut == pytest.approx(3000, abs=150)
    assert whole == RATE_HZ / 2


def test_nothing_but_rounding_is_nothing() -> None:
    assert highest_hz(np.zeros(5000), rounded(np.zeros(5000), 1.0)) == [None, None]


def test_what_is_rounding_depends_on_the_bits() -> None:
    faint = 2.0**-17 * below(2000, white())
    assert highest_hz(faint) == [None]
    (found,) = highest_hz(faint, bits=24)
    assert found == pytest.approx(2000, abs=150)


def test_a_click_has_all_frequencies_and_counts_for_nothing() -> None:
    signal = rounded(below(3000, white(60.0)))
    signal[300_000] = 0.9
    (found,) = highest_hz(signal)
    assert found == pytest.approx(3000, abs=150)


def test_a_call_in_two_frames_of_a_hundred_counts() -> None:
    time = np.arange(20 * RATE_HZ) / RATE_HZ
    call = np.exp(-(((time - 8) / 0.2) ** 2)) * np.sin(2 * np.pi * 6000 * time)
    (found,) = highest_hz(rounded(below(1000, white(20.0)) + 0.1 * call))
    assert found == pytest.approx(6000, abs=150)


@pytest.mark.parametrize("samples", [1, 2, 100, 1000])
def test_a_sound_shorter_than_a_frame_is_looked_at(samples: int) -> None:
    (found,) = highest_hz(white()[:samples])
    assert found is not None
    assert 0 < found <= RATE_HZ / 2
