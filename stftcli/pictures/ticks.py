"""Round numbers along an axis, as people would choose them."""

from collections.abc import Callable
from math import ceil, floor, log10

Ticks = dict[float, str]
"""Places along an axis, and what is written there."""

_CLOCK_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600)
_MIN_COUNT, _NEARER = 3, 0.7
_MORE = 8  # steps down that are tried
_A_STEP_DOWN = 2.6  # a little more than from 2 to 5
_SECONDS_FROM_S, _MINUTES_FROM_S, _HOURS_FROM_S = 0.1, 120.0, 3600.0


def round_ticks(shown: tuple[float, float], most: int) -> Ticks:
    """Give multiples of 1, 2 or 5 times a power of ten, about so many at most, but never none.

    Where both ends are the same there may be none. Negative numbers have a true minus sign.
    """
    places, digits = multiples(round_step, shown, most)
    return {place: f"{place:,.{digits}f}".replace("-", "−") for place in places}


def bar_ticks(shown: tuple[float, float], most: int) -> Ticks:
    """Give round numbers as `round_ticks` does, but at least two: one alone tells no scale."""
    for count in range(most, most + _MORE):
        ticks = round_ticks(shown, count)
        if len(ticks) > 1:
            break
    return ticks


def scaled_ticks(shown: tuple[float, float], most: int, unit: float) -> Ticks:
    """Give round numbers of a unit, as 1000 for kHz along an axis in Hz."""
    ticks = round_ticks((shown[0] / unit, shown[1] / unit), most)
    return {unit * number: text for number, text in ticks.items()}


def time_label(shown_s: tuple[float, float]) -> str:
    """Name the form in which `time_ticks` writes these times."""
    if shown_s[1] < _SECONDS_FROM_S:
        return "Time (ms)"
    if shown_s[1] < _MINUTES_FROM_S:
        return "Time (s)"
    return "Time (h:mm:ss)" if shown_s[1] >= _HOURS_FROM_S else "Time (m:ss)"


def time_ticks(shown_s: tuple[float, float], most: int) -> Ticks:
    """Give round times, about so many at most: in ms, s, m:ss or h:mm:ss by the last of them."""
    last_s = shown_s[1]
    if last_s < _SECONDS_FROM_S:
        return scaled_ticks(shown_s, most, 1e-3)
    if last_s < _MINUTES_FROM_S:
        return round_ticks(shown_s, most)
    places_s, digits = multiples(clock_step_s, shown_s, most)
    hours = last_s >= _HOURS_FROM_S
    return {place_s: clock(place_s, hours=hours, digits=digits) for place_s in places_s}


def clock(seconds: float, *, hours: bool, digits: int = 0) -> str:
    """Write a time as m:ss or h:mm:ss, with so many digits after the second."""
    ticks = round(seconds * 10**digits)
    whole, rest = divmod(ticks, 10**digits)
    fraction = f".{rest:0{digits}d}" if digits else ""
    minutes, second = divmod(whole, 60)
    if hours:
        return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}{fraction}"
    return f"{minutes}:{second:02d}{fraction}"


def spread_ticks(
    place_of: Callable[[float], float], shown: tuple[float, float], most: int
) -> Ticks:
    """Give round numbers along an axis that is not linear, no two too near, k for thousands.

    `place_of` tells where a number lies. Powers of ten come before their halves, and these before
    their fifths; where too few of them are shown, multiples of one step stand in their place.
    """
    low, high = shown
    first, last = (log10(end) if end > 0 else 0.0 for end in shown)
    decades = range(floor(first), ceil(last) + 1)
    leads = [0.0, *(lead * 10.0**power for lead in (1, 5, 2) for power in reversed(decades))]
    candidates = [number for number in leads if low <= number <= high]
    apart = abs(place_of(high) - place_of(low)) / max(1, most)
    if len(candidates) < _MIN_COUNT:
        candidates = list(round_ticks(shown, most))
        apart *= _NEARER  # where the axis bends a little, no step is to be skipped
    chosen: Ticks = {}
    for number in candidates:
        place = place_of(number)
        if all(abs(place - other) >= apart for other in chosen):
            chosen[place] = f"{number / 1000:.9g}k" if number >= 1000 else f"{number:.9g}"
    return chosen


def round_step(wanted: float) -> float:
    """Give the next of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** floor(log10(wanted)) if wanted > 0 else 1.0
    return next(lead * power for lead in (1, 2, 5, 10) if lead * power >= wanted * (1 - 1e-9))


def clock_step_s(wanted_s: float) -> float:
    """Give the next step that is round on a clock."""
    if wanted_s < 0.5:
        return round_step(wanted_s)
    if wanted_s > _CLOCK_STEPS_S[-1]:
        return 3600 * round_step(wanted_s / 3600)
    return next(step_s for step_s in _CLOCK_STEPS_S if step_s >= wanted_s)


def multiples(
    step_of: Callable[[float], float], shown: tuple[float, float], most: int
) -> tuple[list[float], int]:
    """Give the places of ticks, and how many digits after the point they need."""
    first, last = shown
    step = step_of((last - first) / max(1, most))
    while not (numbers := _numbers_within(step, shown)) and last > first:
        step = step_of(step / _A_STEP_DOWN)
    # Divided where the step is a fraction, so that 3 * 0.1 is 0.3.
    places = [number / round(1 / step) if step < 1 else number * step for number in numbers]
    return places, max(0, -floor(log10(step) + 1e-9))


def _numbers_within(step: float, shown: tuple[float, float]) -> range:
    slack = 1e-6 * step
    return range(ceil((shown[0] - slack) / step), floor((shown[1] + slack) / step) + 1)
