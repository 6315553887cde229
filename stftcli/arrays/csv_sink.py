"""Feature arrays as text, a line for each frame."""

import io
from math import prod
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.refusals import refuse_bins_first, refuse_complex
from stftcli.arrays.sinks import RawSink
from stftcli.arrays.spec import ArraySpec
from stftcli.settings.choices import Layout

_VALUES_AT_ONCE = 1 << 16
_DIGITS = {"float16": "%.5g", "float32": "%.9g"}
"""As few digits as give the same value again; of a float64, Python itself knows how few."""
_SHORTEST = "%r"


class CsvSink(RawSink):
    """A .csv file: a header of names, then the time and the values of each frame.

    The features of several channels stand in one line, named `ch1_mel_1`.
    """

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        super().__init__(file, spec)
        names = column_names(spec)
        formats = [_DIGITS.get(str(spec.dtype), _SHORTEST)] * len(names)
        self._at_once = max(1, _VALUES_AT_ONCE // len(names))
        if spec.times_s is not None:
            names, formats = ("time_s", *names), [_SHORTEST, *formats]
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

    def _with_times(self, rows: list[list[float]], first: int) -> list[list[float]]:
        if self._spec.times_s is None:
            return rows
        times = self._spec.times_s(first, first + len(rows)).tolist()
        return [[time, *row] for time, row in zip(times, rows, strict=True)]


def column_names(spec: ArraySpec) -> tuple[str, ...]:
    """Give a name to each value of a frame, with its channel where there are several."""
    if spec.channels is None:
        return spec.names
    channels = range(1, spec.channels + 1)
    return tuple(f"ch{channel}_{name}" for channel in channels for name in spec.names)


def _header_line(names: tuple[str, ...]) -> str:
    import csv

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(names)
    return text.getvalue()
