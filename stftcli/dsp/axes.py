"""What frames and bins mean in seconds and in Hz."""

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.plan import FramePlan


def frame_times_s(plan: FramePlan, frames: range, rate_hz: int) -> NDArray[np.float64]:
    """Give the times that frames are centred on, in seconds after the first sample."""
    return np.array(plan.centers(frames), np.float64) / rate_hz


def bin_frequencies_hz(plan: FramePlan, rate_hz: int) -> NDArray[np.float64]:
    """Give the frequencies of the bins in Hz."""
    return np.arange(plan.bins) * rate_hz / plan.filter_length
