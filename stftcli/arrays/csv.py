"""Feature arrays as text, a line for each frame."""

import io
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.dates import DateSpeller
from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.rows import MAX_FEATURES, Batches
from stftcli.arrays.spec import ArraySpec
from stftcli.arrays.text_lines import (
    DATE,
    SHORTEST,
    TIME,
    VALUES_AT_ONCE,
    digits_of,
    lines_of,
    some_lines,
)
from stftcli.arrays.writer import ArrayWriter, refuse_bins_first, refuse_complex
from stftcli.settings.choices import Layout


class CsvWriter(ArrayWriter):
    """A .csv file: a header of names, then the time and the values of each frame.

    The time is `time_s`, in seconds, or `time`, a date as ISO 8601 writes it. The features of
    several channels stand in one line, named `ch1_mel_1`; units follow the names, as in
    `1000 Hz (dB re 1 uPa^2/Hz)`.
    """

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        super().__init__(file, spec)
        names = column_names(spec)
        formats = [digits_of(spec.dtype)] * len(names)
        self._at_once = max(1, VALUES_AT_ONCE // len(names))
        self._dates: DateSpeller | None = None
        if spec.times_s is not None and spec.origin is not None:
            self._dates = DateSpeller(spec.origin, spec.times_s)
            names, formats = (DATE, *names), ["%s", *formats]
        elif spec.times_s is not None:
            names, formats = (TIME, *names), [SHORTEST, *formats]
        self._line = ",".join(formats) + "\n"
        file.write(_header_line(names).encode())

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:
        """Raise SettingsError for complex values, and for bins before frames."""
        refuse_complex("csv", dtype)
        refuse_bins_first("csv", layout)

    def _put(self, values: NDArray[Any]) -> None:
        columns = values.reshape(len(values), prod(values.shape[1:]))
        for first in range(0, len(values), self._at_once):
            piece = columns[first : first + self._at_once]
            rows = self._with_times(piece.tolist(), self.frames + first)
            self._file.write("".join([self._line % tuple(row) for row in rows]).encode())

    def _with_times(self, rows: list[list[Any]], first: int) -> list[list[Any]]:
        if self._spec.times_s is None:
            return rows
        times_s = self._spec.times_s(first, first + len(rows))
        times = times_s.tolist() if self._dates is None else self._dates.spell(times_s)
        return [[time, *row] for time, row in zip(times, rows, strict=True)]


def column_names(spec: ArraySpec) -> tuple[str, ...]:
    """Give a name to each value of a frame, with its channel where there are several."""
    names = spec.names
    if spec.units:
        named = zip(names, spec.units, strict=True)
        names = tuple(f"{name} ({unit})" if unit else name for name, unit in named)
    if spec.channels is None:
        return names
    channels = range(1, spec.channels + 1)
    return tuple(f"ch{channel}_{name}" for channel in channels for name in names)


def _header_line(names: tuple[str, ...]) -> str:
    import csv

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(names)
    return text.getvalue()


def _read_rows(path: Path) -> Batches:
    with path.open("rb") as file:
        lines = lines_of(file)
        names = _read_header(lines)
        first = int(names[0] in (TIME, DATE))
        if len(names) == first:
            raise ValueError("it has no columns but the time")
        while texts := some_lines(lines):
            yield _parse(texts, len(names), first)


def _read_header(lines: Iterator[str]) -> list[str]:
    import csv

    # A name may go over several lines.
    names = next(csv.reader(lines, strict=True), [])
    if not names or any(map(_is_number, names)):
        raise ValueError("its first line must be the names of its columns")
    if len(names) > MAX_FEATURES:
        raise ValueError(f"it has {len(names)} columns, of at most {MAX_FEATURES}")
    return names


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _parse(lines: list[str], columns: int, first: int) -> NDArray[np.float64]:
    for line in lines:
        if line.count(",") != columns - 1:
            raise ValueError(f"it has {columns} columns, and a line {line.strip()[:60]!r}")
    try:
        used = range(first, columns)
        return np.loadtxt(lines, np.float64, comments=None, delimiter=",", ndmin=2, usecols=used)
    except ValueError as error:
        text = str(error).partition(" at row")[0]
        raise ValueError(f"its columns must hold numbers: {text}") from error


CSV = FormatRow((".csv",), CsvWriter, goes_back=False, read_rows=_read_rows)
