"""Descriptors of the bins in a segment's box, and levels of the frequencies in it."""

from collections import deque
from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.descriptors import DESCRIPTORS, FrameDescriptors
from stftcli.features.chain import Chain
from stftcli.features.steps.descriptors import Descriptors
from stftcli.frozen import Frozen
from stftcli.jobs.segments.marks import Box

Batches = Iterator[NDArray[Any]]

_OF_OCTAVES = "contrast"
"""It has octaves of its own, up to half the rate, and is of all bins in any box."""


class BoxedDescriptors(Frozen):
    """Describes frames by the bins that lie in a box.

    Attributes
    ----------
    names : tuple of str
        Of the descriptors.
    frequencies_hz : ndarray
        Of the bins that come.
    bin_hz, rate_hz : float
        From bin to bin, and of the sound.
    """

    names: tuple[str, ...]
    frequencies_hz: NDArray[np.float64]
    bin_hz: float
    rate_hz: float

    @classmethod
    def of(cls, chain: Chain) -> Self | None:
        """Take those of a chain; None if it has none."""
        for stage in chain.stages:
            if isinstance(stage.step, Descriptors):
                assert stage.before.frequencies_hz is not None
                bin_hz = chain.rate_hz / chain.plan.filter_length
                return cls(stage.step.names, stage.before.frequencies_hz, bin_hz, chain.rate_hz)
        return None

    def has_bins(self, box: Box | None) -> bool:
        """Say whether any bin lies in a box."""
        kept = self._kept(box)
        return bool(kept.stop > kept.start)

    def describe(self, batches: Batches, box: Box | None) -> Batches:
        """Describe frames: the bins, then what was measured of their samples."""
        bins, kept = len(self.frequencies_hz), self._kept(box)
        limited = [name for name in self.names if name != _OF_OCTAVES]
        if box is None or not limited:
            yield from self._made(self.names, slice(0, bins)).describe(batches)
            return
        octaves = None
        if _OF_OCTAVES in self.names:
            octaves = self._made([_OF_OCTAVES], slice(0, bins))
        waiting: deque[NDArray[Any]] = deque()

        def inside() -> Batches:
            for batch in batches:
                if octaves is not None:
                    waiting.extend(octaves.describe(iter([batch])))
                yield np.concatenate((batch[..., kept], batch[..., bins:]), axis=-1)

        for described in self._made(limited, kept).describe(inside()):
            yield self._joined(described, waiting.popleft()) if waiting else described

    def _joined(self, described: NDArray[Any], octaves: NDArray[Any]) -> NDArray[Any]:
        before = self.names[: self.names.index(_OF_OCTAVES)]
        at = sum(len(DESCRIPTORS[name].columns) for name in before)
        return np.concatenate((described[..., :at], octaves, described[..., at:]), axis=-1)

    def _made(self, names: Any, kept: slice) -> FrameDescriptors:
        first = round(float(self.frequencies_hz[0]) / self.bin_hz) + kept.start
        bins = kept.stop - kept.start
        return FrameDescriptors(names, bins, self.bin_hz, self.rate_hz, first_bin=first)

    def _kept(self, box: Box | None) -> slice:
        return slice(0, len(self.frequencies_hz)) if box is None else box.kept(self.frequencies_hz)
