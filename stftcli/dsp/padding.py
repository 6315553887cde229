"""A signal that arrives in blocks, with its padding before and after it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.plan import FramePlan
from stftcli.settings.choices import PadMode

Samples = NDArray[np.floating[Any]]


class Padder:
    """Turns blocks of shape (channels, any) into pieces of the padded signal, in order.

    Only what the padding needs is kept: the beginning until it can be mirrored, and the end. With
    "wrap" that is everything, since the first padded sample is one of the last of the signal.
    """

    def __init__(self, plan: FramePlan, mode: PadMode) -> None:
        self._left, self._right, self._mode = plan.left, plan.right, mode
        # A reflection of p samples needs the p + 1 that are nearest to the edge.
        self._reach = 1 if mode == "constant" else max(plan.left, plan.right) + 1
        self._head: list[Samples] = []
        self._tail: Samples | None = None

    def push(self, block: Samples) -> list[Samples]:
        """Take a block, give what can be passed on."""
        if block.shape[-1] == 0:
            return []
        if self._tail is not None:
            self._tail = self._recent(self._tail, block)
            return [block]
        self._head.append(block.copy())
        held = sum(piece.shape[-1] for piece in self._head)
        if self._mode == "wrap" or held < self._reach:
            return []
        head = self._take_head()
        self._tail = self._recent(head[:, :0], head)
        return [self._pad(head, self._left, 0)]

    def finish(self) -> list[Samples]:
        """Give the rest: the padding at the end, or all of a signal that was too short before."""
        if self._tail is not None:
            return [self._pad(self._tail, 0, self._right)[:, self._tail.shape[-1] :]]
        if self._head:
            return [self._pad(self._take_head(), self._left, self._right)]
        return []

    def _take_head(self) -> Samples:
        head = np.concatenate(self._head, axis=-1)
        self._head.clear()
        return head

    def _recent(self, older: Samples, newer: Samples) -> Samples:
        newer = newer[:, -self._reach :]
        missing = self._reach - newer.shape[-1]
        return np.concatenate((older[:, max(0, older.shape[-1] - missing) :], newer), axis=-1)

    def _pad(self, samples: Samples, left: int, right: int) -> Samples:
        return np.pad(samples, ((0, 0), (left, right)), mode=self._mode)
