"""Matrices whose rows touch few columns, such as a mel bank: they are multiplied by blocks."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.rows import Block, blocks_of

# Neighbouring rows of a filterbank overlap: fewer make too many products, more too wide ones.
_ROWS = 16
_WORTHWHILE = 0.5


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
