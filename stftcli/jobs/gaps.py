"""Rows of a time line for which there is no sound."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.features.operations import known


class Gap(NamedTuple):
    """Rows for which there is no sound."""

    rows: int


def filled(
    pieces: Iterable[NDArray[Any] | Gap], shape: tuple[int, ...], dtype: np.dtype[Any], most: int
) -> Iterator[NDArray[Any]]:
    """Fill gaps with rows of NaN, so many at once, which are one in memory."""
    nothing = np.full(shape, np.nan, dtype)
    for piece in pieces:
        if not isinstance(piece, Gap):
            yield piece
            continue
        for first in range(0, piece.rows, most):
            yield np.broadcast_to(nothing, (min(most, piece.rows - first), *shape))


def rows_and_gaps(batches: Iterable[NDArray[Any]]) -> Iterator[NDArray[Any] | Gap]:
    """Give pooled rows, and gaps for those that are NaN."""
    for batch in batches:
        for row in range(len(batch)):
            one = batch[row : row + 1]
            yield one if len(known(one)) else Gap(1)
