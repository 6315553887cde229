"""Feature arrays as JSON lines: the time and the values of each frame."""

import json
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
    VALUES_AT_ONCE,
    RowTimes,
    digits_of,
    lines_of,
    some_lines,
    with_first,
)
from stftcli.arrays.writer import ArrayWriter, refuse_bins_first, refuse_complex
from stftcli.settings.choices import Layout

_VALUES = "values"


class JsonlWriter(ArrayWriter):
    """A .jsonl file: a line for each frame, ``{"time_s": 0.01, "values": [1.5, 2.5]}``.

    With a clock, "time" is a date in its place. Several channels are a list each. JSON has no NaN:
    where there is no number stands null.
    """

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        super().__init__(file, spec)
        channel = f"[{', '.join([digits_of(spec.dtype)] * spec.features)}]"
        channels = [channel] * (spec.channels or 1)
        values = channel if spec.channels is None else f"[{', '.join(channels)}]"
        self._times = times = RowTimes(spec)
        form = f'"{times.form}"' if times.name == DATE else times.form
        head = "{" if times.name is None else f'{{"{times.name}": {form}, '
        self._line = head + f'"{_VALUES}": {values}}}\n'
        self._at_once = max(1, VALUES_AT_ONCE // prod(spec.frame_shape))

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:
        """Raise SettingsError for complex values, and for bins before frames."""
        refuse_complex("jsonl", dtype)
        refuse_bins_first("jsonl", layout)

    def _put(self, values: NDArray[Any]) -> None:
        rows = values.reshape(len(values), prod(values.shape[1:]))
        for first in range(0, len(rows), self._at_once):
            piece = rows[first : first + self._at_once]
            at = self.frames + first
            timed = with_first(piece.tolist(), self._times.of(at, at + len(piece)))
            lines = [self._line % tuple(row) for row in timed]
            if not np.isfinite(piece).all():
                lines = [_with_nulls(line) for line in lines]
            self._file.write("".join(lines).encode())


def _with_nulls(line: str) -> str:
    for sign in ("-inf", "inf", "nan"):
        line = line.replace(sign, "null")
    return line


def _read_rows(path: Path) -> Batches:
    features: int | None = None
    with path.open("rb") as file:
        lines = lines_of(file)
        while texts := some_lines(lines):
            rows = [_row(text) for text in texts]
            features = len(rows[0]) if features is None else features
            if any(len(row) != features for row in rows):
                raise ValueError(f"it has {features} values in a line, and others in another")
            yield np.array(rows, np.float64)


def _row(text: str) -> list[float]:
    line = json.loads(text)
    values = line.get(_VALUES) if isinstance(line, dict) else None
    if not isinstance(values, list) or not 1 <= len(values) <= MAX_FEATURES:
        raise ValueError(f'each line must be {{"{_VALUES}": [numbers]}}, not {text.strip()[:60]!r}')
    row = [float("nan") if value is None else value for value in values]
    if not all(isinstance(value, int | float) for value in row):
        raise ValueError(f"its values must be numbers, of one channel: {text.strip()[:60]!r}")
    return row


ROW = FormatRow(JsonlWriter, goes_back=False, read_rows=_read_rows)
