"""What was last seen of a long stream, as much of it as is still needed; on disk if it is much."""

from collections.abc import Iterator
from contextlib import suppress
from types import TracebackType
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.files.temporary import temp_space_errors, temporary_file
from stftcli.files.untrusted import read_exactly

MAX_IN_MEMORY = 1 << 24
_PIECE_BYTES = 1 << 20

Rows = NDArray[Any]


class Window:
    """Rows of a stream, counted from its first; use it in a `with` statement.

    Parameters
    ----------
    max_bytes : int
        How many wait in memory; more of them wait in a temporary file.

    Attributes
    ----------
    end : int
        How many were pushed.
    """

    def __init__(self, max_bytes: int = MAX_IN_MEMORY) -> None:
        self._max_bytes, self.end = max_bytes, 0
        self._first = 0  # of the rows that are held
        self._buffer: Rows | None = None  # holds them from `_begin` on
        self._begin = 0
        self._file: IO[bytes] | None = None
        self._file_first = 0  # the row that the file begins with

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def push(self, rows: Rows) -> None:
        """Add rows, of which a copy is kept."""
        held = self.end - self._first
        if self._buffer is None:
            self._buffer = np.empty((0, *rows.shape[1:]), rows.dtype)
        if self._file is None and (held + len(rows)) * _row_bytes(rows) > self._max_bytes and held:
            self._move_to_file()
        if self._file is not None:
            with temp_space_errors():
                self._file.seek((self.end - self._file_first) * _row_bytes(rows))
                self._file.write(np.ascontiguousarray(rows).data)
        else:
            self._make_room(len(rows))
            at = self._begin + held
            self._buffer[at : at + len(rows)] = rows
        self.end += len(rows)

    def pieces(self, first: int, last: int) -> Iterator[Rows]:
        """Give the rows [first, last) that there are, in order, not too many at a time."""
        assert first >= self._first
        last = min(last, self.end)
        if first >= last or self._buffer is None:
            return
        step = max(1, _PIECE_BYTES // _row_bytes(self._buffer))
        for row in range(first, last, step):
            yield self._rows(row, min(last, row + step))

    def forget(self, before: int) -> None:
        """Drop the rows before this one."""
        before = min(max(before, self._first), self.end)
        self._begin += before - self._first
        self._first = before
        if before == self.end and self._file is not None:
            self._close()
            self._file, self._begin = None, 0

    def _rows(self, first: int, last: int) -> Rows:
        assert self._buffer is not None
        if self._file is None:
            at = self._begin - self._first
            return self._buffer[at + first : at + last]
        size = _row_bytes(self._buffer)
        with temp_space_errors():
            self._file.seek((first - self._file_first) * size)
        content = read_exactly(self._file, (last - first) * size)
        return np.frombuffer(content, self._buffer.dtype).reshape(-1, *self._buffer.shape[1:])

    def _close(self) -> None:
        # It may hold what found no room; that has been told, and is not needed.
        with suppress(OSError):
            if self._file is not None:
                self._file.close()

    def _make_room(self, rows: int) -> None:
        assert self._buffer is not None
        held = self.end - self._first
        if self._begin + held + rows <= len(self._buffer):
            return
        kept = self._buffer[self._begin : self._begin + held]
        if 2 * (held + rows) > len(self._buffer):
            shape = (2 * (held + rows), *self._buffer.shape[1:])
            self._buffer = np.empty(shape, self._buffer.dtype)
        self._buffer[:held], self._begin = kept, 0

    def _move_to_file(self) -> None:
        held = list(self.pieces(self._first, self.end))
        with temp_space_errors():
            self._file, self._file_first = temporary_file(), self._first
            for piece in held:
                self._file.write(np.ascontiguousarray(piece).data)
        assert self._buffer is not None
        self._buffer, self._begin = self._buffer[:0].copy(), 0


def _row_bytes(rows: Rows) -> int:
    return int(rows.dtype.itemsize * np.prod(rows.shape[1:], dtype=np.int64))
