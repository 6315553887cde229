"""The columns of a table of segments, as each format of results has them."""

import re
from collections.abc import Sequence

import numpy as np

from stftcli.arrays.tables.labels import COLUMNS
from stftcli.arrays.tables.table_spec import Cells
from stftcli.segments.numbers import is_nothing, read_number
from stftcli.segments.raven import raven_columns
from stftcli.segments.table import Floats, Segments

_CODE = re.compile(r"\s*0\d")
"""What begins so is a code, such as a number of a house, though it has digits alone."""


def as_they_stood(segments: Segments, top_hz: Floats) -> dict[str, Cells]:  # noqa: ARG001
    """Give the cells as texts."""
    return dict(segments.columns)


def typed(segments: Segments, top_hz: Floats) -> dict[str, Cells]:  # noqa: ARG001
    """Give columns of numbers as arrays, NaN where a cell is empty, and others as they are."""
    return {name: _typed(cells) for name, cells in segments.columns.items()}


def for_raven(segments: Segments, top_hz: Floats) -> dict[str, Cells]:
    """Give the columns that Raven opens a table by; without frequencies a box ends at `top_hz`."""
    return dict(raven_columns(segments, top_hz))


def for_audacity(segments: Segments, top_hz: Floats) -> dict[str, Cells]:  # noqa: ARG001
    """Give what a label track holds."""
    numbers = segments.start_s, segments.end_s, segments.low_hz, segments.high_hz
    return dict(zip(COLUMNS, (*numbers, segments.labels), strict=True))


def _typed(cells: Sequence[str]) -> Cells:
    numbers = np.full(len(cells), np.nan)
    for row, cell in enumerate(cells):
        if is_nothing(cell):
            continue
        if _CODE.match(cell):
            return cells
        try:
            numbers[row] = read_number(cell)
        except ValueError:
            return cells
    return cells if np.isnan(numbers).all() else numbers
