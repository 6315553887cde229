"""The columns of a table of segments, as each format of results has them."""

import re
from collections.abc import Sequence
from math import isfinite

import numpy as np

from stftcli.arrays.tables.labels import COLUMNS
from stftcli.arrays.tables.table_spec import Cells
from stftcli.segments.names import is_name
from stftcli.segments.numbers import is_nothing
from stftcli.segments.raven import raven_columns
from stftcli.segments.table import Floats, Segments

_NUMBER = re.compile(r"\s*-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?\s*", re.ASCII)
"""A cell that is a number for certain: 007 and +49 are codes, 3,4 may be two numbers."""
_WHOLE = re.compile(r"\s*-?\d+\s*", re.ASCII)
_MAX_WHOLE = 1 << 53
"""Whole numbers from here on are not kept by a float64, which some readers make of all."""


def as_they_stood(segments: Segments, top_hz: Floats) -> dict[str, Cells]:  # noqa: ARG001
    """Give the cells as texts."""
    return dict(segments.columns)


def typed(segments: Segments, top_hz: Floats) -> dict[str, Cells]:  # noqa: ARG001
    """Give columns of numbers as arrays, NaN where a cell is empty, and others as they are.

    What names something, such as a label, stays a text though it has digits alone.
    """
    return {
        name: cells if is_name(name) else _typed(cells) for name, cells in segments.columns.items()
    }


def for_raven(segments: Segments, top_hz: Floats) -> dict[str, Cells]:
    """Give the columns that Raven opens a table by; without frequencies a box ends at `top_hz`."""
    return dict(raven_columns(segments, top_hz))


def for_audacity(segments: Segments, top_hz: Floats) -> dict[str, Cells]:  # noqa: ARG001
    """Give what a label track holds."""
    numbers = segments.start_s, segments.end_s, segments.low_hz, segments.high_hz
    return dict(zip(COLUMNS, (*numbers, segments.labels), strict=True))


def _typed(cells: Sequence[str]) -> Cells:
    numbers = np.full(len(cells), np.nan)
    whole = True
    for row, cell in enumerate(cells):
        if is_nothing(cell):
            whole = False
            continue
        if not _NUMBER.fullmatch(cell):
            return cells
        numbers[row] = float(cell)
        whole_cell = bool(_WHOLE.fullmatch(cell))
        if not isfinite(numbers[row]) or (whole_cell and abs(numbers[row]) >= _MAX_WHOLE):
            return cells
        whole &= whole_cell
    if np.isnan(numbers).all():
        return cells
    return numbers.astype(np.int64) if whole else numbers
