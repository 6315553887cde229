"""The columns of a table of segments, with numbers where all its cells are some."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from stftcli.arrays.tables.table_spec import Cells
from stftcli.jobs.segments.store import Store
from stftcli.segments.numbers import is_nothing, read_number
from stftcli.segments.table import Segments
from stftcli.segments.texts import Texts

_CODE = re.compile(r"\s*0\d")
"""What begins so is a code, such as a number of a house, though it has digits alone."""


def typed_columns(columns: Mapping[str, Sequence[str]]) -> dict[str, Cells]:
    """Give columns of numbers as arrays, NaN where a cell is empty, and others as they are."""
    return {name: _typed(cells) for name, cells in columns.items()}


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


def labelled(segments: Segments, names: Sequence[str], store: Store) -> Segments:
    """Put the features of each segment behind its label, where nothing else can hold them."""
    labels = Texts()
    for batch in store.batches():
        for row in batch.values.tolist():
            found = zip(names, row, strict=True)
            told = (f"{name}={value:.4g}" for name, value in found if not np.isnan(value))
            labels.append(" ".join((segments.labels[len(labels)], *told)).strip())
    return replace(segments, labels=labels)
