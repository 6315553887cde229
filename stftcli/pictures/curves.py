"""A figure of curves: levels over frequency."""

from typing import IO, Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from stftcli.files.untrusted import printable
from stftcli.frozen import Frozen
from stftcli.pictures.axes import ColourScale, RowAxis
from stftcli.pictures.figure import LARGE, SMALL, max_ticks
from stftcli.pictures.layout import Grid, choose_canvas
from stftcli.pictures.style import FAINT, styled, write_figure
from stftcli.pictures.ticks import round_ticks
from stftcli.settings.choices import PictureFormat
from stftcli.settings.pictures import FigureSettings


class Curve(Frozen):
    """Where the points of a curve lie along the axis, their values, and its name."""

    places: NDArray[Any]
    values: NDArray[Any]
    name: str


def plot_curves(
    file: IO[bytes],
    picture_format: PictureFormat,
    curves: list[Curve],
    along: RowAxis,
    levels: ColourScale,
    how: FigureSettings,
    texts: dict[str, str],
) -> None:
    """Draw curves on one pair of axes, with their names where there are several.

    Parameters
    ----------
    file : binary file
        Takes the picture.
    picture_format : {"png", "svg", "pdf", "webp"}
        How it is written.
    curves : list of Curve
        What is drawn.
    along : RowAxis
        The axis that runs to the right.
    levels : ColourScale
        The axis that runs upwards.
    how : FigureSettings
        Size, paper and whether there are axes.
    texts : dict
        What the file says of itself; its Title and Description stand above the picture.
    """
    canvas = choose_canvas(Grid(1, 1), how)
    width, height, em, points = canvas.width, canvas.height, canvas.em, canvas.points
    texts = {**texts, "Title": printable(texts["Title"])}
    with styled(dark=how.dark, points=points, font=how.font):
        inches = (width / canvas.dpi, height / canvas.dpi)
        figure = Figure(inches, dpi=canvas.dpi, layout="constrained")
        axis = figure.subplots()
        for curve in curves:
            axis.plot(
                curve.places, curve.values, linewidth=0.1 * points, label=printable(curve.name)
            )
        axis.set(xlim=along.shown, ylim=(levels.lowest, levels.highest))
        if how.framed:
            ticks = along.ticks(max_ticks(width, 4.5 * em))
            named = "frequency" in how.axes
            axis.set_xticks(
                list(ticks), labels=list(ticks.values()) if named else [""] * len(ticks)
            )
            ticks = round_ticks((levels.lowest, levels.highest), max_ticks(height, 3 * em))
            axis.set_yticks(list(ticks), labels=list(ticks.values()))
            axis.set(xlabel=along.label if named else "", ylabel=levels.label)
            axis.grid(alpha=0.25, linewidth=0.5)
            axis.set_title(texts["Title"], loc="left", fontsize=LARGE * points)
            small = SMALL * points
            if how.title != "":
                axis.set_title(texts["Description"], loc="right", fontsize=small, color=FAINT)
            if len(curves) > 1:
                axis.legend(frameon=False, fontsize=small)
        else:
            axis.set_axis_off()
        write_figure(file, picture_format, figure, texts)
