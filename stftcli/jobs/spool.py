"""Rows kept in a temporary file, to be gone through again and again."""

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError
from stftcli.files.temporary import temp_space_errors, temporary_file
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
        with temp_space_errors():
            self.rows = self._keep(source)

    def _keep(self, source: Rows) -> NDArray[Any]:
        # The mapping keeps the file alive when this name of it is gone.
        with temporary_file() as file:
            features = 0
            for number, batch in source.batches():
                features = batch.shape[1]
                self.counts[number] += len(batch)
                file.write(np.ascontiguousarray(batch, np.float32).data)
            file.flush()
            if not features:
                raise InputError("the inputs hold no frames")
            shape = (sum(self.counts), features)
            return np.memmap(file, np.float32, "r", shape=shape)

    def batches(
        self, stretches: Sequence[Stretch], labels: NDArray[Any]
    ) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        """Give the rows of some stretches with their labels, a few thousand at a time."""
        for first, last in stretches:
            for row in range(first, last, _BATCH_ROWS):
                part = slice(row, min(last, row + _BATCH_ROWS))
                yield self.rows[part], labels[part]


def hold_out(counts: Sequence[int], share: float, labels: NDArray[Any]) -> Split:
    """Set a share of the rows aside: whole inputs of each class, or the end of each input.

    Frames of one recording resemble each other, so whole recordings are held out where every
    class has enough of them. Which ones is drawn, always in the same way.
    """
    ends = list(accumulate(counts))
    stretches = [(end - count, end) for end, count in zip(ends, counts, strict=True) if count]
    if not share:
        return Split(stretches, [])
    # An input belongs to the class of its first row.
    classes: dict[int, list[Stretch]] = {}
    for stretch in stretches:
        classes.setdefault(int(labels[stretch[0]]), []).append(stretch)
    if all(share * len(members) >= 1 for members in classes.values()):
        generator = np.random.default_rng(0)
        drawn = {
            members[number]
            for members in classes.values()
            for number in generator.permutation(len(members))[: round(share * len(members))]
        }
        return Split([s for s in stretches if s not in drawn], [s for s in stretches if s in drawn])
    cuts = [last - round(share * (last - first)) for first, last in stretches]
    train = [(first, cut) for (first, _), cut in zip(stretches, cuts, strict=True)]
    held_out = [(cut, last) for (_, last), cut in zip(stretches, cuts, strict=True)]
    return Split(_not_empty(train), _not_empty(held_out))


def _not_empty(stretches: list[Stretch]) -> list[Stretch]:
    return [(first, last) for first, last in stretches if first < last]
