"""How all figures look, and how they are written."""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import numpy as np
from matplotlib import rc_context
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from stftcli.errors import SettingsError
from stftcli.files.untrusted import printable
from stftcli.pictures.bitmap import write_bitmap
from stftcli.settings.choices import PIXEL_FORMATS, PictureFormat
from stftcli.settings.record import nearest

Tell = Callable[[str], None]

DPI = 150
_FONT = "DejaVu Sans"  # the one that matplotlib brings along
_MISSING = re.compile(r"Glyph (\d+)")


def _ink(text: str, line: str, paper: str) -> dict[Any, Any]:
    return {
        "axes.edgecolor": line,
        "axes.facecolor": paper,
        "axes.labelcolor": text,
        "axes.unicode_minus": True,
        "figure.facecolor": paper,
        "pdf.fonttype": 42,  # TrueType, which publishers take
        "savefig.facecolor": "auto",
        "svg.fonttype": "none",
        "svg.hashsalt": "stftcli",
        "text.color": text,
        "text.parse_math": False,
        "xtick.color": line,
        "xtick.labelcolor": text,
        "ytick.color": line,
        "ytick.labelcolor": text,
    }


_LIGHT, _DARK = _ink("0.13", "0.35", "white"), _ink("0.85", "0.6", "#121217")
FAINT = "0.5"
"""The colour of what need not be read at once, on either paper."""


def _fine(points: float) -> dict[Any, Any]:
    """Give the sizes of what goes with text of so many points."""
    ticks = {"size": 0.35, "pad": 0.35, "width": 0.08}
    return {
        "axes.linewidth": 0.08 * points,
        "font.size": points,
        **{
            f"{axis}tick.major.{name}": share * points
            for axis in "xy"
            for name, share in ticks.items()
        },
    }


@contextmanager
def styled(
    *, dark: bool = False, points: float = 10.0, font: str | None = None, tell: Tell | None = None
) -> Iterator[None]:
    """Make everything that is drawn in the block look alike, with text of so many points.

    `tell` hears of all signs that the font lacks, in one line.

    Raises
    ------
    SettingsError
        If the font is not installed.
    """
    ink = _DARK if dark else _LIGHT
    fonts = [_FONT] if font is None else [_installed(font), _FONT]
    with (
        rc_context({**ink, **_fine(points), "font.family": fonts}),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.filterwarnings("always", _MISSING.pattern)
        yield
    lacking = [_MISSING.match(str(one.message)) for one in caught]
    for one, lacks in zip(caught, lacking, strict=True):
        if lacks is None:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    signs = dict.fromkeys(chr(int(lacks[1])) for lacks in lacking if lacks)
    if signs and tell is not None:
        told = printable("".join(signs))
        tell(f"the font lacks {told}, and boxes stand there: give another `font`")


def _installed(name: str) -> str:
    """Give the name of a font as it is installed."""
    from matplotlib.font_manager import fontManager

    names = fontManager.get_font_names()
    for known in names:
        if known.lower() == name.lower():
            return known
    told = nearest(name, names)
    if not told.startswith("did"):
        told = f"{len(names)} others are, as {', '.join(names[:3])}"
    raise SettingsError(f"the font {name!r} is not installed: {told}")


def write_figure(
    file: IO[bytes],
    picture_format: PictureFormat,
    figure: Figure,
    texts: dict[str, str],
) -> None:
    """Write a figure; `texts` are what the file says of itself: Title, Description and more."""
    if picture_format in PIXEL_FORMATS:
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        pixels = np.asarray(canvas.buffer_rgba())[..., :3]
        write_bitmap(file, picture_format, pixels, texts, round(figure.dpi))
        return
    title, description = texts["Title"], texts["Description"]
    # No dates: the same sound gives the same file.
    metadata: dict[str, Any] = {
        "svg": {"Title": title, "Description": description, "Date": None},
        "pdf": {"Title": title, "Subject": description, "CreationDate": None},
    }[picture_format]
    figure.savefig(file, format=picture_format, metadata=metadata, dpi=figure.dpi)


@contextmanager
def written_chart(
    file: IO[bytes],
    picture_format: PictureFormat,
    size_in: tuple[float, float],
    title: str,
    subtitle: str,
) -> Iterator[Figure]:
    """Give a titled figure of so many inches, written to `file` when the block ends well."""
    title = printable(title)
    with styled():
        figure = Figure(size_in, dpi=DPI, layout="constrained")
        figure.suptitle(title, x=0.01, ha="left", fontsize=12)
        figure.text(0.99, 0.985, subtitle, ha="right", va="top", fontsize=8, color=FAINT)
        yield figure
        write_figure(file, picture_format, figure, {"Title": title, "Description": subtitle})
