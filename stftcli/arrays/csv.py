"""Feature arrays as text, a line for each row; for each frequency, where there is one row."""

import io
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.rows import MAX_FEATURES, Batches
from stftcli.arrays.spec import ArraySpec
from stftcli.arrays.text_lines import (
    DATE,
    SHORTEST,
    TIME,
    VALUES_AT_ONCE,
    RowTimes,
    digits_of,
    lines_of,
    some_lines,
    with_first,
)
from stftcli.arrays.writer import ArrayWriter, refuse_bins_first, refuse_complex
from stftcli.settings.choices import Layout

_FREQUENCY = "frequency_hz"


class CsvWriter(ArrayWriter):
    """A .csv file: a header of names, then the time and the values of each row.

    The time is `time_s`, in seconds, or `time`, a date as ISO 8601 writes it. The features of
    several channels stand in one line, named `ch1_mel_1`; units follow the names, as in
    `1000 Hz (dB re 1 uPa^2/Hz)`. A spectrum of the whole sound has a line for each frequency.
    """

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        super().__init__(file, spec)
        names = spec.column_names
        formats = [digits_of(spec.dtype)] * len(names)
        self._times = RowTimes(spec)
        if spec.spectrum is not None:
            names = (_FREQUENCY, *spec.of_channels(spec.spectrum.names))
            formats = [SHORTEST, *formats[: len(names) - 1]]
        elif self._times.name is not None:
            names, formats = (self._times.name, *names), [self._times.form, *formats]
        self._at_once = max(1, VALUES_AT_ONCE // len(names))
        self._line = ",".join(formats) + "\n"
        file.write(_header_line(names).encode())

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:
        """Raise SettingsError for complex values, and for bins before frames."""
        refuse_complex("csv", dtype)
        refuse_bins_first("csv", layout)

    def _put(self, values: NDArray[Any]) -> None:
        spectrum = self._spec.spectrum
        if spectrum is not None:
            if len(values):
                columns = values.reshape(-1, len(spectrum.frequencies_hz)).T
                self._put_lines(columns, spectrum.frequencies_hz.tolist())
            return
        columns = values.reshape(len(values), prod(values.shape[1:]))
        for first in range(0, len(values), self._at_once):
            piece = columns[first : first + self._at_once]
            at = self.frames + first
            self._put_lines(piece, self._times.of(at, at + len(piece)))

    def _put_lines(self, columns: NDArray[Any], firsts: list[Any] | None) -> None:
        rows = with_first(columns.tolist(), firsts)
        self._file.write("".join([self._line % tuple(row) for row in rows]).encode())


def _header_line(names: tuple[str, ...]) -> str:
    import csv

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(names)
    return text.getvalue()


def _read_rows(path: Path) -> Batches:
    with path.open("rb") as file:
        lines = lines_of(file)
        names = _read_header(lines)
        first = int(names[0] in (TIME, DATE, _FREQUENCY))
        if len(names) == first:
            raise ValueError(f"it has no columns but the {names[0]}")
        batches = _parsed(lines, len(names), first)
        yield from [_one_row(batches)] if names[0] == _FREQUENCY else batches


def _parsed(lines: Iterator[str], columns: int, first: int) -> Batches:
    while texts := some_lines(lines):
        yield _parse(texts, columns, first)


def _one_row(batches: Batches) -> NDArray[np.float64]:
    """Give the row that was written as a line for each frequency."""
    held, values = [], 0
    for batch in batches:
        held.append(batch)
        values += batch.size
        if values > MAX_FEATURES:
            raise ValueError(f"it has more than {MAX_FEATURES} values over frequency")
    if not held:
        raise ValueError("it has no lines but the names of its columns")
    return np.concatenate(held).T.reshape(1, -1)


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


ROW = FormatRow(CsvWriter, goes_back=False, read_rows=_read_rows)
