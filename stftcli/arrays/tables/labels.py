"""Label tracks of Audacity: a line for each segment, and one behind it for its frequencies."""

from math import isnan
from typing import IO

from stftcli.arrays.tables.table_spec import TableRows, TableSpec, cells_at

COLUMNS = ("start", "end", "low", "high", "label")
"""What must be known of each segment: numbers, of which frequencies may be NaN, and a text."""


class LabelTable:
    """A text that Audacity imports; features stand behind the label, as nothing else holds them."""

    def __init__(self, file: IO[bytes], spec: TableSpec) -> None:
        self._file, self._spec = file, spec

    def write(self, rows: TableRows) -> None:
        """Add some rows."""
        columns = [cells_at(self._spec.columns[name], rows.segments) for name in COLUMNS]
        for start_s, end_s, low, high, label, values in zip(
            *columns, rows.values.tolist(), strict=True
        ):
            text = " ".join((*label.split(), *self._told(values)))
            self._put((start_s, end_s), (low, high), text)

    def finish(self) -> None:
        """Do no more."""

    def _told(self, values: list[float]) -> list[str]:
        found = zip(self._spec.features, values, strict=True)
        return [f"{name}={value:.4g}" for name, value in found if not isnan(value)]

    def _put(self, times_s: tuple[float, float], box: tuple[float, float], text: str) -> None:
        line = f"{times_s[0]:.9f}\t{times_s[1]:.9f}\t{text}\n"
        if not all(map(isnan, box)):
            # Audacity writes -1 for a frequency that is not known.
            low_hz, high_hz = (-1.0 if isnan(hz) else hz for hz in box)
            line += f"\\\t{low_hz:.6f}\t{high_hz:.6f}\n"
        self._file.write(line.encode("utf-8", "replace"))
