"""How the windows of neighbouring frames add up: whether an STFT can be undone, and how well."""

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.checks import Reals
from stftcli.dsp.plan import FramePlan
from stftcli.errors import SettingsError

Floats = NDArray[np.float64]

_NEGLIGIBLE = 1e-10
"""Part of the largest weight below which a sample counts as lost: scipy.signal.check_NOLA's."""

# With four frames over a sample, the last ones of a centred signal have a sixth of the others.
_FADED_BELOW = 0.1


class Overlap:
    """The squares of a window, added up over the frames that cover a sample.

    What is added up by weighted overlap-add is each sample times this sum, so it is divided by it
    (D. W. Griffin and J. S. Lim, "Signal estimation from modified short-time Fourier transform",
    IEEE Trans. ASSP 32, 1984). All that is needed is that the sum is nowhere zero (NOLA); that it
    is constant (COLA) is not.

    Parameters
    ----------
    window : ndarray, shape (filter_length,)
        The window as it lies on the transform.
    plan : FramePlan
        Where the frames lie.
    faded : bool, default False
        Whether weights at the ends are no less than a tenth of the others. Samples that hardly
        any window reaches then fade out; those of spectra that no signal has would be huge.

    Attributes
    ----------
    steady : ndarray of float64, shape (hop_length,)
        The sum where no frame is missing; it repeats with each hop.
    """

    def __init__(self, window: Reals, plan: FramePlan, *, faded: bool = False) -> None:
        self._hop, self._length = plan.hop_length, plan.frame_length
        squares = np.zeros(plan.overlap * plan.hop_length)
        squares[: plan.frame_length] = np.square(window[: plan.frame_length], dtype=np.float64)
        # Row k: what a frame adds to the hop of samples that begins k hops after it.
        self._squares = squares.reshape(plan.overlap, plan.hop_length)
        self.steady = self._squares.sum(axis=0)
        self._lost_below = _NEGLIGIBLE * float(self.steady.max())
        self._least = _FADED_BELOW * float(self.steady.min()) if faded else 0.0

    @property
    def invertible(self) -> bool:
        """Whether every sample has a weight."""
        return bool(self.steady.min() > self._lost_below)

    @property
    def error(self) -> float:
        """How far the sum is from constant: (largest - smallest) / (largest + smallest)."""
        least, greatest = float(self.steady.min()), float(self.steady.max())
        return (greatest - least) / (greatest + least) if greatest else 1.0

    def weights(self, rows: range, frames: int | None = None) -> Floats:
        """Give the sums over hops of samples, shape (rows, hop_length), infinite where one is lost.

        Parameters
        ----------
        rows : range
            Hops of samples, counted from the beginning of frame 0.
        frames : int, optional
            How many frames there are; None if more follow than reach these rows.
        """
        overlap = len(self._squares)
        weights = np.empty((len(rows), self._hop))
        for place, row in enumerate(rows):
            first = 0 if frames is None else max(0, row - frames + 1)
            weights[place] = self._squares[first : min(overlap, row + 1)].sum(axis=0)
        return np.where(weights > self._lost_below, np.maximum(weights, self._least), np.inf)

    def check(self, name: str) -> None:
        """Raise SettingsError, with what to change, unless every sample has a weight.

        `name` is what messages call the window.
        """
        if self.invertible:
            return
        lost = int(np.count_nonzero(self.steady <= self._lost_below))
        raise SettingsError(
            f"the window {name} with `hop_length` {self._hop} cannot be undone: of every "
            f"{self._hop} samples {lost} lie where all windows are zero{self._advice()}"
        )

    def _advice(self) -> str:
        window = np.sqrt(self._squares.reshape(-1)[: self._length])
        support = int(np.count_nonzero(window))
        for hop in (-(-support // 2), support // 4, support // 8):
            if 0 < hop < self._hop:
                plan = FramePlan.make(self._length, hop, "none")
                if Overlap(window, plan).invertible:
                    return f"; a `hop_length` of {hop} can be"
        return "; give a shorter hop, or a window that is nowhere zero"
