"""Matrices whose rows touch few columns, such as a mel bank: they are multiplied by blocks."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from stftcli.dsp.rows import Block, blocks_of

# Neighbouring rows of a filterbank overlap: fewer make too many products, more too wide ones.
_ROWS = 16
_WORTHWHILE = 0.5


class Row(NamedTuple):
    """A row of a matrix that is zero but for neighbouring columns, from the `first` on."""

    first: int
    values: NDArray[np.float64]


def dense(rows: Sequence[Row], columns: int) -> NDArray[np.float64]:
    """Give the whole matrix, shape (rows, columns)."""
    matrix = np.zeros((len(rows), columns))
    for full, row in zip(matrix, rows, strict=True):
        full[row.first : row.first + len(row.values)] = row.values
    return matrix


def row_blocks(rows: Sequence[Row], dtype: DTypeLike) -> tuple[Block, ...]:
    """Give the blocks of a matrix that is never made as a whole: it may be larger than memory."""
    groups = (slice(first, first + _ROWS) for first in range(0, len(rows), _ROWS))
    return tuple(block for group in groups for block in _group_blocks(rows[group], group, dtype))


def _group_blocks(rows: Sequence[Row], group: slice, dtype: DTypeLike) -> list[Block]:
    first = min(row.first for row in rows)
    columns = max(row.first + len(row.values) for row in rows) - first
    near = dense([Row(row.first - first, row.values) for row in rows], columns).astype(dtype)
    outputs = slice(group.start, group.start + len(rows))
    return [
        block._replace(
            outputs=outputs,
            inputs=slice(first + block.inputs.start, first + block.inputs.stop),
        )
        for block in blocks_of(near, slice(0, len(rows)), slice(0, columns))
    ]


def band_blocks(matrix: NDArray[Any]) -> tuple[Block, ...] | None:
    """Give the blocks of a matrix that hold anything but zeros; None if those are most of it."""
    groups = (slice(first, first + _ROWS) for first in range(0, len(matrix), _ROWS))
    blocks = tuple(
        block for group in groups for block in blocks_of(matrix, group, _touched(matrix[group]))
    )
    work = sum(block.transposed.size for block in blocks)
    return blocks if work < _WORTHWHILE * matrix.size else None


def _touched(rows: NDArray[Any]) -> slice:
    columns = np.flatnonzero(rows.any(axis=0))
    return slice(int(columns[0]), int(columns[-1]) + 1) if len(columns) else slice(0, 0)


def is_filterbank(weight: NDArray[Any]) -> bool:
    """Say whether rows are bands of frequencies: never negative, and mostly zero."""
    return bool((weight >= 0).all() and np.count_nonzero(weight) < weight.size / 2)


class Evenly:
    """Gives back what bands were integrals of: the same value throughout each, and nothing beside.

    Parameters
    ----------
    rows : sequence of Row
        What each band takes of the inputs. An input of two bands is taken to lie in the one that
        takes more of it.
    columns : int
        Number of inputs.
    """

    def __init__(self, rows: Sequence[Row], columns: int) -> None:
        self._sums = np.array([row.values.sum() or 1 for row in rows])
        self._band = np.zeros(columns, int)
        largest = np.zeros(columns)
        for number, (first, values) in enumerate(rows):
            there = slice(first, first + len(values))
            more = values > largest[there]
            self._band[there][more] = number
            largest[there][more] = values[more]
        self._nowhere = largest == 0

    def __call__(self, bands: NDArray[Any]) -> NDArray[Any]:
        """Give inputs of shape (..., columns) for the values of bands, shape (..., bands)."""
        inputs = np.asarray((bands / self._sums.astype(bands.dtype))[..., self._band])
        inputs[..., self._nowhere] = 0
        return inputs
