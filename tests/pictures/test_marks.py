"""Marks over a panel: what is seen of them, and where their labels find room."""

from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from stftcli.errors import SettingsError
from stftcli.pictures.layout import Box, Canvas
from stftcli.pictures.marks import MAX_MARKS, Marks, draw_marks

CANVAS = Canvas(400, 200, 100, 10.0)
BOX = Box(0, 0, 400, 200)
NAN = float("nan")


def drawn(
    times_s: list[tuple[float, float]], labels: list[str], **how: float
) -> tuple[Figure, int]:
    """Draw marks over 4 s and 1000 Hz; give the figure, and how many labels are left out."""
    low, high = how.get("low", NAN), how.get("high", NAN)
    figure = Figure((4, 2), dpi=100)
    axis = figure.add_axes((0, 0, 1, 1), xlim=(0, 4), ylim=(0, 1000))
    places = np.tile([low, high], (len(times_s), 1))
    left_out = draw_marks(axis, Marks(np.array(times_s), places, labels), BOX, CANVAS)
    return figure, left_out


def outlines(figure: Figure) -> list[list[tuple[int, int]]]:
    """Give the lower left and the upper right corner of each box, in pixels."""
    _, white = figure.axes[0].collections
    scale = np.array([BOX.width, BOX.height])
    corners = [np.asarray(path.vertices) * scale for path in white.get_paths()]
    return [
        [tuple(np.rint(place).astype(int).tolist()) for place in (one.min(axis=0), one.max(axis=0))]
        for one in corners
    ]


def texts(figure: Figure) -> list[Text]:
    return list(figure.axes[0].texts)


def test_a_box_lies_at_its_times_and_frequencies() -> None:
    figure, _ = drawn([(1, 2)], ["a"], low=250, high=500)
    assert outlines(figure) == [[(100, 50), (200, 100)]]


def test_a_box_without_frequencies_is_as_high_as_the_panel() -> None:
    figure, _ = drawn([(1, 2)], ["a"])
    assert outlines(figure) == [[(100, 0), (200, 200)]]


def test_what_lies_outside_is_left_out_and_its_label_too() -> None:
    figure, left_out = drawn([(-2, -1), (1, 2), (5, 6)], ["before", "in", "after"])
    assert len(outlines(figure)) == 1
    assert ([text.get_text() for text in texts(figure)], left_out) == (["in"], 0)


def test_what_goes_beyond_the_panel_has_no_edge_there() -> None:
    figure, _ = drawn([(-1, 2)], [""])
    (((left, _), (right, _)),) = outlines(figure)
    assert (left < 0, right) == (True, 200)


def test_what_is_too_narrow_to_look_into_is_one_line() -> None:
    figure, _ = drawn([(1, 1), (2, 2.02)], ["", ""])
    assert [one[0] == one[1] or one[0][0] == one[1][0] for one in outlines(figure)] == [True, True]


def test_what_looks_the_same_is_drawn_once_with_all_its_labels() -> None:
    figure, _ = drawn([(1, 2), (1.0001, 2.0001), (1, 2)], ["a", "b", "a"])
    assert len(outlines(figure)) == 1
    assert [text.get_text() for text in texts(figure)] == ["a, b"]


def test_labels_that_would_overlap_are_stacked() -> None:
    figure, left_out = drawn([(1, 1.3), (1.2, 1.6), (1.4, 1.8)], ["first", "second", "third"])
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in texts(figure)]
    assert (len(boxes), left_out) == (3, 0)
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])


def test_labels_without_room_are_counted() -> None:
    times_s = [(place, place + 0.05) for place in np.linspace(0, 3.9, 300)]
    figure, left_out = drawn(times_s, [f"label {number}" for number in range(300)])
    seen = len(texts(figure))
    assert 10 < seen < 40
    assert seen + left_out <= 300
    assert left_out > 200


def test_a_long_label_is_shortened_and_stays_in_the_panel() -> None:
    figure, _ = drawn([(3.8, 3.9)], ["a label of many words, all of them long"])
    (text,) = texts(figure)
    figure.canvas.draw()
    extent = text.get_window_extent()
    assert text.get_text().endswith("…")
    assert (extent.x0 > 0, extent.x1 < 400) == (True, True)


def test_a_label_is_no_mathematics_and_no_signal_to_a_terminal() -> None:
    figure, _ = drawn([(1, 2)], ["$x^2$ \x1b[1m"])
    (text,) = texts(figure)
    assert "\x1b" not in text.get_text()
    assert text.get_text().startswith("$x^2$")


def test_more_boxes_than_anybody_could_see_are_refused() -> None:
    random = np.random.default_rng(1)
    starts = random.uniform(0, 3, (MAX_MARKS * 2, 1))
    times_s = np.concatenate((starts, starts + random.uniform(0.1, 1, starts.shape)), axis=1)
    axis = Figure().add_axes((0, 0, 1, 1), xlim=(0, 4), ylim=(0, 1000))
    places = random.uniform(0, 1000, times_s.shape)
    marks = Marks(times_s, np.sort(places), [""] * len(times_s))
    with pytest.raises(SettingsError, match="too many for one picture"):
        draw_marks(axis, marks, BOX, CANVAS)


def patches(figure: Figure) -> list[Bbox]:
    """Give where the dark patches behind the labels are, in pixels."""
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    found = [text.get_bbox_patch() for text in texts(figure)]
    return [patch.get_window_extent() for patch in found if patch is not None]


def over(times_s: list[tuple[float, float]], places: list[tuple[float, float]]) -> list[Bbox]:
    """Draw boxes with a label each over 4 s and 1000 Hz; give the patches of the labels."""
    figure = Figure((4, 2), dpi=100)
    axis = figure.add_axes((0, 0, 1, 1), xlim=(0, 4), ylim=(0, 1000))
    marks = Marks(np.array(times_s), np.array(places), ["label"] * len(places))
    assert draw_marks(axis, marks, BOX, CANVAS) == 0
    return patches(figure)


@pytest.mark.parametrize("ends", [(100, 500), (650, 990), (20, 990)], ids=str)
def test_a_label_leaves_the_lines_of_its_box_free(ends: tuple[int, int]) -> None:
    (patch,) = over([(1, 2)], [ends])
    assert all(not patch.y0 - 0.5 < place / 5 < patch.y1 + 0.5 for place in ends)


def test_a_label_goes_below_where_another_box_lies_above() -> None:
    first, second = over([(1, 2), (1, 2)], [(300, 500), (510, 800)])
    assert first.y1 < 60
    assert second.y0 > 160


def test_a_label_lies_over_another_box_rather_than_nowhere() -> None:
    assert len(over([(0, 4), (1, 2)], [(-10, 1010), (300, 500)])) == 2
