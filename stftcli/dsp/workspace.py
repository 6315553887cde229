"""Buffers that are used again and again, one set for each thread."""

import threading
from math import prod
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Workspace(threading.local):
    """Scratch arrays by name; what `take` gives is valid until the same name is taken again."""

    def __init__(self) -> None:
        self._buffers: dict[str, NDArray[Any]] = {}

    def take(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Give an array of this shape with any content."""
        size = prod(shape)
        buffer = self._buffers.get(name)
        if buffer is None or buffer.size < size or buffer.dtype != dtype:
            buffer = self._buffers[name] = np.empty(size, dtype)
        return buffer[:size].reshape(shape)

    def __reduce__(self) -> tuple[type["Workspace"], tuple[()]]:
        return Workspace, ()  # scratch does not travel to another process
