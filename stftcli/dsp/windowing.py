"""From a span of samples to conditioned and windowed frames, ready to be transformed."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from stftcli.dsp.conditioning import Conditioning, Observer
from stftcli.dsp.framing import frames_of
from stftcli.dsp.plan import FramePlan
from stftcli.dsp.workspace import Workspace


class Windowing:
    """Cuts the frames out of a span and multiplies each with the window.

    Parameters
    ----------
    plan : FramePlan
        Where the frames lie.
    conditioning : Conditioning
        What is done to each frame before.
    window : ndarray, shape (filter_length,)
        The window as it lies on the transform; it decides the type.
    """

    def __init__(self, plan: FramePlan, conditioning: Conditioning, window: NDArray[Any]) -> None:
        self._plan, self._conditioning = plan, conditioning
        self.window = window
        self._workspace = Workspace()

    def __call__(self, span: NDArray[Any], observe: Observer | None) -> NDArray[Any]:
        """Give the frames, shape (channels, frames, filter_length), valid until the next call."""
        frames, length = frames_of(span, self._plan), self._plan.frame_length
        take, dtype = self._workspace.take, self.window.dtype
        shape = (*frames.shape[:2], self._plan.filter_length)
        windowed = take("windowed", shape, dtype)
        inside, window = windowed[..., :length], self.window[:length]
        if self._conditioning:
            np.copyto(inside, frames)
            self._conditioning.apply(inside, take("scratch", inside.shape, dtype), observe)
            inside *= window
        else:
            if observe is not None:
                observe(frames)
            np.multiply(frames, window, out=inside)
        if length < self._plan.filter_length:
            windowed[..., length:] = 0
        return windowed


def pad_center(window: NDArray[Any], plan: FramePlan, dtype: DTypeLike) -> NDArray[Any]:
    """Put a window into the middle of a frame, with zeros on both sides and after the frame."""
    frame = np.zeros(plan.filter_length, dtype)
    left = (plan.frame_length - len(window)) // 2
    frame[left : left + len(window)] = window
    return frame
