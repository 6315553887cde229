"""Ticks are round, within what is shown, and neither too many nor too few."""

from collections.abc import Callable
from itertools import pairwise
from math import floor, log10

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stftcli.dsp.frequency_scales import SCALES
from stftcli.pictures.ticks import (
    Ticks,
    bar_ticks,
    clock,
    round_ticks,
    scaled_ticks,
    spread_ticks,
    time_label,
    time_ticks,
)

Ends = tuple[float, float]

PLACES: dict[str, Callable[[float], float]] = {
    "log": lambda hz: log10(max(hz, 1e-6)),
    "mel": lambda hz: float(SCALES["slaney"][0](np.array(hz))),
    "bark": lambda hz: float(SCALES["bark"][0](np.array(hz))),
}
MOST = st.integers(2, 20)


@st.composite
def ends(draw: st.DrawFn, largest: float = 1e5) -> Ends:
    first = draw(st.floats(0, largest))
    return first, first + draw(st.floats(1e-3, largest))


def within(ticks: Ticks, shown: Ends) -> bool:
    slack = 1e-5 * (shown[1] - shown[0])
    return all(shown[0] - slack <= place <= shown[1] + slack for place in ticks)


def steps(ticks: Ticks) -> list[float]:
    return [later - earlier for earlier, later in pairwise(ticks)]


def seconds_of(text: str) -> float:
    """Read m:ss or h:mm:ss."""
    return float(sum(float(part) * 60**n for n, part in enumerate(reversed(text.split(":")))))


def number_of(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").replace("k", "e3"))


@given(ends(), MOST, st.booleans())
def test_numbers_are_multiples_of_a_round_step(shown: Ends, most: int, negative: bool) -> None:
    if negative:
        shown = -shown[1], -shown[0]
    ticks = round_ticks(shown, most)
    assert within(ticks, shown)
    assert len(ticks) <= most + 1
    # A step is at most 2.5 times as long as it need be.
    assert len(ticks) >= max(1, floor(most / 2.5))
    for place, text in ticks.items():
        assert number_of(text) == pytest.approx(place, abs=1e-6 * (shown[1] - shown[0]))
    for step in steps(ticks):
        lead = step / 10.0 ** floor(log10(step) + 1e-9)
        assert min(abs(lead - round_lead) for round_lead in (1, 2, 5, 10)) < 1e-3


@pytest.mark.parametrize(
    ("shown", "most", "wanted"),
    [
        ((0, 1), 5, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        ((0.1, 0.55), 5, ["0.1", "0.2", "0.3", "0.4", "0.5"]),
        ((-80, 0), 4, ["−80", "−60", "−40", "−20", "0"]),
        ((0, 11025), 4, ["0", "5,000", "10,000"]),
        ((3, 3), 4, ["3"]),
    ],
)
def test_numbers_that_people_choose(shown: Ends, most: int, wanted: list[str]) -> None:
    assert list(round_ticks(shown, most).values()) == wanted


@given(ends(40_000.0), MOST)
@example((0.0, 120.0), 8)
@example((0.0, 0.05), 8)
@example((3599.0, 3600.0), 8)
@example((120.5, 124.9), 2)
def test_times_are_written_as_they_are_named(shown_s: Ends, most: int) -> None:
    ticks = time_ticks(shown_s, most)
    assert ticks
    assert within(ticks, shown_s)
    assert len(ticks) <= most + 1
    label = time_label(shown_s)
    colons = {"Time (m:ss)": 1, "Time (h:mm:ss)": 2}.get(label, 0)
    unit = 1e-3 if label == "Time (ms)" else 1.0
    for place, text in ticks.items():
        assert text.count(":") == colons
        told = seconds_of(text) if colons else unit * number_of(text)
        assert told == pytest.approx(place, abs=1e-6 * (shown_s[1] - shown_s[0]) + 1e-9)
    assert len(set(ticks.values())) == len(ticks)


@pytest.mark.parametrize(
    ("shown_s", "most", "label", "wanted"),
    [
        ((0, 0.05), 6, "Time (ms)", "0 10 20 30 40 50"),
        ((0, 2.99), 6, "Time (s)", "0.0 0.5 1.0 1.5 2.0 2.5"),
        ((0, 119), 6, "Time (s)", "0 20 40 60 80 100"),
        ((0, 120), 5, "Time (m:ss)", "0:00 0:30 1:00 1:30 2:00"),
        ((90, 150), 6, "Time (m:ss)", "1:30 1:40 1:50 2:00 2:10 2:20 2:30"),
        ((600, 601), 5, "Time (m:ss)", "10:00.0 10:00.2 10:00.4 10:00.6 10:00.8 10:01.0"),
        ((130, 130.02), 4, "Time (m:ss)", "2:10.000 2:10.005 2:10.010 2:10.015 2:10.020"),
        ((0, 3600), 4, "Time (h:mm:ss)", "0:00:00 0:15:00 0:30:00 0:45:00 1:00:00"),
        ((3599, 3600), 2, "Time (h:mm:ss)", "0:59:59 1:00:00"),
        ((0, 36000), 5, "Time (h:mm:ss)", "0:00:00 2:00:00 4:00:00 6:00:00 8:00:00 10:00:00"),
        ((0, 864000), 5, "Time (h:mm:ss)", "0:00:00 50:00:00 100:00:00 150:00:00 200:00:00"),
    ],
)
def test_times_that_people_choose(shown_s: Ends, most: int, label: str, wanted: str) -> None:
    assert time_label(shown_s) == label
    assert list(time_ticks(shown_s, most).values()) == wanted.split()


@pytest.mark.parametrize(
    ("seconds", "hours", "digits", "wanted"),
    [
        (59.96, False, 1, "1:00.0"),
        (59.96, False, 0, "1:00"),
        (3599.999, True, 2, "1:00:00.00"),
        (61.25, False, 2, "1:01.25"),
        (7, True, 0, "0:00:07"),
    ],
)
def test_a_clock_carries_what_is_rounded(
    seconds: float, hours: bool, digits: int, wanted: str
) -> None:
    assert clock(seconds, hours=hours, digits=digits) == wanted


@given(ends(96_000.0), MOST)
def test_thousands_stand_where_they_belong(shown_hz: Ends, most: int) -> None:
    ticks = scaled_ticks(shown_hz, most, 1000.0)
    assert within(ticks, shown_hz)
    for place, text in ticks.items():
        assert 1000 * number_of(text) == pytest.approx(place, abs=1e-5 * shown_hz[1])


@pytest.mark.parametrize("scale", PLACES)
@given(shown_hz=ends(90_000.0), most=MOST)
def test_ticks_of_a_bent_axis_keep_apart_and_are_some(
    scale: str, shown_hz: Ends, most: int
) -> None:
    place_of = PLACES[scale]
    low, high = shown_hz
    low = max(low, 0.5)
    high = max(high, low * 1.001)
    shown = place_of(low), place_of(high)
    ticks = spread_ticks(place_of, (low, high), most)
    assert ticks
    assert within(ticks, shown)
    apart = (shown[1] - shown[0]) / most
    assert np.diff(sorted(ticks)).min(initial=np.inf) >= 0.7 * apart * (1 - 1e-9)
    for place, text in ticks.items():
        assert place_of(number_of(text)) == pytest.approx(place, rel=1e-5)


@pytest.mark.parametrize(
    ("scale", "shown_hz", "most", "wanted"),
    [
        ("log", (20, 20_000), 6, "20 100 1k 10k"),
        ("log", (20, 20_000), 12, "20 50 100 200 500 1k 2k 5k 10k 20k"),
        ("mel", (0, 11_025), 8, "0 500 1k 2k 5k 10k"),
        ("log", (3000, 3400), 4, "3k 3.1k 3.2k 3.3k 3.4k"),
        ("bark", (440, 480), 3, "440 460 480"),
        ("log", (0.4, 50), 9, "0.5 1 2 5 10 20 50"),
        ("log", (0.05, 0.9), 5, "0.05 0.1 0.2 0.5"),
    ],
)
def test_frequencies_that_people_choose(scale: str, shown_hz: Ends, most: int, wanted: str) -> None:
    ticks = spread_ticks(PLACES[scale], shown_hz, most)
    assert [ticks[place] for place in sorted(ticks)] == wanted.split()


@given(st.floats(-200, 200), st.floats(1, 200), st.integers(2, 20))
def test_a_bar_has_two_numbers_at_least(low: float, length: float, most: int) -> None:
    shown = (low, low + length)
    ticks = bar_ticks(shown, most)
    assert len(ticks) >= 2
    slack = 1e-5 * length
    assert all(shown[0] - slack <= place <= shown[1] + slack for place in ticks)
    if len(plain := round_ticks(shown, most)) > 1:
        assert ticks == plain
