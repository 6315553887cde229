"""Label tracks of Audacity: a line for each segment, and one behind it for its frequencies."""

from collections.abc import Iterator
from math import isnan
from typing import IO

from stftcli.arrays.tables.table_spec import TableRows, TableSpec

COLUMNS = ("start", "end", "low", "high", "label")
"""What must be known of each segment: numbers, of which frequencies may be NaN, and a text."""


def write_labels(file: IO[bytes], spec: TableSpec, batches: Iterator[TableRows]) -> None:
    """Write a text that Audacity imports; features stand behind the label: nothing else holds them.

    The columns of the table are `COLUMNS`.
    """
    for rows in batches:
        columns = spec.cells(rows.segments, COLUMNS)
        for start_s, end_s, low, high, label, values in zip(
            *columns, rows.values.tolist(), strict=True
        ):
            text = " ".join((*label.split(), *_told(spec.features, values)))
            lines = f"{start_s:.9f}\t{end_s:.9f}\t{text}\n{_box_line(low, high)}"
            file.write(lines.encode("utf-8", "replace"))


def _told(names: tuple[str, ...], values: list[float]) -> list[str]:
    found = zip(names, values, strict=True)
    return [f"{name}={value:.4g}" for name, value in found if not isnan(value)]


def _box_line(low_hz: float, high_hz: float) -> str:
    if isnan(low_hz) and isnan(high_hz):
        return ""
    # Audacity writes -1 for a frequency that is not known.
    low, high = (-1.0 if isnan(hz) else hz for hz in (low_hz, high_hz))
    return f"\\\t{low:.6f}\t{high:.6f}\n"
