"""Blocks and batches that are looked at on their way: counted, and found to be finite."""

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError

Blocks = Iterable[NDArray[Any]]

OVERFLOW = "{name} gives features that overflow: make it quieter, or choose `dtype='float64'`"


class Counted:
    """Blocks, and how many samples they held so far."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks, self.samples = blocks, 0

    def __iter__(self) -> Iterator[NDArray[Any]]:
        for block in self._blocks:
            self.samples += block.shape[-1]
            yield block


def quiet(batches: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    """Give batches whose making warns of nothing."""
    while True:
        with np.errstate(all="ignore"):
            batch = next(batches, None)
        if batch is None:
            return
        yield batch


def finite(batches: Iterator[NDArray[Any]], name: str) -> Iterator[NDArray[Any]]:
    """Give batches of the sound `name`; InputError where a value is not finite."""
    for batch in batches:
        # A sum is finite only if all its terms are; it is cheaper than asking for each.
        with np.errstate(all="ignore"):
            good = isfinite(abs(batch.sum())) or np.isfinite(batch).all()
        if not good:
            raise InputError(OVERFLOW.format(name=name))
        yield batch
