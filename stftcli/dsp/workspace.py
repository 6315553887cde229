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
_MAX_SPARE_BYTES, _MAX_SPARES = 1 << 20, 4


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
            wanted = size * np.dtype(dtype).itemsize
            buffer = _aligned(_room_for(wanted), wanted).view(dtype)
            if buffer.nbytes <= _MAX_KEPT_BYTES:
                self._buffers[name] = buffer
        return buffer[:size].reshape(shape)

    def __reduce__(self) -> tuple[type["Workspace"], tuple[()]]:
        return Workspace, ()  # scratch does not travel to another process


class Spares(threading.local):
    """Buffers that one is done with, for whoever needs one next in this thread.

    New memory costs more than what is done with it where the system takes it back at once, as in
    the workers of a cluster. At most 4 of a megabyte are kept.
    """

    def __init__(self) -> None:
        self._spare: list[NDArray[np.uint8]] = []

    def lend(self, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Give an array of this shape with any content; nobody else has it."""
        dtype = np.dtype(dtype)
        size = prod(shape) * dtype.itemsize
        large = [raw for raw in self._spare if raw.nbytes >= size + _ALIGNMENT]
        raw = min(large, key=len, default=None)
        if raw is None:
            raw = _room_for(size)
        else:
            self._spare = [one for one in self._spare if one is not raw]
        return _aligned(raw, size).view(dtype).reshape(shape)

    def give_back(self, *arrays: NDArray[Any]) -> None:
        """Take back arrays that were lent, and that nobody uses any more."""
        for array in arrays:
            raw = array.base  # all that was asked for, however small a part was lent
            if raw is not None and raw.nbytes <= _MAX_SPARE_BYTES:
                self._spare.append(raw)
        del self._spare[:-_MAX_SPARES]


def _room_for(size: int) -> NDArray[np.uint8]:
    return np.empty(size + _ALIGNMENT, np.uint8)


def _aligned(raw: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    first = -raw.ctypes.data % _ALIGNMENT
    return raw[first : first + size]
