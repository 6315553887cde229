"""Where the panels of a contact sheet lie: parts of segments, side by side, row after row."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.pictures.layout import CHARACTER, Box, Canvas, Grid, choose_canvas
from stftcli.settings.pictures import FigureSettings
from stftcli.settings.sizes import check_size

Floats = NDArray[np.float64]

SMALL = 0.8
"""Size of the words above a panel, in heights of the text."""
_PANEL, _STRETCHED, _DEFAULT_ROWS = 0.11, 2, 8
"""Height of a panel in widths of the page, and how much higher it may be; rows of a page."""
_MIN_PANEL = 16  # pixels of its height
_ABREAST, _MARGIN, _DEFAULT_S = 5, 0.2, 1.0
_MIN_SHARE, _SHORT_SHARE, _SHORT = 1 / 40, 1 / 25, 0.25
MAX_ROWS = 4
_BAR_ROWS = 2  # beside which the colour bar stands


class Cut(Frozen):
    """What one panel shows.

    Attributes
    ----------
    segment : int
        Its number in the table, from 0.
    start_s, end_s : float
        From when to when, in the sound.
    part, parts : int
        Which of how many panels of the segment it is.
    shown : float
        How much of the segment all of its panels show, from 0 to 1.
    """

    segment: int
    start_s: float
    end_s: float
    part: int = 0
    parts: int = 1
    shown: float = 1.0

    @property
    def duration_s(self) -> float:
        """How long it is."""
        return self.end_s - self.start_s


class Place(Frozen):
    """On which page a panel lies, and where; the words above it may take `room` pixels."""

    page: int
    box: Box
    room: int


class Page(Frozen):
    """A page: its size in pixels, its rows of panels as boxes, and its colour bar if it has one."""

    width: int
    height: int
    rows: list[Box]
    bar: Box | None


class SheetLayout(Frozen):
    """Where everything lies.

    Attributes
    ----------
    canvas : Canvas
        The resolution and the text of the pages.
    second : float
        Pixels of a second.
    panel_height : int
        Pixels.
    places : list of Place
        Of the panels.
    pages : list of Page
        Their number is that of the pages.
    """

    canvas: Canvas
    second: float
    panel_height: int
    places: list[Place]
    pages: list[Page]


def default_margin_s(duration_s: Floats) -> float:
    """Give the margin around segments: a share of the median of those that last at all."""
    lasting = duration_s[duration_s > 0]
    return _MARGIN * float(np.median(lasting)) if len(lasting) else _DEFAULT_S / 2


def default_span_s(duration_s: Floats, margin_s: float) -> float:
    """Give the time that the width of a sheet shows.

    Five median segments go into it, and the longest one; less if that made slivers of the shortest
    quarter: then the longest are broken.
    """
    shown = duration_s + 2 * margin_s
    median, short = np.quantile(shown, [0.5, _SHORT], method="lower")
    wanted = max(_ABREAST * median, shown.max())
    return float(min(wanted, short / _SHORT_SHARE)) or _ABREAST * _DEFAULT_S


def cut_segments(
    numbers: NDArray[np.int64], start_s: Floats, end_s: Floats, margin_s: float, span_s: float
) -> Iterator[Cut]:
    """Give what the panels show: a segment each, or an equal part of one that is too long.

    `numbers` are those of the segments in the table.
    What would be a sliver shows more of what lies around it. Of a segment that takes more than
    `MAX_ROWS` rows, the beginning is shown.
    """
    ends = zip(numbers.tolist(), start_s.tolist(), end_s.tolist(), strict=True)
    for number, start, end in ends:
        missing = max(0.0, _MIN_SHARE * span_s - (end - start))
        around = max(margin_s, missing / 2)
        first, last = max(0.0, start - around), end + around
        parts = max(1, ceil((last - first) / span_s * (1 - 1e-9)))
        length = span_s if parts > MAX_ROWS else (last - first) / parts
        shown = min(1.0, MAX_ROWS * span_s / (last - first))
        parts = min(parts, MAX_ROWS)
        for part in range(parts):
            begin = first + part * length
            yield Cut(number, begin, begin + length, part, parts, shown)


def lay_out_sheet(
    cuts: Sequence[Cut],
    span_s: float,
    figure: FigureSettings,
    *,
    characters: int,
    wishes: Sequence[int] = (),
    titled: bool = True,
) -> SheetLayout:
    """Put panels side by side from the left, in rows from the top, on as many pages as it takes.

    Parameters
    ----------
    cuts : sequence of Cut
        The panels.
    span_s : float
        How much time a row has room for.
    figure : FigureSettings
        The size of a page; without one it is as high as its rows.
    characters : int
        How many characters there are to be room for above the narrowest panel.
    wishes : sequence of int, optional
        How many there are above each panel: they get what a row has left.
    titled : bool, default True
        Whether there is a title above them.

    Raises
    ------
    SettingsError
        If no room is left for the panels, or there would be too many pages.
    """
    canvas = choose_canvas(Grid(1, 1), figure)
    frame = _Frame(canvas.width, canvas.em, titled, figure)
    panel, rows, height = round(_PANEL * canvas.width), _DEFAULT_ROWS, None
    second = frame.room / span_s
    character = CHARACTER * SMALL * frame.em
    least = round(characters * character)
    packed = list(_packed([cut.duration_s * second for cut in cuts], least, frame))
    if wishes:
        packed = _spread(packed, [ceil(wish * character) for wish in wishes])
    if figure.size is not None:
        height = canvas.height
        rows = max(1, (height - frame.height(0, 0)) // frame.row(panel))
        rows = min(rows, packed[-1].row + 1)
        panel = min(_STRETCHED * panel, (height - frame.height(rows, 0)) // rows)
    if min(frame.room, panel) < _MIN_PANEL:
        raise SettingsError(
            f"{canvas.width}x{canvas.height} pixels at {canvas.dpi} dpi have no room for panels: "
            "give a larger `size`, or a smaller `dpi` or `font_size`"
        )
    pages = [
        frame.page(min(rows, packed[-1].row + 1 - first), panel, height)
        for first in range(0, packed[-1].row + 1, rows)
    ]
    places = [
        Place(
            one.row // rows,
            replace(pages[one.row // rows].rows[one.row % rows], left=one.left, width=one.width),
            one.room,
        )
        for one in packed
    ]
    return SheetLayout(canvas, second, panel, places, pages)


class _Packed(NamedTuple):
    row: int
    left: int
    width: int
    room: int


def _packed(widths: Sequence[float], least: int, frame: "_Frame") -> Iterator[_Packed]:
    """Give each panel its place in a row; the words above the last one may go up to its end."""
    row, left, end = 0, frame.left, frame.left + frame.room
    last: _Packed | None = None
    for width in widths:
        wide = max(1, min(frame.room, round(width)))
        room = min(frame.room, max(wide, least))
        begins = left > frame.left and left + room > end
        if begins:
            row, left = row + 1, frame.left
        if last is not None:
            yield last._replace(room=end - last.left) if begins else last
        last = _Packed(row, left, wide, room)
        left += room + frame.gap
    if last is not None:
        yield last._replace(room=end - last.left)


def _spread(packed: Sequence[_Packed], wishes: Sequence[int]) -> list[_Packed]:
    """Give the words that want more room what the last ones of their row do not want."""
    spread: list[_Packed] = []
    for _, row in groupby(zip(packed, wishes, strict=True), key=lambda both: both[0].row):
        panels = list(row)
        last, wish = panels[-1]
        spare, moved = last.room - max(last.width, wish), 0
        for one, wanted in panels[:-1]:
            more = max(0, min(spare - moved, wanted - one.room))
            spread.append(one._replace(left=one.left + moved, room=one.room + more))
            moved += more
        spread.append(last._replace(left=last.left + moved, room=last.room - moved))
    return spread


class _Frame(Frozen):
    """What surrounds the panels of a page, in pixels."""

    width: int
    em: float
    titled: bool
    figure: FigureSettings

    @property
    def left(self) -> int:
        """Room of the frequencies."""
        return round((2.7 + 4 * CHARACTER if "frequency" in self.figure.axes else 0.5) * self.em)

    @property
    def room(self) -> int:
        """What the panels of a row have."""
        beside = 4.5 + 4 * CHARACTER if self.figure.colorbar else 0.5
        return self.width - self.left - round(beside * self.em)

    @property
    def gap(self) -> int:
        """Between panels."""
        return round(0.5 * self.em)

    @property
    def top(self) -> int:
        """Room of the title."""
        return round((2.3 if self.titled else 0.6) * self.em)

    def height(self, rows: int, panel: int) -> int:
        """Give the height of a page of so many rows."""
        below = 2.2 if "time" in self.figure.axes else 0.5
        return self.top + rows * self.row(panel) + round(below * self.em)

    def row(self, panel: int) -> int:
        """Give the height of a row: the words, and the panel."""
        return round(2.7 * self.em) + panel

    def page(self, rows: int, panel: int, height: int | None) -> Page:
        """Lay out a page of this height, or as high as so many rows."""
        height = self.height(rows, panel) if height is None else height
        check_size(self.width, height)
        bottoms = [height - self.top - (row + 1) * self.row(panel) for row in range(rows)]
        boxes = [Box(self.left, bottom, self.room, panel) for bottom in bottoms]
        last = boxes[min(rows, _BAR_ROWS) - 1]
        across = self.left + self.room + round(0.9 * self.em), max(2, round(0.9 * self.em))
        high = boxes[0].bottom + panel - last.bottom
        bar = Box(across[0], last.bottom, across[1], high)
        return Page(self.width, height, boxes, bar if self.figure.colorbar else None)
