"""A labelled figure of spectra: time, frequency, level."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from stftcli.pictures.style import DPI, written_figure
from stftcli.settings import PictureFormat

_WIDTH_IN, _PANEL_IN, _MARGIN_IN = 10.0, 3.6, 0.9
_COLORMAP = "magma"

MOST_COLUMNS = 2 * int(_WIDTH_IN * DPI)
"""More than the pixels that are there: a column that is drawn is never wider than its pixel."""
MOST_ROWS = 2048


@dataclass(frozen=True)
class Panel:
    """One channel.

    Attributes
    ----------
    values : ndarray, shape (rows, columns)
        What is drawn as colour, the lowest row first.
    name : str
        Stands above the panel, if there is more than one.
    """

    values: NDArray[Any]
    name: str


@dataclass(frozen=True)
class TimeAxis:
    """The times at the outer edges of the columns, and those that are shown, in seconds."""

    edges_s: tuple[float, float]
    shown_s: tuple[float, float]


@dataclass(frozen=True)
class RowAxis:
    """What the rows are.

    Attributes
    ----------
    label : str
        With the unit.
    edges, shown : (float, float)
        The lower edge of the first row and the upper one of the last; what is shown of them.
    ticks : dict of float to str, optional
        Places and texts; round numbers if None.
    """

    label: str
    edges: tuple[float, float]
    shown: tuple[float, float]
    ticks: dict[float, str] | None = None


@dataclass(frozen=True)
class ColourScale:
    """What the colours mean: a label with the unit, the darkest and the brightest value."""

    label: str
    darkest: float
    brightest: float


def draw_figure(
    file: IO[bytes],
    picture_format: PictureFormat,
    panels: list[Panel],
    axes: tuple[TimeAxis, RowAxis, ColourScale],
    *,
    title: str,
    subtitle: str,
) -> None:
    """Draw panels, one below the other, with one colour bar.

    Parameters
    ----------
    file : binary file
        Takes the picture.
    picture_format : {"png", "svg", "pdf"}
        How it is written.
    panels : list of Panel
        From top to bottom.
    axes : (TimeAxis, RowAxis, ColourScale)
        What the columns, the rows and the colours of all panels are.
    title, subtitle : str
        Stand above, on the left and on the right.
    """
    time, rows, colours = axes
    size = (_WIDTH_IN, _PANEL_IN * _shrink(len(panels)) * len(panels) + _MARGIN_IN)
    with written_figure(file, picture_format, size, title, subtitle) as figure:
        places = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        for axis, panel in zip(places, panels, strict=True):
            image = axis.imshow(
                panel.values,
                cmap=_COLORMAP,
                vmin=colours.darkest,
                vmax=colours.brightest,
                aspect="auto",
                origin="lower",
                extent=(*time.edges_s, *rows.edges),
                interpolation_stage="data",
            )
            axis.set_facecolor(image.get_cmap()(0.0))
            axis.set(xlim=time.shown_s, ylim=rows.shown, ylabel=rows.label)
            _tick_rows(axis, rows)
            if len(panels) > 1:
                axis.set_title(panel.name, loc="left", fontsize="small")
        clock, label = _clock(time.shown_s[1])
        places[-1].xaxis.set_major_formatter(FuncFormatter(clock))
        places[-1].set_xlabel(label)
        bar = figure.colorbar(image, ax=list(places), pad=0.012, aspect=30, fraction=0.05)
        bar.set_label(colours.label)
        bar.outline.set_visible(False)


def _shrink(panels: int) -> float:
    return max(0.4, 1.2 - 0.2 * panels)


def _tick_rows(axis: Axes, rows: RowAxis) -> None:
    if rows.ticks is None:
        axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    else:
        axis.yaxis.set_major_locator(FixedLocator(list(rows.ticks)))
        axis.set_yticklabels(list(rows.ticks.values()))


def _clock(last_s: float) -> tuple[Callable[[float, int], str], str]:
    def seconds(value: float, _: int) -> str:
        return f"{value:g}" if abs(value) > 1e-9 else "0"

    def minutes(value: float, _: int) -> str:
        whole = round(value)
        return f"{whole // 60}:{whole % 60:02d}"

    def hours(value: float, _: int) -> str:
        whole = round(value)
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"

    if last_s < 120:
        return seconds, "Time (s)"
    return (minutes, "Time (m:ss)") if last_s < 3600 else (hours, "Time (h:mm:ss)")
