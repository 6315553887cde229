"""Means and higher moments of each feature, in one pass over the frames of a file."""

from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.moments import Floats, check_finite
from stftcli.errors import InputError

_GROUP_FRAMES, _GROUP_VALUES = 128, 1 << 18


class FeatureMoments:
    """Count, mean, central sums and range of each feature by itself, gathered in float64.

    The first frame is subtracted from all, so that a feature that does not vary has no spread at
    all. Groups of frames, counted from the first, are merged as in `Moments` (the higher powers by
    the binomial theorem), so that the sizes of the batches change no bit.

    Parameters
    ----------
    order : int, default 2
        The highest power that is summed; the mean alone is quicker with 1.

    Attributes
    ----------
    count : int
        Number of frames.
    dtype : dtype
        Type of their values.
    least, greatest : ndarray, shape ([channels,] features)
        The range of each feature.
    sums : ndarray, shape (order + 1, [channels,] features)
        Once finished, the sum of each power of the values less their mean.
    """

    def __init__(self, order: int = 2) -> None:
        self.count = self._filled = 0
        self._order = order
        self.least: NDArray[Any] = np.empty(0)
        self.greatest: NDArray[Any] = np.empty(0)

    def add(self, batch: NDArray[Any]) -> None:
        """Take a batch of shape (any, [channels,] features)."""
        if not len(batch):
            return
        if not self.count:
            self._begin(batch[0])
        self.count += len(batch)
        self.least = np.minimum(self.least, batch.min(axis=0))
        self.greatest = np.maximum(self.greatest, batch.max(axis=0))
        while len(batch):
            free = self._group[self._filled :]
            taken = min(len(free), len(batch))
            np.subtract(batch[:taken], self._origin, out=free[:taken])
            self._filled += taken
            if self._filled == len(self._group):
                self._merge()
            batch = batch[taken:]

    def finish(self) -> None:
        """Say that all frames are there; InputError if there are none, or none that will do."""
        if not self.count:
            raise InputError("there are no frames to take statistics of")
        if self._filled:
            self._merge()
        # Which of 0 and -0 is found depends on where batches end.
        self.least, self.greatest = self.least + 0.0, self.greatest + 0.0
        check_finite(self.sums)
        check_finite(self._shifted_mean)

    @property
    def mean(self) -> Floats:
        """The mean of each feature, shape ([channels,] features)."""
        return np.asarray(self._origin + self._shifted_mean)

    def deviation(self, ddof: int = 0) -> Floats:
        """Give the standard deviation, the variance being divided by ``max(1, count - ddof)``."""
        return np.asarray(np.sqrt(self.sums[2] / max(1, self.count - ddof)))

    def _begin(self, frame: NDArray[Any]) -> None:
        self.dtype, self.least, self.greatest = frame.dtype, frame, frame
        self._origin: Floats = frame.astype(np.float64)
        self._shifted_mean: Floats = np.zeros(frame.shape)
        # By the frame alone, and few enough of long ones.
        frames = max(1, min(_GROUP_FRAMES, _GROUP_VALUES // max(1, frame.size)))
        self._group: Floats = np.empty((frames, *frame.shape))
        self.sums: Floats = np.zeros((self._order + 1, *frame.shape))

    def _merge(self) -> None:
        group, before = self._group[: self._filled], self._shifted_mean
        self._filled = 0
        with np.errstate(all="ignore"):  # asked for at the end
            mean = group.mean(axis=0)
            after = before + (mean - before) * (len(group) / (len(group) + self.sums[0]))
            if self._order > 1:
                group -= mean
                own = _power_sums(group, self._order)
                self.sums = _moved(self.sums, before - after) + _moved(own, mean - after)
                self.sums[1] = 0  # as the mean is the mean
            else:
                self.sums[0] += len(group)
        self._shifted_mean = after


def _power_sums(values: Floats, order: int) -> Floats:
    power = np.ones_like(values)
    sums = np.empty((order + 1, *values.shape[1:]))
    for row in sums:
        np.sum(power, axis=0, out=row)
        power *= values
    sums[1] = 0
    return sums


def _moved(sums: Floats, shift: Floats) -> Floats:
    # sum (x + shift)^p = sum_k comb(p, k) shift^k sum x^(p - k)
    return np.stack(
        [
            sum((comb(p, k) * shift**k * sums[p - k] for k in range(1, p + 1)), sums[p])
            for p in range(len(sums))
        ]
    )
