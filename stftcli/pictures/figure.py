"""A labelled figure of spectra: time, frequency, level."""

from typing import IO, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from stftcli.files.untrusted import printable
from stftcli.frozen import Frozen
from stftcli.pictures.axes import ColourScale, RowAxis, TimeAxis
from stftcli.pictures.colours import colour_table, shades
from stftcli.pictures.layout import CHARACTER, Box, Layout
from stftcli.pictures.marks import Marks, draw_marks
from stftcli.pictures.pixels import Pixels
from stftcli.pictures.style import FAINT, Tell, styled, write_figure
from stftcli.pictures.ticks import Ticks, bar_ticks
from stftcli.settings.choices import PictureFormat
from stftcli.settings.pictures import PICTURE_AXES

Ends = tuple[float, float]

LARGE, SMALL = 1.2, 0.85  # of the height of the text
ROWS_APART = 2.4  # the numbers of an axis upwards, in heights of the text
_TIME_CHARACTERS = 7  # in 4.5 em


class Panel(Frozen):
    """One channel of one sound.

    Attributes
    ----------
    values : ndarray, shape (height, width)
        What is drawn as colour, one for each pixel, the lowest row first; NaN stays blank.
    times_s, places : (float, float)
        Where its outer edges lie on the axes.
    scale : int
        The number of its scale.
    name : str
        Stands above the panel, if there is more than one.
    envelope : ndarray, shape (2, columns), optional
        The lowest and the highest sample of each stretch of the sound, for the wave above.
    own : TimeAxis, optional
        Its own time axis, where it does not share that of the figure.
    marks : Marks, optional
        Segments that are drawn over it.
    own_rows : RowAxis, optional
        Its own axis upwards, where it does not share that of its scale.
    """

    values: NDArray[Any]
    times_s: Ends
    places: Ends
    scale: int
    name: str
    envelope: NDArray[Any] | None = None
    own: TimeAxis | None = None
    marks: Marks | None = None
    own_rows: RowAxis | None = None


class Scale(Frozen):
    """What the rows and the colours of some panels are."""

    rows: RowAxis
    colours: ColourScale


class Legend(Frozen):
    """What is written around the panels, and which axes have names and numbers.

    `texts` is what a file says of itself beside that.
    """

    title: str
    subtitle: str
    named: bool
    texts: dict[str, str]
    axes: tuple[str, ...] = PICTURE_AXES


def draw_figure(
    file: IO[bytes],
    picture_format: PictureFormat,
    panels: list[Panel],
    layout: Layout,
    times: TimeAxis,
    scales: list[Scale],
    legend: Legend,
    *,
    dark: bool = False,
    font: str | None = None,
    tell: Tell | None = None,
) -> int:
    """Draw panels with a colour bar for each scale; give how many labels of marks had no room.

    Parameters
    ----------
    file : binary file
        Takes the picture.
    picture_format : {"png", "svg", "pdf", "webp"}
        How it is written.
    panels : list of Panel
        Row after row, from the top.
    layout : Layout
        Where they lie.
    times : TimeAxis
        What is shown in all panels but those that have an axis of their own. Panels whose sound
        ends earlier are not filled.
    scales : list of Scale
        What the rows and the colours of the panels are.
    legend : Legend
        The words.
    dark : bool, default False
        Light on dark, or else dark on light.
    font : str, optional
        Its name, if it is not that of matplotlib.
    tell : function, optional
        Hears which signs the font lacks.
    """
    canvas = layout.canvas
    left_out = 0
    with styled(dark=dark, points=canvas.points, font=font, tell=tell):
        inches = (canvas.width / canvas.dpi, canvas.height / canvas.dpi)
        figure = Figure(inches, dpi=canvas.dpi)
        sheet = _Sheet(figure, layout, times, scales, legend)
        for number, panel in enumerate(panels):
            axis = uppermost = sheet.draw_panel(panel, layout.panels[number])
            if panel.marks is not None:
                left_out += draw_marks(axis, panel.marks, layout.panels[number], canvas)
            if layout.waves:
                uppermost = sheet.draw_wave(panel, layout.waves[number], _loudest(panels))
            if layout.framed:
                sheet.tick(axis, panel, number, len(panels))
                if legend.named:
                    name = sheet.fitting(panel.name, layout.panels[number].width, SMALL)
                    points = SMALL * canvas.points
                    uppermost.set_title(name, loc="left", fontsize=points, pad=0.35 * points)
        for scale, box in zip(scales, layout.bars, strict=bool(layout.bars)):
            sheet.draw_bar(scale, box)
        if layout.framed:
            sheet.write_words(panels)
            if left_out:
                sheet.write_left_out(left_out)
        texts = {"Title": printable(legend.title), "Description": legend.subtitle, **legend.texts}
        write_figure(file, picture_format, figure, texts)
    return left_out


class _Sheet(Frozen):
    """A figure in the making."""

    figure: Figure
    layout: Layout
    times: TimeAxis
    scales: list[Scale]
    legend: Legend

    def draw_panel(self, panel: Panel, box: Box) -> Axes:
        """Draw a channel as colours."""
        axis, scale = self._axes(box), self.scales[panel.scale]
        shown_s = self._times(panel).shown_s
        axis.set(xlim=shown_s, ylim=self._rows(panel).shown, xticks=[], yticks=[])
        lowest, highest = scale.colours.lowest, scale.colours.highest
        unknown = np.isnan(panel.values)
        numbers = shades(np.where(unknown, lowest, panel.values), lowest, highest)
        colours = colour_table(scale.colours.colormap)[numbers]
        if unknown.any():
            colours[unknown] = _bytes_of(axis.get_facecolor())
        Pixels(axis, colours, (panel.times_s[0], panel.places[0]))
        if not self.layout.framed:
            _hide_frame(axis)
        return axis

    def draw_wave(self, panel: Panel, box: Box, loudest: float) -> Axes:
        """Draw the envelope of a channel, as high as it is beside the loudest of them."""
        assert panel.envelope is not None
        axis = self._axes(box)
        single = panel.envelope.shape[-1] == 1  # sample, which lasts from end to end
        lowest, highest = np.repeat(panel.envelope, 2 if single else 1, axis=-1)
        times_s = np.linspace(*panel.times_s, len(lowest))
        ends = (-1.05 * loudest, 1.05 * loudest)
        # At least as high as a pixel, however quiet it is.
        half_a_pixel = ends[1] / box.height
        high, low = highest + half_a_pixel, lowest - half_a_pixel
        axis.fill_between(times_s, low, high, color=FAINT, linewidth=0)
        axis.set(xlim=self._times(panel).shown_s, ylim=ends, xticks=[], yticks=[])
        axis.patch.set_visible(False)
        _hide_frame(axis)
        return axis

    def tick(self, axis: Axes, panel: Panel, number: int, panels: int) -> None:
        """Put ticks on one of so many panels, with texts at the outer edges of the grid."""
        box, em = self.layout.panels[number], self.layout.canvas.em
        in_a_row = sum(other.bottom == self.layout.panels[0].bottom for other in self.layout.panels)
        ticks = self._rows(panel).ticks(self._most_rows(box))
        outer = panel.own_rows is not None or number % in_a_row == 0
        outer = outer and "frequency" in self.legend.axes
        axis.set_yticks(list(ticks), labels=_texts(ticks, outer))
        times = self._times(panel)
        ticks = times.ticks(max_ticks(box.width, 4.5 * em), _TIME_CHARACTERS)
        outer = panel.own is not None or number + in_a_row >= panels
        axis.set_xticks(list(ticks), labels=_texts(ticks, outer and "time" in self.legend.axes))
        if panel.own is not None and "time" in self.legend.axes:
            axis.set_xlabel(times.label, labelpad=0.2 * self.layout.canvas.points)

    def _times(self, panel: Panel) -> TimeAxis:
        return panel.own or self.times

    def _most_rows(self, box: Box) -> int:
        return max_ticks(box.height, ROWS_APART * self.layout.canvas.em)

    def _before(self, rows: RowAxis, box: Box) -> float:
        """Give where the label of an axis upwards stands, before its longest number."""
        longest = max(map(len, rows.ticks(self._most_rows(box)).values()), default=0)
        em = self.layout.canvas.em
        return max(0.9 * em, box.left - (1.8 + CHARACTER * longest) * em)

    def _rows(self, panel: Panel) -> RowAxis:
        return panel.own_rows or self.scales[panel.scale].rows

    def draw_bar(self, scale: Scale, box: Box) -> None:
        """Draw what the colours mean."""
        lowest, highest = scale.colours.lowest, scale.colours.highest
        if lowest == highest:
            lowest, highest = lowest - 0.5, highest + 0.5
        axis = self._axes(box)
        axis.set(xlim=(0, 1), ylim=(lowest, highest))
        table = colour_table(scale.colours.colormap)
        rows = table[np.arange(box.height) * len(table) // box.height]
        Pixels(axis, np.repeat(rows[:, np.newaxis], box.width, axis=1), (0, lowest))
        axis.yaxis.tick_right()
        ticks = bar_ticks((lowest, highest), self._most_rows(box))
        axis.set_xticks([])
        axis.set_yticks(list(ticks), labels=list(ticks.values()))

    def write_words(self, panels: list[Panel]) -> None:
        """Write the titles and the labels of the axes."""
        legend, canvas, boxes = self.legend, self.layout.canvas, self.layout.panels
        em, left, right = canvas.em, boxes[0].left, boxes[-1].left + boxes[-1].width

        def write(x: float, y: float, text: str, **how: Any) -> None:
            self.figure.text(x / canvas.width, y / canvas.height, text, **how)

        middle = {"ha": "center", "va": "center"}
        upright = {"rotation": 90, **middle}
        if "time" in legend.axes and not any(panel.own for panel in panels):
            write((left + right) / 2, 0.9 * em, self.times.label, **middle)
        for number, scale in enumerate(self.scales):
            own = [box for panel, box in zip(panels, boxes, strict=False) if panel.scale == number]
            height = (own[0].bottom + own[0].height + own[-1].bottom) / 2
            shared = not any(panel.own_rows for panel in panels if panel.scale == number)
            if "frequency" in legend.axes and shared:
                write(self._before(scale.rows, own[0]), height, scale.rows.label, **upright)
            if self.layout.bars:
                write(canvas.width - 0.9 * em, height, scale.colours.label, **upright)
        for panel, box in zip(panels, boxes, strict=False):
            if "frequency" in legend.axes and panel.own_rows is not None:
                height = box.bottom + box.height / 2
                write(self._before(panel.own_rows, box), height, panel.own_rows.label, **upright)
        if legend.title:
            top = canvas.height - 0.6 * em
            title = self.fitting(legend.title, canvas.width - left, LARGE)
            write(left, top, title, va="top", fontsize=LARGE * canvas.points)
            room = right - left - self._width(title, LARGE) - em
            if self._width(legend.subtitle, SMALL) <= room:
                faint = {"va": "top", "ha": "right", "color": FAINT}
                points = SMALL * canvas.points
                write(right, top - 0.2 * em, legend.subtitle, fontsize=points, **faint)

    def write_left_out(self, labels: int) -> None:
        """Say how many labels of marks are missing."""
        last, canvas = self.layout.panels[-1], self.layout.canvas
        text = f"{labels} {'label' if labels == 1 else 'labels'} left out"
        place = (last.left + last.width) / canvas.width, 0.9 * canvas.em / canvas.height
        points = SMALL * canvas.points
        self.figure.text(*place, text, ha="right", va="center", color=FAINT, fontsize=points)

    def fitting(self, text: str, room: float, height: float) -> str:
        """Give as much of a text as there is room for."""
        characters = int(room / self._width(" ", height))
        return printable(text if len(text) <= characters else f"{text[: max(0, characters - 1)]}…")

    def _width(self, text: str, height: float) -> float:
        return len(text) * CHARACTER * height * self.layout.canvas.em

    def _axes(self, box: Box) -> Axes:
        wide, high = self.layout.canvas.width, self.layout.canvas.height
        place = (box.left / wide, box.bottom / high, box.width / wide, box.height / high)
        return self.figure.add_axes(place)


def _loudest(panels: list[Panel]) -> float:
    envelopes = [panel.envelope for panel in panels if panel.envelope is not None]
    return max(1e-9, *(float(np.abs(envelope).max()) for envelope in envelopes))


def max_ticks(length: float, apart: float) -> int:
    """Give how many ticks, each with so much room, go onto an axis of this length."""
    return max(2, int(length / apart))


def _texts(ticks: Ticks, labelled: bool) -> list[str]:
    return list(ticks.values()) if labelled else [""] * len(ticks)


def _bytes_of(colour: Any) -> NDArray[np.uint8]:
    return np.asarray(np.rint(255 * np.array(to_rgb(colour))), np.uint8)


def _hide_frame(axis: Axes) -> None:
    for spine in axis.spines.values():
        spine.set_visible(False)
