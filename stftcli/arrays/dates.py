"""Times as dates: seconds after a moment, in numpy's words and in those of ISO 8601."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

DATE = np.dtype("datetime64[us]")
"""A millionth of a second is less than a sample; it becomes Python's own datetime."""

Dates = NDArray[np.datetime64]

Unit: TypeAlias = Literal["s", "ms", "us"]
_IN_A_SECOND: dict[Unit, float] = {"s": 1.0, "ms": 1e3, "us": 1e6}
_NEARLY = 1e-7


def dates_of(origin: datetime, times_s: NDArray[np.float64]) -> Dates:
    """Give the dates so many seconds after a moment, on the clock of its zone."""
    steps = np.round(times_s * 1e6).astype("timedelta64[us]")
    return np.asarray(np.datetime64(origin.replace(tzinfo=None), "us") + steps, DATE)


class DateSpeller:
    """Writes dates as ISO 8601 does, with the zone of the origin if it is known.

    Parameters
    ----------
    origin : datetime
        When time 0 is.
    times_s : callable
        Gives the times of rows [first, last) in seconds. The first and the step to the second say
        how many digits a second needs: none, three or six.
    """

    def __init__(
        self, origin: datetime, times_s: Callable[[int, int], NDArray[np.float64]]
    ) -> None:
        self._origin = origin
        first_s, second_s = times_s(0, 2).tolist()
        needed = (origin.microsecond / 1e6, first_s, second_s - first_s)
        self._unit: Unit = next(
            (
                unit
                for unit, count in _IN_A_SECOND.items()
                if all(_is_whole(seconds * count) for seconds in needed)
            ),
            "us",
        )
        self._zone = origin.isoformat()[len(origin.replace(tzinfo=None).isoformat()) :]

    def spell(self, times_s: NDArray[np.float64]) -> list[str]:
        """Write times in seconds as dates."""
        # Rounded, where numpy would cut digits off.
        step_us = round(1e6 / _IN_A_SECOND[self._unit])
        micros = dates_of(self._origin, times_s).view(np.int64)
        rounded = (micros + step_us // 2) // step_us * step_us
        texts = np.datetime_as_string(rounded.view(DATE), unit=self._unit)
        return [f"{text}{self._zone}" for text in texts.tolist()]


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < _NEARLY
