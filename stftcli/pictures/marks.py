"""Marks over a panel: the boxes of segments, and their labels where there is room."""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import SettingsError
from stftcli.files.untrusted import printable
from stftcli.frozen import Frozen
from stftcli.pictures.layout import CHARACTER, Box, Canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SMALL = 0.75  # of the height of the figure's text
_LONGEST = (24, 10)  # signs of a label
_LINE, _PAD = 1.5, 0.3  # height of a label, and room beside its text, in heights of the text
_LINES = 4  # so many labels below each other
_NARROW = 4  # pixels
_SHARED = 3  # so many labels of boxes that look the same
_INK, _HALO = "white", (0, 0, 0, 0.65)
# White on black is seen on every colour of every map, and on paper of either kind.
STROKES = ((_HALO, 0.24), (_INK, 0.1))
"""The colours of a line, one over the other, and its widths in heights of the text."""
MAX_MARKS = 20_000

Ends = tuple[float, float]
Floats = NDArray[np.float64]


class Marks(Frozen):
    """Boxes in a panel, with their labels.

    Attributes
    ----------
    times_s, places : ndarray, shape (marks, 2)
        Where each begins and ends on the axes of the panel; places of NaN are those of the panel.
    labels : sequence of str
        Empty where there is none.
    """

    times_s: Floats
    places: Floats
    labels: Sequence[str]


def draw_marks(axis: "Axes", marks: Marks, box: Box, canvas: Canvas) -> int:
    """Draw the marks of a panel, and give the number of labels that had no room.

    Parameters
    ----------
    axis : Axes
        The panel, whose ends are set.
    marks : Marks
        What lies outside of the panel is not drawn.
    box : Box
        Where the panel is in the figure, in pixels.
    canvas : Canvas
        The figure.

    Raises
    ------
    SettingsError
        If there are more boxes than anybody could see.
    """
    corners, labels = _in_pixels(marks, axis.get_xlim(), axis.get_ylim(), box)
    if len(corners) > MAX_MARKS:
        raise SettingsError(
            f"{len(corners)} segments are too many for one picture: choose a part with `start` and "
            "`duration`"
        )
    _draw_boxes(axis, corners, box, canvas.points)
    return _write_labels(axis, corners, labels, box, canvas)


def _in_pixels(
    marks: Marks, times_s: Ends, places: Ends, box: Box
) -> tuple[NDArray[np.int64], list[str]]:
    """Give the corners (left, bottom, right, top) of what is seen, in pixels of the panel.

    What looks the same is drawn once, with all its labels.
    """
    beyond = (marks.times_s[:, 1] < times_s[0]) | (marks.times_s[:, 0] > times_s[1])
    low, high = (
        np.where(np.isnan(marks.places[:, side]), places[side], marks.places[:, side])
        for side in (0, 1)
    )
    seen = np.flatnonzero(~beyond & (low <= places[1]) & (high >= places[0]))
    wide = _pixels(marks.times_s[seen], times_s, box.width)
    tall = _pixels(np.stack((low[seen], high[seen]), axis=1), places, box.height)
    # Of what is too narrow to look into, one line is enough.
    narrow = np.diff(wide)[:, 0] < _NARROW
    wide[narrow] = wide[narrow].mean(axis=1, keepdims=True)
    corners = np.stack((wide[:, 0], tall[:, 0], wide[:, 1], tall[:, 1]), axis=1)
    corners, first, same = np.unique(corners, axis=0, return_index=True, return_inverse=True)
    texts: list[list[str]] = [[] for _ in first]
    for number, mark in zip(same.ravel().tolist(), seen.tolist(), strict=True):
        label = marks.labels[mark]
        if label and label not in texts[number] and len(texts[number]) < _SHARED:
            texts[number].append(label)
    return corners, [", ".join(several) for several in texts]


def _pixels(values: Floats, ends: Ends, pixels: int) -> NDArray[np.int64]:
    """Turn places into pixels; those beyond the panel lie a little beyond it."""
    scaled = (values - ends[0]) / (ends[1] - ends[0]) * pixels
    return np.asarray(np.rint(np.clip(scaled, -4, pixels + 4)), np.int64)


def _draw_boxes(axis: "Axes", corners: NDArray[np.int64], box: Box, points: float) -> None:
    # Deferred, so that who only passes marks on need not wait for matplotlib.
    from matplotlib.collections import PolyCollection

    scale = np.array([box.width, box.height], np.float64)
    order = np.array([[0, 1], [2, 1], [2, 3], [0, 3]])
    outlines = corners[:, order] / scale
    for colour, wide in STROKES:
        axis.add_collection(
            PolyCollection(
                list(outlines),
                facecolors="none",
                edgecolors=[colour],
                linewidths=wide * points,
                transform=axis.transAxes,
                zorder=2,
            ),
            autolim=False,
        )


def _write_labels(
    axis: "Axes", corners: NDArray[np.int64], labels: Sequence[str], box: Box, canvas: Canvas
) -> int:
    """Write labels from the left, each at its box where there is room, or else shortened."""
    room = _Room.of(corners, box, gap=ceil(STROKES[0][1] / 2 * canvas.em))
    left_out, em = 0, _SMALL * canvas.em
    height = round(_LINE * em)
    for number in np.lexsort((corners[:, 1], corners[:, 0])).tolist():
        for text, width in _texts(labels[number], em):
            place = room.take(corners[number].tolist(), (width, height))
            if place is not None:
                left, middle = place[0] + _PAD * em, place[1] + height / 2
                at = left / box.width, middle / box.height
                _write(axis, text, at, _SMALL * canvas.points)
                break
        else:
            left_out += labels[number] != ""
    return left_out


def _texts(label: str, em: float) -> Iterator[tuple[str, int]]:
    """Give a label as it may be written, the longest first, and how wide that is."""
    for longest in _LONGEST:
        text = label if len(label) <= longest else f"{label[: longest - 1]}…"
        if text:
            yield printable(text), round((len(text) * CHARACTER + 2 * _PAD) * em)


class _Room(Frozen):
    """The pixels of a panel: where labels are, how many boxes lie there, and the width of a gap."""

    taken: NDArray[np.bool_]
    boxes: NDArray[np.int32]
    gap: int

    @classmethod
    def of(cls, corners: NDArray[np.int64], box: Box, *, gap: int) -> "_Room":
        """Count the boxes of a panel without labels."""
        # A box adds 1 from its lower left corner on, and takes it back beyond its other sides.
        steps = np.zeros((box.height + 1, box.width + 1), np.int32)
        lefts, rights = (np.clip(corners[:, side], 0, box.width) for side in (0, 2))
        bottoms, tops = (np.clip(corners[:, side], 0, box.height) for side in (1, 3))
        for rows, columns, step in (
            *((bottoms, lefts, 1), (tops, rights, 1)),
            *((bottoms, rights, -1), (tops, lefts, -1)),
        ):
            np.add.at(steps, (rows, columns), step)
        boxes = steps.cumsum(axis=0).cumsum(axis=1)[:-1, :-1]
        return cls(np.zeros((box.height, box.width), np.bool_), boxes.astype(np.int32), gap)

    def take(self, corners: list[int], size: tuple[int, int]) -> tuple[int, int] | None:
        """Find a place for the label of a box, where other boxes have least; None if all are taken.

        It is the lower left corner of the label.
        """
        width, height = size
        places = [
            (left, bottom)
            for left, bottom in self._places(corners, size)
            if not self.taken[bottom : bottom + height, left : left + width].any()
        ]
        place = min(places, key=lambda one: self._others(corners, one, size), default=None)
        if place is not None:
            left, bottom = place
            self.taken[bottom : bottom + height, left : left + width] = True
        return place

    def _places(self, corners: list[int], size: tuple[int, int]) -> Iterator[tuple[int, int]]:
        """Give places for a label: above its box, below it, or within it from the top down.

        It begins where the box does, or ends there.
        """
        (width, height), (high, wide) = size, self.taken.shape
        left, bottom, right, top = corners
        if width + 2 > wide:
            return
        upper, below = min(top, high - 1), bottom - self.gap - height
        above = [upper + self.gap + line * height for line in (0, 1)]
        within = [upper - self.gap - line * height for line in range(1, _LINES + 1)]
        within = [within[0], *(lower for lower in within[1:] if lower >= bottom)]
        for lower in (above[0], below, above[1], *within):
            if 0 <= lower <= high - height:
                for begin in (left, right - width):
                    yield max(1, min(begin, wide - width - 1)), lower

    def _others(self, corners: list[int], place: tuple[int, int], size: tuple[int, int]) -> int:
        """Give how many pixels of other boxes lie where a label would."""
        (left, bottom), (width, height) = place, size
        there = self.boxes[bottom : bottom + height, left : left + width].sum()
        wide = min(corners[2], left + width) - max(corners[0], left)
        high = min(corners[3], bottom + height) - max(corners[1], bottom)
        return int(there) - max(0, wide) * max(0, high)


def _write(axis: "Axes", text: str, place: tuple[float, float], points: float) -> None:
    axis.text(
        *place,
        text,
        transform=axis.transAxes,
        va="center",
        fontsize=points,
        color=_INK,
        zorder=3,
        bbox={"facecolor": _HALO, "edgecolor": "none", "boxstyle": "square,pad=0.2"},
    )
