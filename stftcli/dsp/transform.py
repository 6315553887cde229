"""From a span of samples to the spectra of its frames."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from stftcli.dsp.checks import Complexes, Reals, check_out, complex_of
from stftcli.dsp.conditioning import Conditioning, Observer
from stftcli.dsp.fft import load_rfft
from stftcli.dsp.framing import frames_of
from stftcli.dsp.kernel import multiply
from stftcli.dsp.plan import FramePlan
from stftcli.dsp.workspace import Workspace


class FrameTransform:
    """Cuts the frames out of a span, multiplies each with the window and transforms it.

    It remembers nothing between calls, so several threads may use one, each on a span of its own.

    Parameters
    ----------
    plan : FramePlan
        Where the frames lie.
    conditioning : Conditioning
        What is done to each frame before.
    window : ndarray, shape (filter_length,)
        The window as it lies on the transform; it decides the type.
    kernel : ndarray, shape (2 * bins, filter_length), optional
        Real rows above imaginary ones, which take the place of the FFT.
    """

    def __init__(
        self, plan: FramePlan, conditioning: Conditioning, window: Reals, kernel: Reals | None
    ) -> None:
        self._plan, self.conditioning = plan, conditioning
        self.window, self.kernel = window, kernel
        self._rfft = load_rfft()
        self._workspace = Workspace()

    def __call__(
        self, span: Reals, out: Complexes | None = None, observe: Observer | None = None
    ) -> Complexes:
        """Give the spectra of a span; `STFT.transform` describes it."""
        windowed = self._windowed(span, observe)
        shape, dtype = (*windowed.shape[:2], self._plan.bins), complex_of(self.window.dtype)
        if out is None:
            out = np.empty(shape, dtype)
        else:
            check_out(out, shape, dtype, contiguous=False)
        if self.kernel is None:
            for frames, bins in zip(windowed, out, strict=True):
                self._rfft(frames, bins)
        else:
            room = (shape[0] * shape[1], 2 * shape[2])
            products = self._workspace.take("products", room, self.window.dtype)
            multiply(self.kernel, windowed, products, out)
        return out

    def _windowed(self, span: Reals, observe: Observer | None) -> Reals:
        frames, length = frames_of(span, self._plan), self._plan.frame_length
        take, dtype = self._workspace.take, self.window.dtype
        shape = (*frames.shape[:2], self._plan.filter_length)
        windowed = take("windowed", shape, dtype)
        inside, window = windowed[..., :length], self.window[:length]
        if self.conditioning:
            np.copyto(inside, frames)
            self.conditioning.apply(inside, take("scratch", inside.shape, dtype), observe)
            inside *= window
        else:
            if observe is not None:
                observe(frames)
            np.multiply(frames, window, out=inside)
        if length < self._plan.filter_length:
            windowed[..., length:] = 0
        return windowed

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_rfft"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        # Another process may be another machine, with another FFT.
        vars(self).update(state, _rfft=load_rfft())


def pad_center(window: NDArray[Any], plan: FramePlan, dtype: DTypeLike) -> Reals:
    """Put a window into the middle of a frame, with zeros on both sides and after the frame."""
    frame: Reals = np.zeros(plan.filter_length, dtype)
    left = (plan.frame_length - len(window)) // 2
    frame[left : left + len(window)] = window
    return frame
