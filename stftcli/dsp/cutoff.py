"""The frequency above which a sound holds nothing, which tells of lossy encoding."""

from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.stretches import Stretches
from stftcli.dsp.windows import make_window

_FRAME_S = 0.1
_FRAMES_AT_ONCE = 16
_SHARE = 0.01
"""Of the frames: in fewer there may be a click, which has all frequencies."""
_BELOW_HIGHEST = 1e-10
"""Of a frame's strongest bin: the filters of MP3 let through what is some 100 dB lower."""
_ABOVE_ROUNDING = 10**1.2
"""12 dB: more than dither of two steps adds, and more than chance does to the mean of a group."""
_GROUP = 8
"""Bins that are looked at together, some 80 Hz."""


class Cutoff:
    """Finds the highest frequency of a sound that is taken in blocks.

    Eight neighbouring bins of a frame (a Hann window of about 100 ms) hold something if their mean
    power is more than 12 dB above that of rounding to so many bits, and less than 100 dB below the
    frame's strongest bin. They count if that is so in one frame of a hundred.

    Parameters
    ----------
    channels, rate_hz : int
        Of the sound.
    bits : int
        Of a sample: rounding to them is nothing. The noise of one step is 1/12 of its square.
    """

    def __init__(self, channels: int, rate_hz: int, bits: int) -> None:
        self._rate_hz = rate_hz
        self._length = max(16, 1 << round(log2(max(1.0, _FRAME_S * rate_hz))))
        self._window = make_window("hann", self._length)
        self._rounding = _ABOVE_ROUNDING * (2.0 ** (1 - bits)) ** 2 / 12
        self._stretches = Stretches(channels, self._length)
        self._frames = 0
        self._counts = np.zeros((channels, self._length // 2 // _GROUP), np.int64)

    def push(self, block: NDArray[Any]) -> None:
        """Take samples of shape (channels, any)."""
        frames = self._stretches.push(block)
        for first in range(0, frames.shape[1], _FRAMES_AT_ONCE):
            self._count(frames[:, first : first + _FRAMES_AT_ONCE], self._window)

    def finish(self) -> list[float | None]:
        """Give the frequency in Hz for each channel; None for one that holds nothing at all."""
        rest = self._stretches.rest
        if not self._frames and rest.shape[-1]:
            self._count(rest[:, np.newaxis], _short_window(rest.shape[-1]))
        return [self._highest_hz(counts) for counts in self._counts]

    def _count(self, frames: NDArray[Any], window: NDArray[Any]) -> None:
        power = np.abs(np.fft.rfft(frames * window, self._length)) ** 2
        highest = power.max(axis=-1, keepdims=True)
        groups = power[..., :-1].reshape(*power.shape[:-1], -1, _GROUP).mean(axis=-1)
        nothing = np.maximum(_BELOW_HIGHEST * highest, self._rounding * np.square(window).sum())
        self._counts += (groups > nothing).sum(axis=1)
        self._frames += frames.shape[1]

    def _highest_hz(self, counts: NDArray[Any]) -> float | None:
        there = np.flatnonzero(counts >= max(1, _SHARE * self._frames))
        if not len(there):
            return None
        return float((there[-1] + 1) * _GROUP * self._rate_hz / self._length)


def _short_window(samples: int) -> NDArray[np.float64]:
    """Give a Hann window without the zeros at its ends, which may be all that there is."""
    return make_window("hann", samples + 2, periodic=False)[1:-1]
