"""Panels in pixels, on disk until a page needs them."""

from contextlib import suppress
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.files.temporary import temp_space_errors, temporary_file
from stftcli.files.untrusted import read_exactly

_SAMPLED = 500  # pixels of a panel


class PixelStore:
    """Keeps arrays under numbers, and some of their values; use it in a `with` statement.

    Attributes
    ----------
    samples : dict of int to ndarray
        Of each array the lowest value, the highest, and some others.
    """

    def __init__(self) -> None:
        self.samples: dict[int, NDArray[Any]] = {}
        self._places: dict[int, tuple[int, tuple[int, ...], np.dtype[Any]]] = {}
        self._end = 0
        with temp_space_errors():
            self._file: IO[bytes] = temporary_file()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # It may hold what found no room; that has been told, and is not needed.
        with suppress(OSError):
            self._file.close()

    def add(self, number: int, values: NDArray[Any]) -> None:
        """Keep an array."""
        self._places[number] = self._end, values.shape, values.dtype
        with temp_space_errors():
            self._file.seek(self._end)
            self._file.write(np.ascontiguousarray(values).data.cast("B"))
        self._end += values.nbytes
        some = values.ravel()[:: max(1, values.size // _SAMPLED)]
        self.samples[number] = np.concatenate(([values.min(), values.max()], some))

    def get(self, number: int) -> NDArray[Any] | None:
        """Give an array back; None if there is none of that number."""
        if number not in self._places:
            return None
        place, shape, dtype = self._places[number]
        with temp_space_errors():
            self._file.seek(place)  # writes what still waits
        content = read_exactly(self._file, int(np.prod(shape)) * dtype.itemsize)
        return np.frombuffer(content, dtype).reshape(shape)
