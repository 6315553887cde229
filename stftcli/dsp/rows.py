"""Work on rows whose bits depend on each row alone, not on how many are worked on with it.

BLAS and the FFT of ducc0 choose between kernels, which round differently, by the number of rows
that they are given: one of two frames had other last bits than the same one of a hundred. Here
they are only ever given whole groups of rows of a fixed size, so a frame is the same in a stream,
in a batch and alone.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# As many rows as the innermost tile of OpenBLAS's kernels takes at most without a second kind of
# tile beside it. 16 and 24 are not treated alike by those for AVX2 (float32) and AVX-512 (float64).
_PRODUCT_ROWS = 8

# OpenBLAS multiplies up to a million terms straight away; for more it first rearranges the matrix,
# which takes longer than 8 rows do. Wider blocks than 64 gain nothing.
_MAX_TERMS = 1_000_000
_MIN_OUTPUTS, _MAX_OUTPUTS = 8, 64


def in_groups(
    function: Callable[[Array, Array], object], size: int, rows: Array, out: Array
) -> None:
    """Let a function put what it makes of `rows` into `out`, some multiple of `size` at a time.

    Parameters
    ----------
    function : function
        From rows of shape (n, any) into an array of shape (n, any), each row for itself.
    size : int
        What n is a multiple of.
    rows, out : ndarray, shape (any, any)
        Rows to work on, and as many that take the results.
    """
    whole = len(rows) // size * size
    if whole:
        function(rows[:whole], out[:whole])
    if whole == len(rows):
        return
    if whole:
        # The last rows are filled up with some before them, which come out as they did.
        function(rows[-size:], out[-size:])
    else:
        filled = np.zeros((size, rows.shape[1]), rows.dtype)
        filled[: len(rows)] = rows
        results = np.empty((size, out.shape[1]), out.dtype)
        function(filled, results)
        out[:] = results[: len(rows)]


class Block(NamedTuple):
    """Rows of a matrix A and the columns that they touch: ``transposed = A[outputs, inputs].T``."""

    outputs: slice
    inputs: slice
    transposed: Array


def dense_blocks(matrix: Array) -> tuple[Block, ...]:
    """Give views of a matrix, shape (outputs, inputs), that hold all of it for `multiply`."""
    inputs = matrix.shape[1]
    fitting = _MAX_TERMS // (_PRODUCT_ROWS * inputs) // _MIN_OUTPUTS * _MIN_OUTPUTS
    step = min(max(fitting, _MIN_OUTPUTS), _MAX_OUTPUTS)
    slices = (slice(first, first + step) for first in range(0, len(matrix), step))
    return tuple(Block(rows, slice(0, inputs), matrix[rows].T) for rows in slices)


def multiply(blocks: tuple[Block, ...], rows: Array, out: Array) -> None:
    """Put ``rows A^T`` into `out`, A being a matrix that is given by its blocks.

    Parameters
    ----------
    blocks : tuple of Block
        Together all outputs of A.
    rows : ndarray, shape (n, inputs)
        Contiguous along the last axis, of the type of the blocks.
    out : ndarray, shape (n, outputs)
        Takes the result, of the same type.
    """

    def by_groups(rows: Array, out: Array) -> None:
        # On a stack matmul calls BLAS once for each member, and so always with the same shape. A
        # single output makes it a product with a vector, of which kernels may take rows by fours.
        for outputs, inputs, transposed in blocks:
            size = 1 if transposed.shape[1] == 1 else _PRODUCT_ROWS
            stack, results = _stack(rows, size), _stack(out, size)
            np.matmul(stack[..., inputs], transposed, out=results[..., outputs])

    in_groups(by_groups, _PRODUCT_ROWS, rows, out)


def _stack(rows: Array, size: int) -> Array:
    return rows.reshape(-1, size, rows.shape[-1])
