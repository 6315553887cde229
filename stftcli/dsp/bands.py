"""The product with a matrix whose rows touch few columns, such as a mel bank, by blocks."""

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

# Neighbouring rows of a filterbank overlap: fewer make too many products, more too wide ones.
_ROWS = 16
_WORTHWHILE = 0.5


class _Block(NamedTuple):
    rows: slice
    columns: slice
    transposed: NDArray[Any]


class BandedProduct:
    """Multiplies by the blocks of a matrix A that hold anything but zeros; made by `find`.

    Parameters
    ----------
    blocks : tuple
        Groups of rows, each with the range of columns that any of them touches.
    """

    def __init__(self, blocks: tuple[_Block, ...]) -> None:
        self._blocks = blocks

    @classmethod
    def find(cls, weight: NDArray[Any]) -> Self | None:
        """Look for band structure; None where the dense product is as good."""
        blocks = tuple(
            _block(weight, slice(row, row + _ROWS)) for row in range(0, len(weight), _ROWS)
        )
        work = sum(block.transposed.size for block in blocks)
        return cls(blocks) if work < _WORTHWHILE * weight.size else None

    def __call__(self, x: NDArray[Any], out: NDArray[Any]) -> None:
        """Put x A^T, x of shape (frames, inputs), into `out` of shape (frames, outputs)."""
        for rows, columns, transposed in self._blocks:
            np.matmul(x[:, columns], transposed, out=out[:, rows])


def _block(weight: NDArray[Any], rows: slice) -> _Block:
    touched = np.flatnonzero(weight[rows].any(axis=0))
    columns = slice(touched[0], touched[-1] + 1) if len(touched) else slice(0, 0)
    return _Block(rows, columns, np.ascontiguousarray(weight[rows, columns].T))


def is_filterbank(weight: NDArray[Any]) -> bool:
    """Say whether rows are bands of frequencies: never negative, and mostly zero."""
    return bool((weight >= 0).all() and np.count_nonzero(weight) < weight.size / 2)
