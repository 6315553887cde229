"""Contact sheets: what panels show, and where they lie."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stftcli.errors import SettingsError
from stftcli.pictures.layout import Box
from stftcli.pictures.sheet_layout import (
    MAX_ROWS,
    Cut,
    SheetLayout,
    cut_segments,
    default_margin_s,
    default_span_s,
    lay_out_sheet,
)
from stftcli.settings.pictures import FigureSettings

ENDS = st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e3)), min_size=1, max_size=60)


def cut(ends: list[tuple[float, float]], margin_s: float, span_s: float) -> list[Cut]:
    """Cut segments, of which a start and a length are given."""
    start_s, length_s = np.array(ends).T
    return list(cut_segments(np.arange(len(ends)), start_s, start_s + length_s, margin_s, span_s))


def laid_out(cuts: list[Cut], span_s: float, **figure: object) -> SheetLayout:
    return lay_out_sheet(cuts, span_s, FigureSettings(**figure), characters=9)  # type: ignore[arg-type]


def boxes_of(layout: SheetLayout, page: int) -> list[Box]:
    return [place.box for place in layout.places if place.page == page]


@given(ENDS, st.floats(0, 10), st.floats(0.01, 1e3))
def test_panels_show_their_segments_and_are_neither_slivers_nor_longer_than_a_row(
    ends: list[tuple[float, float]], margin_s: float, span_s: float
) -> None:
    cuts = cut(ends, margin_s, span_s)
    assert [one.segment for one in cuts] == sorted(one.segment for one in cuts)
    for number, (start_s, length_s) in enumerate(ends):
        parts = [one for one in cuts if one.segment == number]
        assert [one.part for one in parts] == list(range(parts[0].parts))
        assert len(parts) <= MAX_ROWS
        assert all(one.duration_s <= span_s * (1 + 1e-6) for one in parts)
        assert all(one.end_s == pytest.approx(other.start_s) for one, other in pairwise(parts))
        assert parts[0].start_s == pytest.approx(max(0, parts[0].start_s))
        assert parts[0].start_s <= start_s
        if parts[0].shown == 1:
            assert parts[-1].end_s >= start_s + length_s - 1e-6
        else:
            assert len(parts) == MAX_ROWS
        if start_s > span_s:  # what lies before the sound cannot be shown
            assert all(one.duration_s > span_s / 50 for one in parts)


def test_a_margin_ends_where_the_sound_begins() -> None:
    (one,) = cut([(0.5, 1.0)], 2.0, 10.0)
    assert (one.start_s, one.end_s) == (0, 3.5)


def test_what_takes_too_many_rows_is_shown_from_its_beginning() -> None:
    cuts = cut([(10, 600)], 0, 20)
    assert [(one.start_s, one.end_s) for one in cuts] == [(10, 30), (30, 50), (50, 70), (70, 90)]
    assert cuts[0].shown == pytest.approx(80 / 600)


def test_by_default_the_median_goes_five_times_into_a_row() -> None:
    duration_s = np.array([1.0, 1.0, 1.0, 2.0, 0.0])
    assert default_margin_s(duration_s) == pytest.approx(0.2)
    assert default_span_s(duration_s, 0.2) == pytest.approx(5 * 1.4)


def test_by_default_the_longest_goes_into_a_row_unless_the_short_ones_became_slivers() -> None:
    assert default_span_s(np.array([1.0, 1.0, 12.0]), 0) == 12
    assert default_span_s(np.array([0.05, 0.05, 600.0]), 0) == pytest.approx(25 * 0.05)


def test_points_have_a_panel_as_well() -> None:
    points = np.zeros(3)
    margin_s = default_margin_s(points)
    assert margin_s > 0
    assert default_span_s(points, margin_s) > 0
    assert default_span_s(points, 0) > 0


@given(ENDS, st.none() | st.sampled_from([(900, 700), (1500, 400), (300, 300)]), st.booleans())
def test_panels_lie_apart_in_their_pages_and_words_have_room(
    ends: list[tuple[float, float]], size: tuple[int, int] | None, bar: bool
) -> None:
    cuts = cut(ends, 0.1, 50.0)
    layout = laid_out(cuts, 50.0, size=size, colorbar=bar)
    assert len(layout.places) == len(cuts)
    for number, page in enumerate(layout.pages):
        assert size is None or (page.width, page.height) == size
        boxes = boxes_of(layout, number)
        assert boxes
        for box in boxes:
            assert box.left >= 0
            assert box.bottom > 0
            assert box.bottom + box.height < page.height
            assert box.left + box.width <= page.rows[0].left + page.rows[0].width
            assert any(row.bottom == box.bottom for row in page.rows)
        words = [place for place in layout.places if place.page == number]
        for one, other in combinations(words, 2):
            same_row = one.box.bottom == other.box.bottom
            left, right = sorted((one, other), key=lambda place: place.box.left)
            assert not same_row or left.box.left + left.room <= right.box.left
            assert not same_row or left.box.left + left.box.width <= right.box.left
        assert (page.bar is not None) == bar


def test_all_panels_have_one_scale_of_time_and_one_height() -> None:
    layout = laid_out(cut([(1, 1), (2, 2), (3, 4)], 0, 10), 10)
    one, two, four = (place.box for place in layout.places)
    assert (two.width, four.width) == pytest.approx((2 * one.width, 4 * one.width), abs=4)
    assert one.height == two.height == four.height
    assert one.width == pytest.approx(layout.second, abs=1)


def test_rows_and_pages_follow_each_other() -> None:
    layout = laid_out(cut([(number, 0.9) for number in range(60)], 0, 4), 4)
    assert [place.page for place in layout.places] == sorted(place.page for place in layout.places)
    assert len(layout.pages) == 2
    assert [len(page.rows) for page in layout.pages] == [8, 7]
    assert [len(boxes_of(layout, page)) for page in (0, 1)] == [32, 28]
    assert layout.pages[1].height < layout.pages[0].height


def test_a_page_of_a_size_has_rows_that_fill_it() -> None:
    layout = laid_out(cut([(number, 0.9) for number in range(60)], 0, 4), 4, size=(900, 700))
    rows = layout.pages[0].rows
    assert len(rows) > 2
    assert rows[-1].bottom < 700 / 8


def test_words_get_the_room_that_their_row_has_left() -> None:
    cuts = cut([(1, 1), (2, 1), (3, 1)], 0, 20)
    plain = laid_out(cuts, 20).places
    wide = lay_out_sheet(cuts, 20, FigureSettings(), characters=9, wishes=[30, 3, 3]).places
    assert wide[0].room > 2 * plain[0].room
    assert wide[1].room == plain[1].room
    for left, right in pairwise(wide):
        assert left.box.left + left.room <= right.box.left
    assert wide[2].box.left + wide[2].room == plain[2].box.left + plain[2].room
    assert [place.box.width for place in wide] == [place.box.width for place in plain]


@pytest.mark.parametrize("size", [(60, 60), (100, 400), (400, 40)])
def test_without_room_for_a_panel_says_what_helps(size: tuple[int, int]) -> None:
    with pytest.raises(SettingsError, match="no room for panels: give a larger `size`"):
        laid_out(cut([(1, 1)], 0, 10), 10, size=size)
