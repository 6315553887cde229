"""What is done to each frame alone before its window, as Kaldi's recipes need it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.frozen import Frozen

Frames = NDArray[Any]
Observer = Callable[[Frames], None]
"""Sees frames of shape (channels, frames, frame_length), less their mean where that is removed."""


class Conditioning(Frozen):
    """The mean of each frame taken off, and pre-emphasis within it.

    Pre-emphasis is ``y[n] = x[n] - preemphasis x[n - 1]``, the first sample standing for the one
    before it: S. Young et al., "The HTK Book", as Kaldi does it too. That is not the filter of a
    whole signal, which would take the last sample of the frame before.
    """

    remove_dc: bool = False
    preemphasis: float = 0.0

    def __bool__(self) -> bool:
        return self.remove_dc or self.preemphasis != 0

    def apply(self, frames: Frames, scratch: Frames, observe: Observer | None) -> None:
        """Change frames in place; `scratch`, of their shape, is overwritten."""
        if self.remove_dc:
            frames -= frames.mean(axis=-1, keepdims=True)
        # Kaldi's order: the mean goes first, then the energy is taken (raw_energy), and only then
        # are frames emphasized and windowed.
        if observe is not None:
            observe(frames)
        if self.preemphasis:
            # All products before all differences: in place, each would see the one before changed.
            np.multiply(frames, self.preemphasis, out=scratch)
            frames[..., 1:] -= scratch[..., :-1]
            frames[..., 0] -= scratch[..., 0]
