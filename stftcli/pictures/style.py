"""How all figures look, and how they are written."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from stftcli.settings.choices import PictureFormat

DPI = 150
_STYLE: dict[Any, Any] = {
    "axes.edgecolor": "0.3",
    "axes.labelcolor": "0.15",
    "axes.linewidth": 0.8,
    "font.size": 10,
    "svg.fonttype": "none",
    "svg.hashsalt": "stftcli",
    "text.parse_math": False,
    "xtick.color": "0.3",
    "xtick.labelcolor": "0.15",
    "ytick.color": "0.3",
    "ytick.labelcolor": "0.15",
}


@contextmanager
def written_figure(
    file: IO[bytes],
    picture_format: PictureFormat,
    size_in: tuple[float, float],
    title: str,
    subtitle: str,
) -> Iterator[Figure]:
    """Give a titled figure of so many inches, written to `file` when the block ends well."""
    title = "".join(sign if sign.isprintable() else "\ufffd" for sign in title)
    with rc_context(_STYLE), warnings.catch_warnings():
        # A title in a script that the font lacks is drawn as boxes, and that is all.
        warnings.filterwarnings("ignore", "Glyph")
        figure = Figure(size_in, dpi=DPI, layout="constrained")
        figure.suptitle(title, x=0.01, ha="left", fontsize=12)
        figure.text(0.99, 0.985, subtitle, ha="right", va="top", fontsize=8, color="0.4")
        yield figure
        # No dates: the same sound gives the same file.
        kinds: dict[PictureFormat, dict[str, Any]] = {
            "png": {"Title": title, "Description": subtitle},
            "svg": {"Title": title, "Description": subtitle, "Date": None},
            "pdf": {"Title": title, "Subject": subtitle, "CreationDate": None},
        }
        figure.savefig(file, format=picture_format, metadata=kinds[picture_format])
