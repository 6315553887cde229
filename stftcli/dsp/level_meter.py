"""Levels of a sound that is taken in blocks: peak, RMS, noise floor, clipping."""

from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.cutoff import Cutoff
from stftcli.dsp.stretches import Stretches
from stftcli.frozen import Frozen

FRAME_S = 0.05
"""Length of the frames whose RMS tells the noise floor, as in SoX's `stats`."""
FLOOR_SHARE = 0.1
"""Of the frames are below the noise floor."""
_LEVELS = np.arange(-200.0, 200.05, 0.1)
"""Edges of the cells in dB that count frames, so that no frame is kept."""
_POWERS = 10 ** (_LEVELS / 10)
_MIN_RUN = 3
"""Samples at full scale that make a clipped run: one or two are the top of a wave."""


class Levels(Frozen):
    """Levels of one channel; None stands for minus infinity, and for what silence has not.

    Attributes
    ----------
    peak_dbfs : float or None
        Of the largest sample, full scale being 0.
    rms_dbfs : float or None
        20 log10 of the root of the mean square: -3.01 for a sine at full scale.
    crest_factor : float or None
        The largest sample over that root.
    noise_floor_dbfs : float or None
        The RMS that a tenth of all frames of 50 ms stay below, to within 0.05 dB.
    dc_offset : float
        The mean of the samples, full scale being 1.
    clipped_samples, clipped_runs : int
        Samples at full scale in runs of three or more with one sign, and the number of runs.
    cutoff_hz : float or None
        Above it there is nothing but rounding: see `Cutoff`.
    """

    peak_dbfs: float | None
    rms_dbfs: float | None
    crest_factor: float | None
    noise_floor_dbfs: float | None
    dc_offset: float
    clipped_samples: int
    clipped_runs: int
    cutoff_hz: float | None


class LevelMeter:
    """Measures a sound in constant memory; the blocks change no digit.

    Parameters
    ----------
    channels, rate_hz : int
        Of the sound.
    full_scale : float
        The largest positive sample that its format has.
    bits : int
        Of a sample; of what has none, those that it is worth.
    """

    def __init__(self, channels: int, rate_hz: int, full_scale: float, bits: int) -> None:
        self._stretches = Stretches(channels, max(1, round(FRAME_S * rate_hz)))
        self._full_scale, self._samples = full_scale, 0
        self._peaks, self._sums, self._squares = np.zeros((3, channels))
        self._frames = np.zeros((channels, len(_LEVELS) + 1), np.int64)
        self._runs = [_Runs() for _ in range(channels)]
        self._cutoff = Cutoff(channels, rate_hz, bits)

    def push(self, block: NDArray[Any]) -> None:
        """Take samples of shape (channels, any), full scale being 1."""
        if not block.shape[-1]:
            return
        self._samples += block.shape[-1]
        self._peaks = np.maximum(self._peaks, np.abs(block).max(axis=-1))
        self._add(self._stretches.push(block))
        self._cutoff.push(block)
        signs = (block >= self._full_scale).astype(np.int8) - (block <= -self._full_scale)
        for runs, of_channel in zip(self._runs, signs, strict=True):
            runs.push(of_channel)

    def finish(self) -> list[Levels]:
        """Give the levels of each channel."""
        counted = self._frames.any()
        rest = self._stretches.rest
        if rest.shape[-1]:
            self._add(rest[:, np.newaxis], counted=not counted)
        cutoffs_hz = self._cutoff.finish()
        return [self._levels(channel, hz) for channel, hz in enumerate(cutoffs_hz)]

    def _add(self, frames: NDArray[Any], *, counted: bool = True) -> None:
        squares = np.square(frames).sum(axis=-1)
        # One after another, so that the sum does not depend on how many come at once.
        self._squares = _added(self._squares, squares)
        self._sums = _added(self._sums, frames.sum(axis=-1))
        if counted and frames.shape[1]:
            cells = np.digitize(squares / frames.shape[-1], _POWERS)
            for channel, of_channel in enumerate(cells):
                self._frames[channel] += np.bincount(of_channel, minlength=self._frames.shape[1])

    def _levels(self, channel: int, cutoff_hz: float | None) -> Levels:
        peak, count = float(self._peaks[channel]), max(1, self._samples)
        rms = float(np.sqrt(self._squares[channel] / count))
        runs = self._runs[channel]
        return Levels(
            peak_dbfs=_decibels(peak),
            rms_dbfs=_decibels(rms),
            crest_factor=peak / rms if rms else None,
            noise_floor_dbfs=_floor_db(self._frames[channel]),
            dc_offset=float(self._sums[channel]) / count,
            clipped_samples=runs.clipped_samples,
            clipped_runs=runs.clipped_runs,
            cutoff_hz=cutoff_hz,
        )


class _Runs:
    """Runs of samples at full scale, which may go on from one block to the next."""

    def __init__(self) -> None:
        self.clipped_samples = self.clipped_runs = 0
        self._sign, self._length = 0, 0

    def push(self, signs: NDArray[np.int8]) -> None:
        """Take 1 and -1 for samples at full scale, 0 for others."""
        if not self._length and not signs.any():
            return
        ends = np.append(np.flatnonzero(np.diff(signs)) + 1, len(signs))
        lengths = np.diff(ends, prepend=0)
        run_signs = signs[ends - 1]
        if run_signs[0] != self._sign:
            self._sign, self._length = int(run_signs[0]), 0
        lengths[0] += self._length
        # What was told of the run that goes on is told again, with all of it.
        if self._length >= _MIN_RUN:
            self.clipped_runs -= 1
            self.clipped_samples -= self._length
        told = lengths[(run_signs != 0) & (lengths >= _MIN_RUN)]
        self.clipped_runs += len(told)
        self.clipped_samples += int(told.sum())
        self._sign = int(run_signs[-1])
        self._length = int(lengths[-1]) if self._sign else 0


def _added(total: NDArray[Any], terms: NDArray[Any]) -> NDArray[Any]:
    sums = np.cumsum(np.concatenate((total[:, np.newaxis], terms), axis=1), axis=1)
    return np.asarray(sums[:, -1])


def _decibels(amplitude: float) -> float | None:
    return 20 * float(np.log10(amplitude)) if amplitude else None


def _floor_db(counts: NDArray[np.int64]) -> float | None:
    """Give the level of the cell in which the quiet share of the frames ends."""
    at = int(np.searchsorted(np.cumsum(counts), max(1.0, FLOOR_SHARE * counts.sum())))
    edges = np.array([-inf, *_LEVELS, inf])
    return None if at == 0 else float(np.round(edges[at : at + 2].mean(), 2))
