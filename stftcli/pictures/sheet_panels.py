"""What stands on the pages of a contact sheet, and the lines around it."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.frozen import Frozen
from stftcli.pictures.axes import ColourScale, RowAxis
from stftcli.pictures.layout import Box
from stftcli.settings.pictures import PICTURE_AXES

_SEEN = 0.5  # pixels

Corners = tuple[float, float, float, float]


class SheetPanel(Frozen):
    """One panel.

    Attributes
    ----------
    values : ndarray, shape (height, width)
        What is drawn as colour, the lowest row first, from the lower left corner of the box; NaN
        stays blank.
    box : Box
        Where it lies, with what stays blank.
    room : int
        Pixels that the words may take.
    words : (str, str)
        What it is, and when; they stand above it.
    mark : (float, float, float, float), optional
        The left, lower, right and upper edge of the segment within the box, in pixels; lower and
        upper are NaN where it is as high as the box.
    torn : bool
        Whether the segment goes on where the panel ends, and no other panel shows it.
    """

    values: NDArray[Any]
    box: Box
    room: int
    words: tuple[str, str]
    mark: Corners | None = None
    torn: bool = False


class SheetPage(Frozen):
    """A page: its number from 0, and what is on it."""

    number: int
    panels: Sequence[SheetPanel]


class SheetLegend(Frozen):
    """What all pages share: their words, what rows and colours are, and which axes are named."""

    title: str
    subtitle: str
    rows: RowAxis
    colours: ColourScale
    texts: dict[str, str]
    axes: tuple[str, ...] = PICTURE_AXES


def corners_of(box: Box) -> Corners:
    """Give the left, lower, right and upper edge of a box."""
    return box.left, box.bottom, box.left + box.width, box.bottom + box.height


def outline(corners: Corners) -> list[tuple[float, float]]:
    """Give the corners themselves, one after another."""
    left, bottom, right, top = corners
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


def mark_lines(box: Box, mark: Corners, inset: float) -> Iterator[list[tuple[float, float]]]:
    """Give the lines of a segment's box, as far as they lie within the panel.

    A side that lies on the frame is drawn a little within it. Without frequencies there is no such
    side, for the frame itself says where the segment ends.
    """
    left, bottom, right, top = mark
    tall = np.isnan(bottom)
    seen = _SEEN if tall else -_SEEN
    across = [_side(end, box.width, seen, inset) for end in (left, right)]
    upwards = [_side(end, box.height, seen, inset) for end in (bottom, top)]
    if tall:
        upwards = [(0.0, False), (float(box.height), False)]
    for x, drawn in across:
        if drawn:
            yield [(box.left + x, box.bottom + y) for y, _ in upwards]
    for y, drawn in upwards:
        if drawn:
            yield [(box.left + x, box.bottom + y) for x, _ in across]


def _side(end: float, length: int, seen: float, inset: float) -> tuple[float, bool]:
    """Give where one end of a segment is drawn along a side of its panel, and whether it is."""
    drawn = seen < end < length - seen
    margin = inset if drawn else 0.0
    return min(max(end, margin), length - margin), drawn
