"""Dates along an axis: the time of day at the ticks, and the day once."""

from datetime import datetime, timedelta

from stftcli.pictures.ticks import Ticks, clock, clock_step_s, multiples, round_step

_DAY_S = 86_400
_MAX_CLOCK_STEP_S = 43_200


def date_ticks(origin: datetime, shown_s: tuple[float, float], most: int, room: int) -> Ticks:
    """Give round times of day, about so many at most; where days meet, the date stands.

    Parameters
    ----------
    origin : datetime
        When second 0 of the axis is.
    shown_s : (float, float)
        Where the axis begins and ends.
    most, room : int
        How many texts of so many characters have room; of longer ones there are fewer.
    """
    ticks = _ticks(origin, shown_s, most)
    longest = max((len(text) for text in ticks.values()), default=0)
    if longest <= room:
        return ticks
    return _ticks(origin, shown_s, max(1, most * room // (longest + 1)))


def _ticks(origin: datetime, shown_s: tuple[float, float], most: int) -> Ticks:
    midnight = origin.replace(hour=0, minute=0, second=0, microsecond=0)
    before_s = (origin - midnight).total_seconds()
    shown = (before_s + shown_s[0], before_s + shown_s[1])
    places_s, digits = multiples(_step_s, shown, most)
    several_days = shown[0] // _DAY_S != shown[1] // _DAY_S
    seconds = any(place_s % 60 for place_s in places_s)

    def text(place_s: float) -> str:
        if several_days and place_s % _DAY_S == 0:
            return f"{midnight + timedelta(seconds=place_s):%m-%d}"
        of_day = clock(place_s % _DAY_S, hours=True, digits=digits)
        of_day = of_day if of_day[2] == ":" else f"0{of_day}"
        return of_day if seconds else of_day[:5]

    return {place_s - before_s: text(place_s) for place_s in places_s}


def date_label(origin: datetime, shown_s: tuple[float, float]) -> str:
    """Name the day or the days that an axis shows, and the zone if it is known."""
    first, last = (f"{origin + timedelta(seconds=end_s):%Y-%m-%d}" for end_s in shown_s)
    days = first if first == last else f"{first} to {last}"
    return f"Time ({days}, {origin.tzname()})" if origin.tzinfo else f"Time ({days})"


def _step_s(wanted_s: float) -> float:
    if wanted_s <= _MAX_CLOCK_STEP_S / 2:
        return clock_step_s(wanted_s)
    if wanted_s <= _MAX_CLOCK_STEP_S:
        return _MAX_CLOCK_STEP_S
    return _DAY_S * round_step(max(1.0, wanted_s / _DAY_S))
