"""Buffers that are used again and again, one set for each thread."""

import threading
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

# A vector of AVX-512 and a line of the cache: numpy writes up to 1.3 times as fast from there on.
_ALIGNMENT = 64
# Larger ones, as of many channels, are not kept: whoever holds an Extractor would hold them too.
_MAX_KEPT_BYTES = 1 << 22


class Workspace(threading.local):
    """Scratch arrays by name; what `take` gives is valid until the same name is taken again.

    They are contiguous: numpy works through such an array at once, and takes 1.5 times as long row
    by row.
    """

    def __init__(self) -> None:
        self._buffers: dict[str, NDArray[Any]] = {}

    def take(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Give an array of this shape with any content."""
        size = prod(shape)
        buffer = self._buffers.get(name)
        if buffer is None or buffer.size < size or buffer.dtype != dtype:
            buffer = _aligned(size, np.dtype(dtype))
            if buffer.nbytes <= _MAX_KEPT_BYTES:
                self._buffers[name] = buffer
        return buffer[:size].reshape(shape)

    def __reduce__(self) -> tuple[type["Workspace"], tuple[()]]:
        return Workspace, ()  # scratch does not travel to another process


def _aligned(size: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    raw = np.empty(size * dtype.itemsize + _ALIGNMENT, np.uint8)
    first = -raw.ctypes.data % _ALIGNMENT
    return raw[first : first + size * dtype.itemsize].view(dtype)
