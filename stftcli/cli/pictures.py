"""The options of pictures, and which of them a view takes and which a step."""

from dataclasses import replace
from functools import wraps
from typing import Any

from stftcli.cli.options import Given, base_settings, changed, printed, table_options, taken
from stftcli.cli.params import click_option, click_options
from stftcli.cli.sections import Command, Decorator, stacked
from stftcli.features.keywords import all_options
from stftcli.features.step import Step
from stftcli.settings.pictures import FigureSettings, ViewSettings
from stftcli.settings.record import Record

# Of an option that a step takes if it is there: the step, what else makes it, the view's field.
_OF_STEPS_OR_VIEW = {
    "fmin": ("mel", ("mel", "mfcc"), "fmin_hz"),
    "fmax": ("mel", ("mel", "mfcc"), "fmax_hz"),
    "ref": ("log", ("log", "mfcc"), "ref"),
}

_DTYPE = "Compute in this type: float64 has room for values beyond 1e38."

_CHANGES: dict[str, Any] = {
    **{name: {"common": False} for name in ("rate", "log", "mfcc")},
    "n_fft": {"default": "the power of two nearest 40ms; 2048 for features such as --mel"},
    "hop_length": {
        "common": False,
        "default": "a frame for each pixel, at most half a frame; a quarter of one for features",
    },
    "spectrum": {"default": "power"},
    "fmin": {
        "common": True,
        "help": "Lower end of the frequency axis; with --mel or --mfcc, lower edge of the first "
        "band.",
        "default": "0, or the first bin with --scale log",
    },
    "fmax": {
        "common": True,
        "help": "Upper end of the frequency axis; with --mel or --mfcc, upper edge of the last "
        "band.",
        "default": "half the rate",
    },
    "ref": {
        "help": "max: count levels from the highest that is drawn; with --log or --mfcc, divide "
        "the values by X before the logarithm, and max is the largest of the sound.",
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
            base = base_settings(values)
            given, of_view = _parted(taken(values), base.features.steps)
            settings = changed(base, given)
            made = {name: _record(record, values) for name, record in records.items()}
            made["view"] = replace(made["view"], **of_view)
            if not printed(settings, values, "power"):
                command(settings=settings, **made, **values)

        return stacked(
            table_options(**_CHANGES, channel={"default": default_channel}),
            click_option(all_options()["dtype"], "features", help=_DTYPE),
            *(click_options(record.options, name) for name, record in records.items()),
        )(wrapped)

    return decorate


def _record(record: type[Record], values: dict[str, Any]) -> Record:
    """Take the options of a record out of the values of a command, and make it."""
    fields: dict[str, Any] = {}
    for option in record.options:
        value = values.pop(option.name)
        if value is not None:
            fields |= option.fields(option.read(value))
    return record(**fields)


def _parted(given: Given, steps: tuple[Step, ...]) -> tuple[Given, dict[str, Any]]:
    """Give what settings take, and the fields of the view: what no step takes."""
    names = {name for name, _ in given}
    there = {step.step for step in steps}
    of_view: dict[str, Any] = {}
    rest: Given = []
    for name, value in given:
        step, makers, field = _OF_STEPS_OR_VIEW.get(name, ("", (), ""))
        # A number is what a logarithm is relative to, and nothing else.
        if not field or step in there or names & set(makers) or (name == "ref" and value != "max"):
            rest.append((name, value))
        else:
            of_view[field] = value
    return rest, of_view
