"""A signal that arrives in blocks, with its padding before and after it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.settings.choices import PadMode

Samples = NDArray[np.floating[Any]]
Edge = Callable[[Samples, int], Samples]


def _zeros(samples: Samples, count: int) -> Samples:
    return np.zeros((len(samples), count), samples.dtype)


# What numpy.pad puts before a signal and after it, from its first samples and from its last ones:
# `count` samples, fewer than there are. "reflect" does not repeat the sample at the edge itself,
# "symmetric" does. numpy.pad would copy all samples to add these, and takes 30 us to begin.
_EDGES: dict[PadMode, tuple[Edge, Edge]] = {
    "constant": (_zeros, _zeros),
    "reflect": (
        lambda first, count: first[:, count:0:-1],
        lambda last, count: last[:, -2 : -2 - count : -1],
    ),
    "symmetric": (
        lambda first, count: first[:, :count][:, ::-1],
        lambda last, count: last[:, ::-1][:, :count],
    ),
    "edge": (
        lambda first, count: first[:, :1].repeat(count, axis=-1),
        lambda last, count: last[:, -1:].repeat(count, axis=-1),
    ),
}


class Padder:
    """Turns blocks of shape (channels, any) into pieces of the padded signal, in order.

    Only what the padding needs is kept: the beginning until it can be mirrored, and the end. With
    "wrap" that is everything, since the first padded sample is one of the last of the signal.
    A piece may be the block itself, so it is used before the next block is made.
    """

    def __init__(self, left: int, right: int, mode: PadMode) -> None:
        self._left, self._right, self._mode = left, right, mode
        # A reflection of p samples needs the p + 1 that are nearest to the edge.
        self._reach = 1 if mode == "constant" else max(left, right) + 1
        self._head: list[Samples] = []
        self._held = 0
        self._tail: Samples | None = None

    def push(self, block: Samples) -> list[Samples]:
        """Take a block, give what can be passed on."""
        if block.shape[-1] == 0:
            return []
        if self._tail is not None:
            self._tail = self._last(self._tail, block)
            return [block]
        self._held += block.shape[-1]
        enough = self._held >= self._reach and self._mode != "wrap"
        if self._head or not enough:
            self._head.append(block.copy())
        if not enough:
            return []
        start = self._take_head() if self._head else block
        self._tail = start[:, -self._reach :].copy()
        before, _ = _EDGES[self._mode]
        return [before(start, self._left), start]

    def finish(self) -> list[Samples]:
        """Give the rest: the padding at the end, or all of a signal that was too short before."""
        if self._tail is not None:
            _, after = _EDGES[self._mode]
            return [after(self._tail, self._right)]
        if self._head:
            # numpy goes to and fro where the padding is longer than the signal, as librosa does;
            # torch refuses.
            amounts = ((0, 0), (self._left, self._right))
            return [np.pad(self._take_head(), amounts, mode=self._mode)]
        return []

    def _take_head(self) -> Samples:
        head = np.concatenate(self._head, axis=-1)
        self._head.clear()
        return head

    def _last(self, older: Samples, newer: Samples) -> Samples:
        if newer.shape[-1] < self._reach:
            newer = np.concatenate((older[:, newer.shape[-1] :], newer), axis=-1)
        return newer[:, -self._reach :].copy()
