"""Work on rows whose bits depend on each row alone, not on how many are worked on with it.

BLAS and the FFT of ducc0 choose between kernels, which round differently, by the number of rows
that they are given: one of two frames had other last bits than the same one of a hundred. Here
they are only ever given whole groups of rows of a fixed size, so a frame is the same in a stream,
in a batch and alone.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# As many rows as the innermost tile of OpenBLAS's kernels takes at most without a second kind of
# tile beside it. 16 and 24 are not treated alike by those for AVX2 (float32) and AVX-512 (float64).
_PRODUCT_ROWS = 8

# OpenBLAS multiplies up to a million terms straight away; for more it first rearranges the matrix,
# which takes longer than 8 rows do. It then adds up all inputs one after the other: in parts of 256
# the sums are rounded less.
_MAX_OUTPUTS, _MAX_INPUTS = 64, 256


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
    """A part of a matrix A: ``transposed = A[outputs, inputs].T``.

    It is `first` if no block before it has the same outputs; else its products are added to theirs.
    """

    outputs: slice
    inputs: slice
    transposed: Array
    first: bool = True


def dense_blocks(matrix: Array) -> tuple[Block, ...]:
    """Give views of a matrix, shape (outputs, inputs), that hold all of it for `multiply`."""
    inputs = slice(0, matrix.shape[1])
    parts = _parts(slice(0, len(matrix)), _MAX_OUTPUTS)
    return tuple(block for outputs in parts for block in blocks_of(matrix, outputs, inputs))


def blocks_of(matrix: Array, outputs: slice, inputs: slice) -> list[Block]:
    """Give views of a part of a matrix, of which some outputs need no more than these inputs."""
    return [
        Block(outputs, part, matrix[outputs, part].T, first=part.start == inputs.start)
        for part in _parts(inputs, _MAX_INPUTS)
    ]


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
        for outputs, inputs, transposed, first in blocks:
            size = 1 if transposed.shape[1] == 1 else _PRODUCT_ROWS
            stack, results = _stack(rows, size)[..., inputs], _stack(out, size)[..., outputs]
            if first:
                np.matmul(stack, transposed, out=results)
            else:
                results += np.matmul(stack, transposed)

    in_groups(by_groups, _PRODUCT_ROWS, rows, out)


def _parts(whole: slice, longest: int) -> list[slice]:
    length = whole.stop - whole.start
    count = max(1, -(-length // longest))
    bounds = [whole.start + part * length // count for part in range(count + 1)]
    return [slice(start, stop) for start, stop in pairwise(bounds)]


def _stack(rows: Array, size: int) -> Array:
    return rows.reshape(-1, size, rows.shape[-1])
