"""Where rows of a time line stand, and those for which there is no sound."""

from collections.abc import Iterable, Iterator
from math import ceil
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.features.chain import Chain
from stftcli.features.operations import known

_ROUNDING = 1e-6
"""Of hops and of seconds, which are rounded."""


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


def first_within(hops: float) -> int:
    """Give the first row that does not stand before a moment."""
    return ceil(hops - _ROUNDING)


def within(
    batches: Iterator[NDArray[Any]], chain: Chain, begin_s: float, begin: int, source: Source
) -> Iterator[NDArray[Any]]:
    """Leave out the last of several frames where the grid moved it behind the end of the sound."""
    last, frames = None, 0
    for batch in batches:
        if not len(batch):
            continue
        if last is not None:
            yield last
        if len(batch) > 1:
            yield batch[:-1]
        last, frames = batch[-1:], frames + len(batch)
    if last is None:
        return
    own, laid = (
        chain.plan.centers(range(at, at + 1))[0] / chain.rate_hz
        for at in (frames - 1, begin + frames - 1)
    )
    end_s = begin_s + source.read_samples / source.rate_hz + _ROUNDING
    if frames == 1 or not begin_s + own <= end_s < laid:
        yield last
