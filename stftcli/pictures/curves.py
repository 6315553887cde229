"""A figure of curves: levels over frequency."""

from typing import IO, Any

from matplotlib.figure import Figure
from numpy.typing import NDArray

from stftcli.files.untrusted import printable
from stftcli.frozen import Frozen
from stftcli.pictures.axes import ColourScale, RowAxis
from stftcli.pictures.figure import max_ticks
from stftcli.pictures.layout import POINTS, Grid, choose_size
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
    (width, height), dpi = choose_size(Grid(1, 1), how.size, how.dpi)
    em = POINTS * dpi / 72
    texts = {**texts, "Title": printable(texts["Title"])}
    with styled(dark=how.dark):
        figure = Figure((width / dpi, height / dpi), dpi=dpi, layout="constrained")
        axis = figure.subplots()
        for curve in curves:
            axis.plot(curve.places, curve.values, linewidth=1, label=printable(curve.name))
        axis.set(xlim=along.shown, ylim=(levels.lowest, levels.highest))
        if how.axes:
            ticks = along.ticks(max_ticks(width, 4.5 * em))
            axis.set_xticks(list(ticks), labels=list(ticks.values()))
            ticks = round_ticks((levels.lowest, levels.highest), max_ticks(height, 3 * em))
            axis.set_yticks(list(ticks), labels=list(ticks.values()))
            axis.set(xlabel=along.label, ylabel=levels.label)
            axis.grid(alpha=0.25, linewidth=0.5)
            axis.set_title(texts["Title"], loc="left", fontsize=12)
            axis.set_title(texts["Description"], loc="right", fontsize=8.5, color=FAINT)
            if len(curves) > 1:
                axis.legend(frameon=False, fontsize=8.5)
        else:
            axis.set_axis_off()
        write_figure(file, picture_format, figure, texts)
