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
from stftcli.pictures.layout import CHARACTER, POINTS, Box, Layout
from stftcli.pictures.marks import Marks, draw_marks
from stftcli.pictures.pixels import Pixels
from stftcli.pictures.style import FAINT, styled, write_figure
from stftcli.pictures.ticks import Ticks, round_ticks
from stftcli.settings.choices import PictureFormat

Ends = tuple[float, float]

_LARGE, _SMALL = 12.0, 8.5  # points
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
    marks : Marks, optional
        Segments that are drawn over it.
    """

    values: NDArray[Any]
    times_s: Ends
    places: Ends
    scale: int
    name: str
    envelope: NDArray[Any] | None = None
    marks: Marks | None = None


class Scale(Frozen):
    """What the rows and the colours of some panels are."""

    rows: RowAxis
    colours: ColourScale


class Legend(Frozen):
    """What is written around the panels; `texts` is what a file says of itself beside that."""

    title: str
    subtitle: str
    named: bool
    texts: dict[str, str]


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
        What is shown in all panels. Those whose sound ends earlier are not filled.
    scales : list of Scale
        What the rows and the colours of the panels are.
    legend : Legend
        The words.
    dark : bool, default False
        Light on dark, or else dark on light.
    """
    with styled(dark=dark):
        figure = Figure((layout.width / layout.dpi, layout.height / layout.dpi), dpi=layout.dpi)
        sheet = _Sheet(figure, layout, times, scales)
        left_out = 0
        for number, panel in enumerate(panels):
            axis = uppermost = sheet.draw_panel(panel, layout.panels[number])
            if panel.marks is not None:
                left_out += draw_marks(axis, panel.marks, layout.panels[number], layout.em)
            if layout.waves:
                uppermost = sheet.draw_wave(panel, layout.waves[number], _loudest(panels))
            if layout.bars:
                sheet.tick(axis, panel, number, len(panels))
                if legend.named:
                    name = sheet.fitting(panel.name, layout.panels[number].width, _SMALL)
                    uppermost.set_title(name, loc="left", fontsize=_SMALL, pad=3)
        if layout.bars:
            for scale, box in zip(scales, layout.bars, strict=True):
                sheet.draw_bar(scale, box)
            sheet.write_words(legend)
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

    def draw_panel(self, panel: Panel, box: Box) -> Axes:
        """Draw a channel as colours."""
        axis, scale = self._axes(box), self.scales[panel.scale]
        axis.set(xlim=self.times.shown_s, ylim=scale.rows.shown, xticks=[], yticks=[])
        lowest, highest = scale.colours.lowest, scale.colours.highest
        unknown = np.isnan(panel.values)
        numbers = shades(np.where(unknown, lowest, panel.values), lowest, highest)
        colours = colour_table(scale.colours.colormap)[numbers]
        if unknown.any():
            colours[unknown] = _bytes_of(axis.get_facecolor())
        Pixels(axis, colours, (panel.times_s[0], panel.places[0]))
        if not self.layout.bars:
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
        axis.set(xlim=self.times.shown_s, ylim=ends, xticks=[], yticks=[])
        axis.patch.set_visible(False)
        _hide_frame(axis)
        return axis

    def tick(self, axis: Axes, panel: Panel, number: int, panels: int) -> None:
        """Put ticks on one of so many panels, with texts at the outer edges of the grid."""
        box, em = self.layout.panels[number], self.layout.em
        in_a_row = sum(other.bottom == self.layout.panels[0].bottom for other in self.layout.panels)
        ticks = self.scales[panel.scale].rows.ticks(max_ticks(box.height, 2.4 * em))
        axis.set_yticks(list(ticks), labels=_texts(ticks, number % in_a_row == 0))
        ticks = self.times.ticks(max_ticks(box.width, 4.5 * em), _TIME_CHARACTERS)
        axis.set_xticks(list(ticks), labels=_texts(ticks, number + in_a_row >= panels))

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
        ticks = round_ticks((lowest, highest), max_ticks(box.height, 2.4 * self.layout.em))
        axis.set_xticks([])
        axis.set_yticks(list(ticks), labels=list(ticks.values()))
        _hide_frame(axis)

    def write_words(self, legend: Legend) -> None:
        """Write the titles and the labels of the axes."""
        layout, em, boxes = self.layout, self.layout.em, self.layout.panels
        left, right = boxes[0].left, boxes[-1].left + boxes[-1].width

        def write(x: float, y: float, text: str, **how: Any) -> None:
            self.figure.text(x / layout.width, y / layout.height, text, **how)

        middle = {"ha": "center", "va": "center"}
        write((left + right) / 2, 0.9 * em, self.times.label, **middle)
        for scale, bar in zip(self.scales, layout.bars, strict=True):
            height, upright = bar.bottom + bar.height / 2, {"rotation": 90, **middle}
            write(0.9 * em, height, scale.rows.label, **upright)
            write(layout.width - 0.9 * em, height, scale.colours.label, **upright)
        if legend.title:
            top = layout.height - 0.6 * em
            title = self.fitting(legend.title, layout.width - left, _LARGE)
            write(left, top, title, va="top", fontsize=_LARGE)
            room = right - left - self._width(title, _LARGE) - em
            if self._width(legend.subtitle, _SMALL) <= room:
                faint = {"va": "top", "ha": "right", "fontsize": _SMALL, "color": FAINT}
                write(right, top - 0.2 * em, legend.subtitle, **faint)

    def write_left_out(self, labels: int) -> None:
        """Say how many labels are missing."""
        last, layout = self.layout.panels[-1], self.layout
        text = f"{labels} {'label' if labels == 1 else 'labels'} left out"
        place = ((last.left + last.width) / layout.width, 0.9 * layout.em / layout.height)
        faint = {"ha": "right", "va": "center", "fontsize": _SMALL, "color": FAINT}
        self.figure.text(*place, text, **faint)

    def fitting(self, text: str, room: float, points: float) -> str:
        """Give as much of a text as there is room for."""
        characters = int(room / self._width(" ", points))
        return printable(text if len(text) <= characters else f"{text[: max(0, characters - 1)]}…")

    def _width(self, text: str, points: float) -> float:
        return len(text) * CHARACTER * points / POINTS * self.layout.em

    def _axes(self, box: Box) -> Axes:
        wide, high = self.layout.width, self.layout.height
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
