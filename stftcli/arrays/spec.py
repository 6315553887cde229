"""What describes a feature array: one record before its first frame, one after its last."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.frozen import Frozen
from stftcli.settings.choices import Layout

_TIMES_AT_ONCE = 1 << 16


class ArraySpec(Frozen):
    """What is known of an array before its first frame.

    Parameters
    ----------
    frame_shape : tuple of int
        (features,), or (channels, features) for several channels.
    dtype : dtype
        Type of the values in the file.
    layout : {"frames-first", "bins-first"}
        Whether the frames are the first axis or the last.
    names : tuple of str
        What the features are called, such as "mel_1", "rms" or "1000 Hz".
    key : str
        What the array is called in files that hold several.
    times_s : callable, optional
        Gives the times of the frames [first, last) in seconds; None where rows are no frames.
    origin : datetime, optional
        When time 0 is, if that is known: then times are dates.
    units : tuple of str
        The units that a head says behind the names, "" for none; or no units at all.
    """

    frame_shape: tuple[int, ...]
    dtype: np.dtype[Any]
    layout: Layout
    names: tuple[str, ...]
    key: str
    times_s: Callable[[int, int], NDArray[np.float64]] | None = None
    origin: datetime | None = None
    units: tuple[str, ...] = ()

    @property
    def features(self) -> int:
        """Number of values in a frame of one channel."""
        return self.frame_shape[-1]

    @property
    def channels(self) -> int | None:
        """Number of channels, or None where they are no axis of their own."""
        return self.frame_shape[0] if len(self.frame_shape) > 1 else None

    def shape(self, frames: int) -> tuple[int, ...]:
        """Give the shape of an array of so many frames."""
        if self.layout == "bins-first":
            return (*self.frame_shape, frames)
        return (frames, *self.frame_shape)

    def times(self, frames: int) -> Iterator[NDArray[np.float64]]:
        """Give the times of the first frames in seconds, some at a time."""
        if self.times_s is not None:
            for first in range(0, frames, _TIMES_AT_ONCE):
                yield self.times_s(first, min(frames, first + _TIMES_AT_ONCE))


class ArrayMetadata(Frozen):
    """What is kept beside an array, in the formats that can.

    Parameters
    ----------
    settings : str
        How the array was made, as a JSON object.
    freqs_hz : ndarray, optional
        Frequencies of the features.
    """

    settings: str
    freqs_hz: NDArray[np.float64] | None = None
