"""The rows of segments, taken in any order, and given in that of the table."""

from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.files.temporary import temp_space_errors, temporary_file
from stftcli.files.untrusted import read_exactly

_BATCH_BYTES = 1 << 20

Floats = NDArray[np.float64]


class StoredRows(NamedTuple):
    """Some rows of a result.

    Attributes
    ----------
    segments : ndarray of int64, shape (rows,)
        The segment that each is of.
    times_s : ndarray of float64, shape (rows,)
        Its time in the sound.
    values : ndarray, shape (rows, features)
        The features.
    """

    segments: NDArray[np.int64]
    times_s: Floats
    values: NDArray[Any]


class Store:
    """The rows of all segments, on disk; use it in a `with` statement.

    Parameters
    ----------
    segments : int
        How many there are.
    features : int
        How many values a row has.
    dtype : dtype
        Type of the values.

    Attributes
    ----------
    counts : ndarray of int64, shape (segments,)
        How many rows each has.
    """

    def __init__(self, segments: int, features: int, dtype: np.dtype[Any]) -> None:
        self.counts = np.zeros(segments, np.int64)
        self.features, self.dtype = features, dtype
        self._places = np.zeros(segments, np.int64)
        self._first_s, self._step_s = np.zeros(segments), np.zeros(segments)
        self._rows = 0
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

    def begin(self, segment: int, first_s: float, step_s: float) -> None:
        """Say that the rows of a segment follow, of which the first has this time."""
        self._places[segment] = self._rows
        self._first_s[segment], self._step_s[segment] = first_s, step_s

    def add(self, segment: int, rows: NDArray[Any]) -> None:
        """Add rows of the segment that was begun last, shape (any, [channels,] features)."""
        with temp_space_errors():
            self._file.write(np.ascontiguousarray(rows, self.dtype).data)
        self._rows += len(rows)
        self.counts[segment] += len(rows)

    def drop(self, segments: NDArray[np.int64]) -> None:
        """Take back the rows of some segments."""
        self.counts[segments] = 0

    def batches(self) -> Iterator[StoredRows]:
        """Give all rows in the order of the segments, some at a time."""
        with temp_space_errors():
            self._file.flush()
        ends = np.cumsum(self.counts)
        step = max(1, _BATCH_BYTES // (self.features * self.dtype.itemsize))
        for first in range(0, int(self.counts.sum()), step):
            rows = np.arange(first, min(int(ends[-1]), first + step))
            segments = np.searchsorted(ends, rows, "right")
            within = rows - (ends[segments] - self.counts[segments])
            times_s = self._first_s[segments] + within * self._step_s[segments]
            yield StoredRows(segments, times_s, self._read(self._places[segments] + within))

    def _read(self, places: NDArray[np.int64]) -> NDArray[Any]:
        """Read rows from where they stand in the file, neighbours together."""
        values = np.empty((len(places), self.features), self.dtype)
        ends = [*(np.flatnonzero(np.diff(places) != 1) + 1).tolist(), len(places)]
        size, first = self.features * self.dtype.itemsize, 0
        for end in ends:
            self._file.seek(int(places[first]) * size)
            content = read_exactly(self._file, (end - first) * size)
            values[first:end] = np.frombuffer(content, self.dtype).reshape(-1, self.features)
            first = end
        return values
