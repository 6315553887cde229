"""From the frames of a segment to its rows."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain as joined
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.features.chain import Chain
from stftcli.jobs.segments.boxes import BoxedDescriptors
from stftcli.jobs.segments.marks import Box

Batches = Iterator[NDArray[Any]]


class Finish:
    """A chain in two: what is done with the whole sound, and what with each segment's frames.

    Segments are pooled one by one. Where they have boxes, their descriptors are taken one by one
    too, and what stands behind these.

    Parameters
    ----------
    chain : Chain
        That of the sound.
    name : str
        What messages call the sound.
    boxes : bool
        Whether any segment has a box.

    Attributes
    ----------
    chain : Chain
        All of it.
    whole : Chain
        What is done with the whole sound.
    lead : int
        How many frames before a segment are looked at too, as far as there are any.
    """

    def __init__(self, chain: Chain, name: str, *, boxes: bool) -> None:
        self.chain, self._name = chain, name
        self._pooled_hz = _pooled_frequencies(chain) if boxes else None
        self._boxed = BoxedDescriptors.of(chain) if boxes else None
        dropped = bool(chain.frames.drop_last)
        frames = chain.of_frames()
        self.whole, self._between = frames, frames.operations[len(frames.operations) :]
        self.lead = 0
        if self._boxed is not None:
            # Descriptors stand before whatever else looks at several frames.
            self._between = frames.operations[dropped + 1 :]
            self.whole = replace(frames, operations=frames.operations[:dropped])
            self.lead = 1

    def has_bins(self, box: Box | None) -> bool:
        """Say whether anything lies in a box."""
        if box is None:
            return True
        if self._boxed is not None:
            return self._boxed.has_bins(box)
        return self._pooled_hz is None or not box.beside(self._pooled_hz).all()

    def rows(self, frames: Batches, box: Box | None, lead: int = 0) -> Batches:
        """Give the rows of a segment's frames, at least one; so many before them lead to it.

        Raises
        ------
        InputError
            If features overflow.
        """
        if self._boxed is not None:
            frames = _without_first(self._boxed.describe(frames, box), lead)
            for operation in self._between:
                frames = operation(frames)
        rows = self.chain.pooled(frames, self._name)
        return (self._limited(batch, box) for batch in self.chain.stored(rows))

    def _limited(self, rows: NDArray[Any], box: Box | None) -> NDArray[Any]:
        if box is not None and self._pooled_hz is not None:
            rows = rows.copy()
            rows[..., box.beside(self._pooled_hz)] = np.nan
        return rows


def _pooled_frequencies(chain: Chain) -> NDArray[np.float64] | None:
    """Give where pooled levels lie, for each statistic once; None if there are none."""
    hz = None if chain.joint is None else chain.joint.axis.frequencies_hz
    if hz is None or chain.features % len(hz):
        return None
    return np.resize(hz, chain.features)


def _without_first(batches: Batches, count: int) -> Batches:
    first = next(batches, None)
    if first is None:
        return iter(())
    return joined([first[count:]] if len(first) > count else [], batches)
