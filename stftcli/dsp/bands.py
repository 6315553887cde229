"""Matrices whose rows touch few columns, such as a mel bank: they are multiplied by blocks."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.rows import Block

# Neighbouring rows of a filterbank overlap: fewer make too many products, more too wide ones.
_ROWS = 16
_WORTHWHILE = 0.5


def band_blocks(matrix: NDArray[Any]) -> tuple[Block, ...] | None:
    """Give the blocks of a matrix that hold anything but zeros; None if those are most of it."""
    blocks = tuple(_block(matrix, slice(row, row + _ROWS)) for row in range(0, len(matrix), _ROWS))
    work = sum(block.transposed.size for block in blocks)
    return blocks if work < _WORTHWHILE * matrix.size else None


def _block(matrix: NDArray[Any], rows: slice) -> Block:
    touched = np.flatnonzero(matrix[rows].any(axis=0))
    columns = slice(touched[0], touched[-1] + 1) if len(touched) else slice(0, 0)
    return Block(rows, columns, matrix[rows, columns].T)


def is_filterbank(weight: NDArray[Any]) -> bool:
    """Say whether rows are bands of frequencies: never negative, and mostly zero."""
    return bool((weight >= 0).all() and np.count_nonzero(weight) < weight.size / 2)
