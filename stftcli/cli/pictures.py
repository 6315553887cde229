"""The options of pictures, and which of them a view takes and which a step."""

from dataclasses import replace
from functools import wraps
from typing import Any

from stftcli.cli.options import (
    Given,
    base_of_picture,
    changed,
    printed,
    table_options,
    taken,
    tell_calibration,
)
from stftcli.cli.params import click_option, click_options
from stftcli.cli.sections import Command, Decorator, stacked
from stftcli.features.keywords import all_options
from stftcli.features.step import Step
from stftcli.features.steps import STEPS
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.record import Record

_BANKS = frozenset(name for name, kind in STEPS.items() if kind.takes_bins)
# Of an option that steps take where they are there: the steps, and the view's field.
_OF_STEPS_OR_VIEW = {
    "fmin": (_BANKS, "fmin_hz"),
    "fmax": (_BANKS, "fmax_hz"),
    "ref": (frozenset({"log"}), "ref"),
}

_DTYPE = "Compute in this type: float64 has room for values beyond 1e38."

_CHANGES: dict[str, Any] = {
    **{name: {"common": False} for name in ("rate", "log", "mfcc")},
    "n_fft": {
        "default": "the power of two nearest 25ms, at least 256; 1.5ms from 150 kHz on; twice that "
        "with --scale mel or bark, four times with log; 2048 for features such as --mel"
    },
    "hop_length": {
        "common": False,
        "default": "a frame for each pixel, at most half a frame; a quarter of one for features",
    },
    "spectrum": {"default": "power"},
    "fmin": {
        "common": True,
        "help": "Lower end of the frequency axis; with --mel or --mfcc, lower edge of the first "
        "band; with another bank, the lowest frequency that it takes.",
        "default": "0, or the first bin with --scale log",
    },
    "fmax": {
        "common": True,
        "help": "Upper end of the frequency axis; with --mel or --mfcc, upper edge of the last "
        "band; with another bank, the highest frequency that it takes.",
        "default": "half the rate",
    },
    "ref": {
        "help": "max: count levels from the highest that is drawn; with --log or --mfcc, divide "
        "the values by X before the logarithm, and max is the largest of the sound. Of calibrated "
        "sound X is a pressure, which is squared: 20uPa, 1uPa.",
        "default": "",
    },
}


def picture_options(default_channel: str, *, figure: bool = False) -> Decorator:
    """Add the options of what is drawn, and of how; the command gets `settings` and `view`.

    With `figure` it gets a `figure` too.
    """
    records: dict[str, type[Record]] = {"view": ViewSettings}
    if figure:
        records["figure"] = FigureSettings

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(**values: Any) -> None:
            base, look = base_of_picture(values)
            given, of_view = _parted(taken(values), base.features.steps)
            settings = changed(base, given)
            made = {name: _changed_by(getattr(look, name), values) for name in records}
            made["view"] = replace(made["view"], **of_view)
            if not printed(settings, values, "power", **made):
                tell_calibration(settings, values)
                command(settings=settings, **made, **values)

        return stacked(
            table_options(**_CHANGES, channel={"default": default_channel}),
            click_option(all_options()["dtype"], "features", help=_DTYPE),
            *(click_options(record.options, name) for name, record in records.items()),
        )(wrapped)

    return decorate


def _changed_by(record: Record, values: dict[str, Any]) -> Record:
    """Take the options of a record out of the values of a command, and change it by them."""
    fields: dict[str, Any] = {}
    for option in record.options:
        value = values.pop(option.name)
        if value is not None:
            fields |= option.fields(option.read(value))
    return replace(record, **fields)


def _parted(given: Given, steps: tuple[Step, ...]) -> tuple[Given, dict[str, Any]]:
    """Give what settings take, and the fields of the view: what no step takes."""
    there = {step.step for step in steps} | _made({name for name, _ in given})
    of_view: dict[str, Any] = {}
    rest: Given = []
    for name, value in given:
        takers, field = _OF_STEPS_OR_VIEW.get(name, (there, ""))
        # A number is what a logarithm is relative to, and nothing else.
        if not field or there & takers or (name == "ref" and value != "max"):
            rest.append((name, value))
        else:
            of_view[field] = value
    return rest, of_view


def _made(names: set[str]) -> set[str]:
    """Give the steps that options make, and those that these need."""
    kinds = [
        kind
        for kind in STEPS.values()
        if any(option.makes and option.name in names for option in kind.options)
    ]
    needed = {need.step for kind in kinds for need in kind.needs}
    return needed | {kind.step for kind in kinds}
