"""The segments of one sound, without what else their table says of them."""

from math import isnan
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.segments.table import Segments


class Box(NamedTuple):
    """The lower and the upper frequency of a segment."""

    low_hz: float
    high_hz: float

    def kept(self, frequencies_hz: NDArray[np.float64]) -> slice:
        """Give which of rising frequencies lie in it, as `Crop` keeps them."""
        first = int(frequencies_hz.searchsorted(self.low_hz, "left"))
        return slice(first, max(first, int(frequencies_hz.searchsorted(self.high_hz, "right"))))

    def beside(self, frequencies_hz: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Say of frequencies in any order whether they lie beside it."""
        return (frequencies_hz < self.low_hz) | (frequencies_hz > self.high_hz)


class Marks(NamedTuple):
    """Where the segments of one sound lie, and their rows in the table."""

    rows: NDArray[np.int64]
    start_s: NDArray[np.float64]
    end_s: NDArray[np.float64]
    low_hz: NDArray[np.float64]
    high_hz: NDArray[np.float64]
    channels: NDArray[np.int64]

    @classmethod
    def of(cls, segments: Segments, rows: NDArray[np.int64], *, boxes: bool) -> Self:
        """Take those at these rows of a table, with their frequencies or without."""
        low_hz, high_hz = segments.low_hz[rows], segments.high_hz[rows]
        if not boxes:
            low_hz = high_hz = np.full(len(rows), np.nan)
        times = segments.start_s[rows], segments.end_s[rows]
        return cls(rows, *times, low_hz, high_hz, segments.channels[rows])

    def at(self, places: NDArray[np.int64]) -> Self:
        """Give those at these places."""
        return type(self)._make(values[places] for values in self)

    @property
    def have_boxes(self) -> bool:
        """Whether any is of some frequencies only."""
        return bool((~np.isnan(self.low_hz) | ~np.isnan(self.high_hz)).any())

    def box(self, index: int) -> Box | None:
        """Give the frequencies of one; None for all."""
        low_hz, high_hz = float(self.low_hz[index]), float(self.high_hz[index])
        if isnan(low_hz) and isnan(high_hz):
            return None
        return Box(0.0 if isnan(low_hz) else low_hz, np.inf if isnan(high_hz) else high_hz)
