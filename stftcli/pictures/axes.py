"""What the columns, the rows and the colours of a picture mean."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.frozen import Frozen
from stftcli.pictures.dates import date_label, date_ticks
from stftcli.pictures.ticks import Ticks, time_label, time_ticks


class TimeAxis(Frozen):
    """Where the columns lie in time, each as wide as the others, and what is shown of them.

    `origin` is when second 0 is, if that is known.
    """

    first_s: float
    column_s: float
    shown_s: tuple[float, float]
    origin: datetime | None = None

    @property
    def label(self) -> str:
        """What stands below the axis: the form of the times, or the day."""
        if self.origin is None:
            return time_label(self.shown_s)
        return date_label(self.origin, self.shown_s)

    def ticks(self, most: int, room: int) -> Ticks:
        """Give round times, about so many at most, where a text of `room` characters fits."""
        if self.origin is None:
            return time_ticks(self.shown_s, most)
        return date_ticks(self.origin, self.shown_s, most, room)

    def edges_s(self, columns: int) -> NDArray[np.float64]:
        """Give the edges of so many columns."""
        return np.asarray(self.first_s + self.column_s * np.arange(columns + 1), np.float64)


class RowAxis(Frozen):
    """Where the rows lie along an axis, from the lowest up.

    Attributes
    ----------
    label : str
        With the unit.
    edges : ndarray, shape (rows + 1,)
        Places on the axis, on whatever scale it has.
    shown : (float, float)
        The places of its ends.
    ticks : function
        From the number that has room to the places and texts of its ticks.
    centers : ndarray, shape (rows,), optional
        The places of the rows themselves, where they do not lie halfway between the edges.
    place : function or None
        From frequencies in Hz to places, where the rows lie at frequencies.
    """

    label: str
    edges: NDArray[Any]
    shown: tuple[float, float]
    ticks: Callable[[int], Ticks]
    centers: NDArray[Any] | None = None
    place: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None


class ColourScale(Frozen):
    """What the colours mean: a label with the unit, the values at both ends, and a colour map."""

    label: str
    lowest: float
    highest: float
    colormap: str
