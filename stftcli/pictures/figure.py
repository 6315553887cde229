"""A labelled figure of spectra: time, frequency, level."""

from dataclasses import dataclass
from typing import IO, Any

from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, MultipleLocator
from numpy.typing import NDArray

from stftcli.pictures.fold import fold_to
from stftcli.pictures.style import DPI, written_figure
from stftcli.settings.choices import PictureFormat

_WIDTH_IN, _PANEL_IN, _MARGIN_IN = 10.0, 3.6, 0.9
# Of a panel's pixels so many are surely inside its axes.
_PIXELS_WIDE, _SHARE_HIGH = int(0.78 * _WIDTH_IN * DPI), 0.7
_ROUND_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200)
_LEVELS, _SIGNED = "magma", "RdBu_r"

MOST_COLUMNS = 2 * int(_WIDTH_IN * DPI)
"""More than the pixels that are there: folded while they come, they are folded once more."""
MOST_ROWS = 4096


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
    """What the colours mean: a label with the unit, and the values at both ends.

    With `signed` the colours part at zero, else they go from dark to bright.
    """

    label: str
    lowest: float
    highest: float
    signed: bool = False


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
    panel_in = _PANEL_IN * _shrink(len(panels))
    most_rows = int(_SHARE_HIGH * panel_in * DPI)
    size = (_WIDTH_IN, panel_in * len(panels) + _MARGIN_IN)
    with written_figure(file, picture_format, size, title, subtitle) as figure:
        places = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        for axis, panel in zip(places, panels, strict=True):
            image = axis.imshow(
                fold_to(panel.values, most_rows, _PIXELS_WIDE),
                cmap=_SIGNED if colours.signed else _LEVELS,
                vmin=colours.lowest,
                vmax=colours.highest,
                aspect="auto",
                origin="lower",
                extent=(*time.edges_s, *rows.edges),
                interpolation="nearest",  # no row or column is left out: there are few enough
            )
            axis.set_facecolor(image.get_cmap()(0.0))
            axis.set(xlim=time.shown_s, ylim=rows.shown, ylabel=rows.label)
            _tick_rows(axis, rows)
            if len(panels) > 1:
                axis.set_title(panel.name, loc="left", fontsize="small")
        _tick_time(places[-1], time.shown_s)
        bar = figure.colorbar(image, ax=list(places), pad=0.012, aspect=30, fraction=0.05)
        bar.set_label(colours.label)
        bar.outline.set_visible(False)


def _shrink(panels: int) -> float:
    return max(0.4, 1.2 - 0.2 * panels)


def _tick_rows(axis: Axes, rows: RowAxis) -> None:
    if rows.ticks is None:
        axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10], integer=True))
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    else:
        axis.yaxis.set_major_locator(FixedLocator(list(rows.ticks)))
        axis.set_yticklabels(list(rows.ticks.values()))


def _tick_time(axis: Axes, shown_s: tuple[float, float]) -> None:
    first_s, last_s = shown_s
    if last_s < 120:
        axis.set_xlabel("Time (s)")
        return
    span_s = last_s - first_s
    step_s = next((step for step in _ROUND_STEPS_S if span_s <= 10 * step), _ROUND_STEPS_S[-1])
    axis.xaxis.set_major_locator(MultipleLocator(step_s))
    hours = last_s >= 3600
    axis.xaxis.set_major_formatter(FuncFormatter(_hours if hours else _minutes))
    axis.set_xlabel("Time (h:mm:ss)" if hours else "Time (m:ss)")


def _minutes(seconds: float, _: int) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _hours(seconds: float, _: int) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
