"""The rows of a feature array, a few at a time, and what makes a table of them."""

from collections.abc import Iterator
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.files.untrusted import read_exactly

MAX_FEATURES = 1 << 20
"""Features that a row may have: more would be another kind of file."""

_VALUES = 1 << 22

Batches = Iterator[NDArray[Any]]
"""Arrays of shape (any, features), in order."""


def check_table(shape: tuple[int, ...], dtype: np.dtype[Any], bins_first: bool = False) -> None:
    """Raise ValueError unless an array is (frames, features) of real numbers."""
    if len(shape) != 2 or dtype.kind not in "fiu" or not 1 <= shape[1] <= MAX_FEATURES:
        raise ValueError(f"it has shape {shape} of {dtype}, not (frames, features) of real numbers")
    if bins_first:  # they could not be read row by row
        raise ValueError("its layout is bins-first: write it frames-first")


def rows_at_once(features: int) -> int:
    """Give the number of rows that are read together."""
    return max(1, _VALUES // features)


def read_batches(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Batches:
    """Read a table of this shape from where a file stands; ValueError if it ends early."""
    rows, features = shape
    step = rows_at_once(features)
    for row in range(0, rows, step):
        count = min(step, rows - row)
        content = read_exactly(file, count * features * dtype.itemsize)
        yield np.frombuffer(content, dtype).reshape(count, features)
