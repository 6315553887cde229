"""The pages of a contact sheet, drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import IO, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stftcli.files.untrusted import printable
from stftcli.frozen import Frozen
from stftcli.pictures.colours import colour_table, shades
from stftcli.pictures.figure import max_ticks
from stftcli.pictures.layout import CHARACTER, Box
from stftcli.pictures.marks import STROKES
from stftcli.pictures.pixels import Pixels
from stftcli.pictures.sheet_layout import SMALL, Page, SheetLayout
from stftcli.pictures.sheet_panels import (
    SheetLegend,
    SheetPage,
    SheetPanel,
    corners_of,
    mark_lines,
    outline,
)
from stftcli.pictures.style import FAINT, Tell, styled, write_figure
from stftcli.pictures.ticks import bar_ticks, round_step
from stftcli.settings.choices import PictureFormat

_LARGE, _SUBTITLE = 1.2, 0.85
_TICK, _TORN, _THIN, _THICK = 0.3, 0.45, 0.07, 0.12
"""All in heights of the text."""
_THINNER = 0.75  # than over a picture


def draw_page(
    file: IO[bytes],
    picture_format: PictureFormat,
    page: SheetPage,
    layout: SheetLayout,
    legend: SheetLegend,
    *,
    dark: bool = False,
    font: str | None = None,
    tell: Tell | None = None,
) -> None:
    """Draw one page into a file of its own; parameters are those of `draw_document`."""
    with styled(dark=dark, points=layout.canvas.points, font=font, tell=tell):
        figure = _figure_of(page, layout, legend)
        texts = {"Title": printable(legend.title), "Description": legend.subtitle, **legend.texts}
        write_figure(file, picture_format, figure, texts)


def draw_document(
    file: IO[bytes],
    pages: Iterable[SheetPage],
    layout: SheetLayout,
    legend: SheetLegend,
    *,
    dark: bool = False,
    font: str | None = None,
    tell: Tell | None = None,
) -> None:
    """Draw pages into one PDF.

    Parameters
    ----------
    file : binary file
        Takes it.
    pages : iterable of SheetPage
        What is drawn, page after page.
    layout : SheetLayout
        Where it all lies.
    legend : SheetLegend
        The words; a title stands on each page.
    dark : bool, default False
        Light on dark, or else dark on light.
    font : str, optional
        Its name, if it is not that of matplotlib.
    tell : function, optional
        Hears which signs the font lacks.
    """
    described = {
        "Title": printable(legend.title),
        "Subject": legend.subtitle,
        "CreationDate": None,
    }
    with (
        styled(dark=dark, points=layout.canvas.points, font=font, tell=tell),
        PdfPages(file, metadata=described) as document,
    ):
        for page in pages:
            document.savefig(_figure_of(page, layout, legend))


def _figure_of(sheet: SheetPage, layout: SheetLayout, legend: SheetLegend) -> Figure:
    page, pages = layout.pages[sheet.number], len(layout.pages)
    if pages > 1:
        numbered = f"page {sheet.number + 1} of {pages}"
        told = ", ".join(filter(None, (legend.subtitle, numbered)))
        legend = replace(legend, subtitle=told)
    dpi = layout.canvas.dpi
    figure = Figure((page.width / dpi, page.height / dpi), dpi=dpi)
    # One pair of axes, whose data are the pixels of the page: a pair for each panel takes seconds.
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, page.width), ylim=(0, page.height))
    axes.set_axis_off()
    drawing = _PageDrawing(axes, page, sheet.panels, layout, legend)
    drawing.draw_panels()
    drawing.draw_marks()
    drawing.write_words()
    if "frequency" in legend.axes:
        drawing.draw_frequencies()
    if "time" in legend.axes:
        drawing.draw_time_scale()
    if page.bar is not None:
        drawing.draw_bar(page.bar)
    if legend.title:
        drawing.write_titles()
    return figure


class _PageDrawing(Frozen):
    """A page in the making."""

    axes: Axes
    page: Page
    panels: Sequence[SheetPanel]
    layout: SheetLayout
    legend: SheetLegend

    def draw_panels(self) -> None:
        """Draw the colours, and a line around each panel."""
        colours = self.legend.colours
        table = colour_table(colours.colormap)
        for panel in self.panels:
            unknown = np.isnan(panel.values)
            numbers = shades(
                np.where(unknown, colours.lowest, panel.values), colours.lowest, colours.highest
            )
            pixels = table[numbers]
            if unknown.any():
                pixels[unknown] = self._paper
            Pixels(self.axes, pixels, (panel.box.left, panel.box.bottom))
        outlines = [outline(corners_of(panel.box)) for panel in self.panels]
        self._add(PolyCollection(outlines, facecolors="none", edgecolors=FAINT), _THIN)
        torn = [self._torn(panel.box) for panel in self.panels if panel.torn]
        paper = [channel / 255 for channel in self._paper]
        self._add(PolyCollection(torn, facecolors=[paper], edgecolors=FAINT), _THIN)

    def draw_marks(self) -> None:
        """Draw the segments in their panels: boxes, or lines where they begin and end."""
        inset = _THINNER * STROKES[0][1] / 2 * self._em
        lines: list[list[tuple[float, float]]] = []
        for panel in self.panels:
            if panel.mark is not None:
                lines += mark_lines(panel.box, panel.mark, inset)
        for colour, wide in STROKES:
            self._add(LineCollection(lines, colors=[colour]), _THINNER * wide)

    def write_words(self) -> None:
        """Write what stands above the panels."""
        for panel in self.panels:
            top = panel.box.bottom + panel.box.height
            for text, line, colour in zip(panel.words, (1.4, 0.35), (None, FAINT), strict=True):
                fitting = self._fitting(text, panel.room, SMALL)
                self._write(panel.box.left, top + line * self._em, fitting, SMALL, color=colour)

    def draw_frequencies(self) -> None:
        """Put ticks and their texts left of each row, and the label of the axis beside them."""
        rows, em = self.legend.rows, self._em
        height = self.layout.panel_height
        ticks = rows.ticks(max_ticks(height, 1.25 * em))
        low, high = rows.shown
        marks = []
        for box in self.page.rows:
            for place, text in ticks.items():
                y = box.bottom + (place - low) / (high - low) * height
                marks.append([(box.left - _TICK * em, y), (box.left, y)])
                right = {"ha": "right", "va": "center_baseline"}
                self._write(box.left - 2 * _TICK * em, y, text, SMALL, **right)
        self._add(LineCollection(marks, colors=FAINT), _THIN)
        middle = (self.page.rows[0].bottom + height + self.page.rows[-1].bottom) / 2
        self._write(0.9 * em, middle, rows.label, 1, **_UPRIGHT)

    def draw_bar(self, box: Box) -> None:
        """Draw what the colours mean."""
        colours, em = self.legend.colours, self._em
        lowest, highest = colours.lowest, colours.highest
        if lowest == highest:
            lowest, highest = lowest - 0.5, highest + 0.5
        table = colour_table(colours.colormap)
        rows = table[np.arange(box.height) * len(table) // box.height]
        Pixels(self.axes, np.repeat(rows[:, np.newaxis], box.width, axis=1), (box.left, box.bottom))
        self._add(
            PolyCollection([outline(corners_of(box))], facecolors="none", edgecolors=FAINT), _THIN
        )
        right = box.left + box.width
        marks = []
        ticks = bar_ticks((lowest, highest), max_ticks(box.height, 1.6 * em))
        for value, text in ticks.items():
            y = box.bottom + (value - lowest) / (highest - lowest) * box.height
            marks.append([(right, y), (right + _TICK * em, y)])
            self._write(right + 2 * _TICK * em, y, text, SMALL, va="center_baseline")
        self._add(LineCollection(marks, colors=FAINT), _THIN)
        middle = box.bottom + box.height / 2
        self._write(self.page.width - 0.9 * em, middle, colours.label, 1, **_UPRIGHT)

    def draw_time_scale(self) -> None:
        """Draw below the panels how long a round time is in all of them."""
        row, em = self.page.rows[-1], self._em
        length_s = round_step(row.width / 12 / self.layout.second)
        left, right, y = row.left, row.left + length_s * self.layout.second, row.bottom - 1.1 * em
        ends = [[(x, y - _TICK * em), (x, y + _TICK * em)] for x in (left, right)]
        ink = self.axes.yaxis.label.get_color()
        self._add(LineCollection([[(left, y), (right, y)], *ends], colors=[ink]), _THICK)
        self._write(right + 0.6 * em, y, _spelled(length_s), SMALL, va="center_baseline")

    def write_titles(self) -> None:
        """Write the title, and the rate and the frames."""
        left, em = self.page.rows[0].left, self._em
        right = left + self.page.rows[0].width
        top = self.page.height - 0.6 * em
        title = self._fitting(self.legend.title, right - left, _LARGE)
        self._write(left, top, title, _LARGE, va="top")
        least = left + self._width(title, _LARGE) + em
        least += self._width(self.legend.subtitle, _SUBTITLE)
        faint = {"ha": "right", "va": "top", "color": FAINT}
        for end in (right, self.page.width - 0.6 * em):  # where it must, above the colour bar
            if least <= end:
                self._write(end, top - 0.2 * em, self.legend.subtitle, _SUBTITLE, **faint)
                break

    @property
    def _em(self) -> float:
        return self.layout.canvas.em

    @property
    def _paper(self) -> NDArray[np.uint8]:
        from matplotlib.colors import to_rgb

        colour = np.array(to_rgb(self.axes.get_facecolor()))
        return np.asarray(np.rint(255 * colour), np.uint8)

    def _add(self, collection: Any, wide: float) -> None:
        collection.set(zorder=2, linewidths=wide * self.layout.canvas.points)
        self.axes.add_collection(collection, autolim=False)

    def _write(self, x: float, y: float, text: str, height: float, **how: Any) -> None:
        self.axes.text(x, y, text, fontsize=height * self.layout.canvas.points, **how)

    def _fitting(self, text: str, room: float, height: float) -> str:
        characters = int(room / self._width(" ", height))
        return printable(text if len(text) <= characters else f"{text[: max(0, characters - 1)]}…")

    def _width(self, text: str, height: float) -> float:
        return len(text) * CHARACTER * height * self._em

    def _torn(self, box: Box) -> list[tuple[float, float]]:
        """Give a ragged strip along the right side of a panel."""
        deep = _TORN * self._em
        count = max(3, int(box.height / deep) | 1)
        right = float(box.left + box.width)
        heights = np.linspace(box.bottom, box.bottom + box.height, count)
        teeth = [(right - deep * (number % 2), float(y)) for number, y in enumerate(heights)]
        return [(right + 2, float(box.bottom)), *teeth, (right + 2, float(box.bottom + box.height))]


_UPRIGHT = {"rotation": 90, "ha": "center", "va": "center"}


def _spelled(seconds: float) -> str:
    if seconds < 1:
        return f"{1000 * seconds:g} ms"
    return f"{seconds:g} s" if seconds < 120 else f"{seconds / 60:g} min"
