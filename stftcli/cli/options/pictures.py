"""The options of ViewSettings and FigureSettings, and how they are taken."""

from typing import Any

import click

from stftcli.cli import types
from stftcli.cli.sections import Decorator, stacked, under
from stftcli.settings.choices import FREQUENCY_SCALES, REDUCTIONS
from stftcli.settings.pictures import (
    DEFAULT_RANGE_DB,
    MAX_DPI,
    MAX_RANGE,
    MAX_TOP,
    MIN_RANGE,
    FigureSettings,
    ViewSettings,
)
from stftcli.settings.record import Record
from stftcli.settings.steps import Log, Mel, Step

_RECORDS: dict[str, type[Record]] = {"view": ViewSettings, "figure": FigureSettings}

# An option, the field of the view, the step that takes it instead, and the options that make it.
_OF_STEPS_OR_VIEW: tuple[tuple[str, str, type[Step], tuple[str, ...]], ...] = (
    ("fmin", "fmin_hz", Mel, ("mel", "mfcc")),
    ("fmax", "fmax_hz", Mel, ("mel", "mfcc")),
    ("ref", "ref", Log, ("log", "mfcc")),
)

VIEW_HELPS = {
    "--fmin": "Lower end of the frequency axis; with --mel or --mfcc, lower edge of the first band."
    "  [default: 0, or the first bin with --scale log]",
    "--fmax": "Upper end of the frequency axis; with --mel or --mfcc, upper edge of the last band."
    "  [default: half the rate]",
    "--ref": "max: count levels from the highest that is drawn; with --log or --mfcc, X is what "
    "the log is relative to, and max the largest value of the file.",
}
"""What is said of the options that a view has unless a step takes them."""


def view_options() -> Decorator:
    """Add the options of ViewSettings, but for those that a mel bank or a logarithm may take."""
    option = under("View")
    return stacked(
        option(
            "--scale",
            "view__scale",
            type=click.Choice(FREQUENCY_SCALES),
            help="Scale of the frequency axis.  [default: linear]",
        ),
        option(
            "--range",
            "view__span",
            type=types.number(MIN_RANGE, MAX_RANGE),
            metavar="DB",
            help="From the brightest colour down to the darkest, in units of what is drawn.  "
            f"[default: {DEFAULT_RANGE_DB:g} dB of levels, of other values all]",
        ),
        option(
            "--top",
            "view__top",
            type=types.number(-MAX_TOP, MAX_TOP),
            metavar="DB",
            help="Level or value of the brightest colour: with the same --top and --range, "
            "pictures can be compared.  [default: the highest that is drawn; 0 dBFS for a --bare "
            "spectrum]",
        ),
        option(
            "--reduce",
            "view__reduce",
            type=click.Choice(REDUCTIONS),
            help="What stands for several frames or bins in a pixel: the loudest, or the mean "
            "(of the power, unless --spectrum says otherwise).  [default: max]",
        ),
        option(
            "--colormap",
            "view__colormap",
            metavar="NAME",
            help="Any of matplotlib's colour maps, as viridis or gray_r.  [default: magma; RdBu_r "
            "for values of both signs]",
        ),
    )


def figure_options() -> Decorator:
    """Add the options of FigureSettings."""
    option = under("Figure")
    return stacked(
        option("--title", "figure__title", metavar="TEXT", help="[default: the name of the input]"),
        option(
            "--size",
            "figure__size",
            type=types.size,
            metavar="WxH",
            help="Width and height of the picture in pixels.  [default: 1500 wide]",
        ),
        option(
            "--dpi",
            "figure__dpi",
            type=click.IntRange(10, MAX_DPI),
            help="Pixels of an inch: more of them make larger text.  [default: 150, less for a "
            "small --size]",
        ),
        option("--dark/--light", "figure__dark", default=None, help="Paper.  [default: --light]"),
        option(
            "--axes/--no-axes",
            "figure__axes",
            default=None,
            help="Frame it with axes, names and a colour bar.  [default: --axes]",
        ),
        option("--waveform", "figure__waveform", is_flag=True, help="Draw the waveform above it."),
        option(
            "--bare",
            "figure__bare",
            is_flag=True,
            help="Nothing but pixels: one for each frame and bin, or --size of them; low "
            "frequencies at the bottom, grey unless there is a --colormap.",
        ),
        option(
            "--bits",
            "figure__bits",
            type=click.Choice([8, 16]),
            help="Depth of a grey --bare picture.  [default: 8]",
        ),
    )


def with_pictures(values: dict[str, Any], steps: tuple[Step, ...]) -> dict[str, Any]:
    """Put the view and the figure in the place of the options that make them.

    --fmin, --fmax and --ref are details of a mel bank or a logarithm where there is one, among the
    `steps` of a preset or the options, else of the view.
    """
    values = dict(values)
    for option, field, kind, makers in _OF_STEPS_OR_VIEW:
        if option == "ref" and values["steps__ref"] not in (None, "max"):
            continue  # a number is of a logarithm only
        made = any(isinstance(step, kind) for step in steps)
        if not made and not any(values[f"steps__{maker}"] for maker in makers):
            values[f"view__{field}"] = values.pop(f"steps__{option}")
    for section, record in _RECORDS.items():
        names = [name for name in values if name.startswith(f"{section}__")]
        given = {name.partition("__")[2]: values.pop(name) for name in names}
        if names:
            values[section] = record(**{name: v for name, v in given.items() if v is not None})
    return values
