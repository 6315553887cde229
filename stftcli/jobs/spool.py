"""Rows kept in a temporary file, to be gone through again and again."""

import tempfile
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError
from stftcli.jobs.rows import Rows

_BATCH_ROWS = 4096

Stretch = tuple[int, int]
"""The first row, and the one after the last."""


class Split(NamedTuple):
    """Stretches of rows to learn from, and those that are held out."""

    train: list[Stretch]
    held_out: list[Stretch]


class Spool:
    """All rows of several inputs on disk, as float32.

    Attributes
    ----------
    counts : list of int
        Number of rows of each input.
    rows : ndarray, shape (frames, features)
        All of them, mapped from the file.
    """

    def __init__(self, source: Rows) -> None:
        self.counts = [0] * len(source.inputs)
        # The mapping keeps the file alive when this name of it is gone.
        with tempfile.TemporaryFile() as file:
            features = 0
            for number, batch in source.batches():
                features = batch.shape[1]
                self.counts[number] += len(batch)
                file.write(np.ascontiguousarray(batch, np.float32).data)
            file.flush()
            if not features:
                raise InputError("the inputs hold no frames")
            shape = (sum(self.counts), features)
            self.rows: NDArray[Any] = np.memmap(file, np.float32, "r", shape=shape)

    def batches(
        self, stretches: Sequence[Stretch], labels: NDArray[Any]
    ) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        """Give the rows of some stretches with their labels, a few thousand at a time."""
        for first, last in stretches:
            for row in range(first, last, _BATCH_ROWS):
                part = slice(row, min(last, row + _BATCH_ROWS))
                yield self.rows[part], labels[part]


def hold_out(counts: Sequence[int], share: float) -> Split:
    """Set a share of the rows aside: every so many-th input as a whole, or the end of each.

    Frames of one recording resemble each other, so whole recordings are held out where there are
    enough of them.
    """
    ends = list(accumulate(counts))
    stretches = list(zip([0, *ends], ends, strict=False))
    every = max(2, round(1 / share)) if share else 0
    if not share:
        train, held_out = stretches, []
    elif len(counts) >= every:
        held_out = stretches[every - 1 :: every]
        train = [stretch for stretch in stretches if stretch not in held_out]
    else:
        cuts = [last - round(share * (last - first)) for first, last in stretches]
        train = [(first, cut) for (first, _), cut in zip(stretches, cuts, strict=True)]
        held_out = [(cut, last) for (_, last), cut in zip(stretches, cuts, strict=True)]
    return Split(_not_empty(train), _not_empty(held_out))


def _not_empty(stretches: list[Stretch]) -> list[Stretch]:
    return [(first, last) for first, last in stretches if first < last]
