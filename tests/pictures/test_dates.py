"""Ticks of dates: round on the clock of the day, with the day said once."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stftcli.pictures.dates import date_label, date_ticks

EVENING = datetime(2024, 1, 31, 22, 47, 11)
HOUR_S, DAY_S = 3600.0, 86_400.0


@pytest.mark.parametrize(
    ("shown_s", "most", "texts"),
    [
        ((0, 6 * HOUR_S), 7, ["23:00", "02-01", "01:00", "02:00", "03:00", "04:00"]),
        ((0, 60), 5, ["22:47:30", "22:48:00"]),
        ((0, 0.4), 4, ["22:47:11.0", "22:47:11.2", "22:47:11.4"]),
        ((0, 2 * DAY_S), 5, ["02-01", "12:00", "02-02", "12:00"]),
        ((0, 7 * DAY_S), 8, [f"02-0{day}" for day in range(1, 8)]),
        ((0, 30 * DAY_S), 6, ["02-05", "02-10", "02-15", "02-20", "02-25", "03-01"]),
        ((-22 * HOUR_S, 0), 4, ["06:00", "12:00", "18:00"]),
    ],
)
def test_texts(shown_s: tuple[float, float], most: int, texts: list[str]) -> None:
    assert list(date_ticks(EVENING, shown_s, most, 7).values()) == texts


def test_longer_texts_are_fewer_where_there_is_no_room() -> None:
    shown_s = (0.0, 60.0)
    assert len(date_ticks(EVENING, shown_s, 6, 8)) == 6
    assert len(date_ticks(EVENING, shown_s, 6, 5)) == 2


def test_a_midnight_alone_is_a_time() -> None:
    midnight = datetime(2024, 2, 1)
    assert list(date_ticks(midnight, (0, 2 * HOUR_S), 2, 7).values()) == ["00:00", "01:00", "02:00"]


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.floats(0, 1e6),
    st.floats(1e-2, 1e7),
    st.integers(2, 20),
)
def test_ticks_stand_where_their_texts_say(
    origin: datetime, first_s: float, length_s: float, most: int
) -> None:
    shown_s = (first_s, first_s + length_s)
    ticks = date_ticks(origin, shown_s, most, 7)
    assert 1 <= len(ticks) <= 2 * most + 1
    slack_s = 1e-5 * length_s
    for place_s, text in ticks.items():
        assert shown_s[0] - slack_s <= place_s <= shown_s[1] + slack_s
        at = origin + timedelta(seconds=place_s)
        nearest = at + timedelta(microseconds=50)
        stamps = [f"{near:%m-%d %H:%M:%S.%f}" for near in (at, nearest)]
        assert any(text in stamp for stamp in stamps), (text, stamps)


@pytest.mark.parametrize(
    ("origin", "length_s", "label"),
    [
        (EVENING, HOUR_S, "Time (2024-01-31)"),
        (EVENING, 2 * HOUR_S, "Time (2024-01-31 to 2024-02-01)"),
        (EVENING.replace(tzinfo=UTC), HOUR_S, "Time (2024-01-31, UTC)"),
        (
            EVENING.replace(tzinfo=timezone(timedelta(hours=-3.5))),
            HOUR_S,
            "Time (2024-01-31, UTC-03:30)",
        ),
    ],
)
def test_the_day_stands_in_the_label(origin: datetime, length_s: float, label: str) -> None:
    assert date_label(origin, (0, length_s)) == label
