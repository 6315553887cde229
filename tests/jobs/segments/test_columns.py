"""Which columns of a table are numbers."""

import numpy as np
import pytest

from stftcli.jobs.segments.columns import typed
from stftcli.segments.table import SegmentRows


@pytest.mark.parametrize(
    ("name", "cells", "kind"),
    [
        ("id", ["1", "20240105"], "int64"),
        ("id", ["1", ""], "float64"),
        ("score", ["1", "0.50"], "float64"),
        ("score", ["1e-3", "-.5"], "float64"),
        ("id", ["9007199254740993", "1"], None),
        ("id", ["1e999", "1"], None),
        ("pair", ["3,4", "1"], None),
        ("house", ["007", "1"], None),
        ("phone", ["+49", "1"], None),
        ("day", ["2024-01-05", "1"], None),
        ("note", ["", "NA"], None),
        ("label", ["1", "2"], None),
        ("Species", ["1", "2"], None),
        ("file", ["1", "2"], None),
    ],
)
def test_numbers_give_back_what_stood_there(name: str, cells: list[str], kind: str | None) -> None:
    rows = SegmentRows()
    for cell in cells:
        rows.add(0, 1, cells={name: cell})
    found = typed(rows.finish("t", "csv", "t"), np.zeros(2))[name]
    if kind is None:
        assert found == cells
        return
    assert isinstance(found, np.ndarray)
    assert found.dtype == kind
    np.testing.assert_array_equal(found, [float(cell) if cell else np.nan for cell in cells])
