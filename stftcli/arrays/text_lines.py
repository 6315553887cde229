"""Numbers as text, a line for each frame, and lines of text read some at a time."""

from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from stftcli.arrays.dates import DateSpeller
from stftcli.arrays.spec import ArraySpec

DIGITS = {"float16": "%.5g", "float32": "%.9g"}
"""As few digits as give the same value again; of a float64, Python itself knows how few."""
SHORTEST = "%r"
TIME, DATE = "time_s", "time"
"""What the time of a frame is called: seconds, or a date."""

VALUES_AT_ONCE = 1 << 16
_MAX_LINE = 1 << 25
"""Bytes of a line: a million features of 30 characters."""
_TEXT_AT_ONCE = 1 << 23


class RowTimes:
    """What stands first in each line: the time of its row, in seconds or as a date.

    Attributes
    ----------
    name : str or None
        What it is called; None where rows have no times.
    form : str
        How it is written, for Python's ``%``.
    """

    def __init__(self, spec: ArraySpec) -> None:
        self._times_s, self._dates = spec.times_s, None
        self.name, self.form = (None if spec.times_s is None else TIME), SHORTEST
        if spec.times_s is not None and spec.origin is not None:
            self._dates = DateSpeller(spec.origin, spec.times_s)
            self.name, self.form = DATE, "%s"

    def of(self, first: int, last: int) -> list[Any] | None:
        """Give those of the rows [first, last)."""
        if self._times_s is None:
            return None
        times_s = self._times_s(first, last)
        return times_s.tolist() if self._dates is None else self._dates.spell(times_s)


def with_first(rows: list[list[Any]], firsts: list[Any] | None) -> list[list[Any]]:
    """Put what stands first before each row, if anything does."""
    if firsts is None:
        return rows
    return [[first, *row] for first, row in zip(firsts, rows, strict=True)]


def digits_of(dtype: np.dtype[Any]) -> str:
    """Give how one value of an array is written, for Python's ``%``."""
    return DIGITS.get(str(dtype), SHORTEST)


def lines_of(file: IO[bytes]) -> Iterator[str]:
    """Give the lines of a file; ValueError if one is too long."""
    # Spreadsheets put a mark before the first line.
    encoding = "utf-8-sig"
    while line := file.readline(_MAX_LINE):
        if len(line) == _MAX_LINE:
            raise ValueError(f"it has a line of more than {_MAX_LINE} bytes")
        yield line.decode(encoding)
        encoding = "utf-8"


def some_lines(lines: Iterator[str]) -> list[str]:
    """Give some of the next lines that are not blank; none at the end."""
    texts, characters = [], 0
    for line in lines:
        if not line.isspace():
            texts.append(line)
            characters += len(line)
        if characters >= _TEXT_AT_ONCE:
            break
    return texts
