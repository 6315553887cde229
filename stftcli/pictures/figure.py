"""A labelled figure of spectra: time, frequency, level."""

from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from stftcli.settings import PictureFormat

_STYLE: dict[Any, Any] = {
    "axes.edgecolor": "0.3",
    "axes.labelcolor": "0.15",
    "axes.linewidth": 0.8,
    "axes.titlesize": 11,
    "font.size": 10,
    "svg.fonttype": "none",
    "svg.hashsalt": "stftcli",
    "text.parse_math": False,
    "xtick.color": "0.3",
    "xtick.labelcolor": "0.15",
    "ytick.color": "0.3",
    "ytick.labelcolor": "0.15",
}
_WIDTH_IN, _PANEL_IN, _MARGIN_IN, _DPI = 10.0, 3.6, 0.9, 150
_COLORMAP = "magma"
_DARKEST_TOP = -100.0  # dBFS: silence stays dark

MOST_COLUMNS = 2 * int(_WIDTH_IN * _DPI)
"""More than the pixels that are there: a column that is drawn is never wider than its pixel."""
MOST_ROWS = 2048


@dataclass(frozen=True)
class Panel:
    """One channel's spectra.

    Attributes
    ----------
    levels : ndarray, shape (rows, columns)
        Levels in dBFS, the lowest frequency first.
    seconds, hertz : (float, float)
        The times and frequencies at the outer edges of the columns and rows.
    name : str
        Stands above the panel, if there is more than one.
    """

    levels: NDArray[Any]
    seconds: tuple[float, float]
    hertz: tuple[float, float]
    name: str


@dataclass(frozen=True)
class Caption:
    """What the figure says of the sound as a whole."""

    title: str
    settings: str
    seconds: tuple[float, float]
    nyquist_hz: float


def draw_figure(
    file: IO[bytes],
    picture_format: PictureFormat,
    panels: list[Panel],
    caption: Caption,
    range_db: float,
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
    caption : Caption
        Title, settings and the ranges of the axes.
    range_db : float
        From the highest level down to the level that gets the darkest colour.
    """
    top = max(_DARKEST_TOP, *(float(panel.levels.max()) for panel in panels))
    with rc_context(_STYLE):
        size = (_WIDTH_IN, _PANEL_IN * _shrink(len(panels)) * len(panels) + _MARGIN_IN)
        figure = Figure(size, dpi=_DPI, layout="constrained")
        axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
        for axis, panel in zip(axes, panels, strict=True):
            image = axis.imshow(
                panel.levels,
                cmap=_COLORMAP,
                vmin=top - range_db,
                vmax=top,
                aspect="auto",
                origin="lower",
                extent=(*panel.seconds, *panel.hertz),
                interpolation_stage="data",
            )
            axis.set_facecolor(image.get_cmap()(0.0))
            axis.set(xlim=caption.seconds, ylim=(0, caption.nyquist_hz), ylabel="Frequency (Hz)")
            axis.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
            axis.yaxis.set_major_formatter(FuncFormatter(lambda hertz, _: f"{hertz:,.0f}"))
            if len(panels) > 1:
                axis.set_title(panel.name, loc="left", fontsize="small")
        axes[-1].xaxis.set_major_formatter(FuncFormatter(_clock(caption.seconds[1])))
        axes[-1].set_xlabel(_time_label(caption.seconds[1]))
        figure.suptitle(caption.title, x=0.01, ha="left", fontsize=12)
        figure.text(0.99, 0.985, caption.settings, ha="right", va="top", fontsize=8, color="0.4")
        bar = figure.colorbar(image, ax=list(axes), pad=0.012, aspect=30, fraction=0.05)
        bar.set_label("Level (dBFS)")
        bar.outline.set_visible(False)
        figure.savefig(file, format=picture_format, metadata=_metadata(picture_format, caption))


def _shrink(panels: int) -> float:
    return max(0.4, 1.2 - 0.2 * panels)


def _clock(last_s: float) -> Any:
    def text(seconds: float, _: int) -> str:
        whole = round(seconds)
        if last_s < 120:
            return f"{seconds:g}" if abs(seconds) > 1e-9 else "0"
        if last_s < 3600:
            return f"{whole // 60}:{whole % 60:02d}"
        return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"

    return text


def _time_label(last_s: float) -> str:
    if last_s < 120:
        return "Time (s)"
    return "Time (m:ss)" if last_s < 3600 else "Time (h:mm:ss)"


def _metadata(picture_format: PictureFormat, caption: Caption) -> dict[str, Any]:
    # No dates: the same sound gives the same file.
    kinds: dict[PictureFormat, dict[str, Any]] = {
        "png": {"Title": caption.title, "Description": caption.settings},
        "svg": {"Title": caption.title, "Description": caption.settings, "Date": None},
        "pdf": {"Title": caption.title, "Subject": caption.settings, "CreationDate": None},
    }
    return kinds[picture_format]


def levels_dbfs(power: NDArray[Any], window_sum: float) -> NDArray[Any]:
    """Give levels for powers |X|^2, a full-scale sine at the centre of a bin being 0 dBFS.

    Such a sine has the magnitude ``sum(window) / 2``. Powers of zero become -200 dBFS.
    """
    full_scale = (window_sum / 2) ** 2
    return 10 * np.log10(np.maximum(power / full_scale, 1e-20))
