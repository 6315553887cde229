"""Samples in stretches of one length, whatever blocks they come in."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[Any]


class Stretches:
    """Cuts blocks into stretches of `length` samples that follow one another.

    Attributes
    ----------
    rest : ndarray, shape (channels, fewer than length)
        The samples behind the last whole stretch.
    """

    def __init__(self, channels: int, length: int) -> None:
        self._length = length
        self.rest: Samples = np.empty((channels, 0))

    def push(self, block: Samples) -> Samples:
        """Take samples of shape (channels, any), give shape (channels, stretches, length)."""
        # In one order of memory: else sums would be rounded by how the block lies there.
        there = np.ascontiguousarray(np.concatenate((self.rest, block), axis=-1), np.float64)
        whole = there.shape[-1] // self._length * self._length
        self.rest = there[:, whole:].copy()
        return there[:, :whole].reshape(len(there), -1, self._length)
