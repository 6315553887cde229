"""The options of the table on commands, and what was given of them as settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import click

from stftcli.cli import types
from stftcli.cli.params import click_options
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import Command, Decorator, given_order, stacked, under
from stftcli.errors import SettingsError
from stftcli.features.keywords import all_options, change, step_options
from stftcli.features.settings import FeatureSettings, Recipe
from stftcli.presets import preset_names
from stftcli.settings.calibration import CalibrationSettings
from stftcli.settings.choices import MAX_THREADS, Spectrum
from stftcli.settings.frames import FrameSettings
from stftcli.settings.kinds import Frequency, Time
from stftcli.settings.option import Option
from stftcli.settings.reading import RAW_ENCODINGS, SLOW_ADVICE, RawKind, Reading
from stftcli.settings.record import Record
from stftcli.settings.segment import SegmentSettings
from stftcli.settings.signal import MAX_RATE_HZ, SignalSettings

if TYPE_CHECKING:
    from stftcli.settings.pictures import Look

threads = under("output")(
    "--threads",
    common=False,
    type=click.IntRange(1, MAX_THREADS),
    envvar="STFTCLI_THREADS",
    show_envvar=True,
    help="Threads that compute; of a file of many minutes, processes.  [default: 2, or 1 on "
    "a single processor]",
)
device = under("output")(
    "--device",
    type=types.Offered("cpu", "cuda", "mps"),
    metavar="NAME",
    common=False,
    help="Compute the frames through torch on cuda, cuda:1, mps or cpu; the numbers are the same "
    "but for rounding.  [default: numpy]",
)
strict = under("segment")(
    "--strict",
    is_flag=True,
    common=False,
    help="Fail where a sound ends early, or goes on beyond what its header says.",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="No report and no progress.")

Given = list[tuple[str, Any]]

_OF_SOUND = ("nonfinite", "resampling")
"""What of the signal's options concerns the sound alone, and not what was made of it."""


def _base(brief: bool) -> Decorator:
    option = under("recipe")
    return stacked(
        option(
            "--preset",
            type=types.Names(preset_names()),
            metavar="NAME",
            common=not brief,
            help="Begin with the settings of a named tool; `stftcli presets` lists them.",
        ),
        option(
            "--config",
            type=types.FILE,
            metavar="FILE",
            common=False,
            help="Begin with settings from TOML, or with those stored in .npz, .safetensors, .png, "
            ".onnx or a .json sidecar.",
        ),
    )


def _recipe(brief: bool) -> Decorator:
    return stacked(
        _base(brief),
        under("recipe")(
            "--print-config",
            is_flag=True,
            common=False,
            help="Show the settings as TOML, do nothing else.",
        ),
    )


def table_options(*, brief: bool = False, **changes: Any) -> Decorator:
    """Add the options of all records but those of the array; `changes` are by their names."""
    sections: list[tuple[Sequence[Option], str]] = [
        (SegmentSettings.options, "segment"),
        (SignalSettings.options, "signal"),
        (CalibrationSettings.options, "calibration"),
        (FrameSettings.options, "frames"),
        (Recipe.options, "features"),
        (step_options(), "features"),
    ]
    return stacked(
        _recipe(brief),
        *(click_options(rows, section, brief=brief, **changes) for rows, section in sections),
    )


def settings_options(
    default_spectrum: Spectrum = "magnitude",
    *,
    array: bool = False,
    brief: bool = False,
    changes: Mapping[str, dict[str, Any]] = MappingProxyType({}),
) -> Decorator:
    """Add all options that decide the numbers; the command gets them as `settings`.

    Those of the `array`, its type and layout, are for what writes one. A `brief` command has other
    things to say on the first screen of its help. `changes` are by the names of options.
    """
    own = click_options(FeatureSettings.options, "output") if array else stacked()

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(**values: Any) -> None:
            base = base_settings(values)
            settings = changed(base, taken(values))
            if not printed(settings, values, default_spectrum):
                tell_calibration(settings, values)
                command(settings=settings, **values)

        return stacked(table_options(brief=brief, **changes), own)(wrapped)

    return decorate


def reading(*, live: bool = False) -> Decorator:
    """Add what says how inputs are read; the command gets it as `reading`.

    How long samples may wait is for a command that answers a `live` pipe.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(**values: Any) -> None:
            raw, latency_s = values.pop("input_format"), values.pop("latency", None)
            how = Reading(raw, latency_s, values.pop("strict"), values.pop("input_rate"))
            command(reading=how, **values)

        return stacked(_INPUT_FORMAT, _INPUT_RATE, strict, *([_LATENCY] if live else []))(wrapped)

    return decorate


_INPUT_FORMAT = under("segment")(
    "--input-format",
    common=False,
    type=types.Of(RawKind()),
    help="The inputs are samples without a header: "
    + "; ".join(f"{name}: {meaning}" for name, meaning in RAW_ENCODINGS.items())
    + "; then the rate in Hz and, if there are several, the channels.",
)
_INPUT_RATE = under("segment")(
    "--input-rate",
    common=False,
    type=types.Of(Frequency(1, MAX_RATE_HZ, whole=True, advice=SLOW_ADVICE)),
    help="Samples per second of the inputs, whatever their headers say: of recordings that are "
    "slowed down, ten times what the header says.",
)
_LATENCY = under("output")(
    "--latency",
    common=False,
    type=types.Of(Time(0, 3600)),
    metavar="TIME",
    help="How long the samples of a live pipe may wait for a full batch, which saves work.  "
    "[default: until nothing more is there]",
)


def inverse_options(command: Command) -> Command:
    """Add what says how features were made: the command gets it as `base` and `given`.

    `base` is None if neither a preset nor a file was named: then the features may say it.
    """

    @wraps(command)
    def wrapped(**values: Any) -> None:
        named = values["preset"] is not None or values["config"] is not None
        base = base_settings(values)
        given = taken(values)
        command(base=base if named else None, given=given, **values)

    # The seed of weights is in what was stored; here it would be taken for that of the phases.
    records: list[tuple[Sequence[Option], str]] = [
        ([option for option in SignalSettings.options if option.name not in _OF_SOUND], "signal"),
        (CalibrationSettings.options, "calibration"),
        (FrameSettings.options, "frames"),
        ([option for option in Recipe.options if option.name != "seed"], "features"),
        (step_options(), "features"),
        (FeatureSettings.options, "features"),
    ]
    rate = {"help": "Samples per second, where FEATS does not say it.", "common": True}
    rows = (click_options(rows, section, brief=True, rate=rate) for rows, section in records)
    return stacked(_base(brief=False), *rows)(wrapped)


def base_settings(values: dict[str, Any]) -> FeatureSettings:
    """Take the preset or the file out of the values of a command, and give its settings."""
    preset, config = _base_of(values)
    if config is None:
        return _preset_settings(preset)
    from stftcli.jobs.config import read_config

    return read_config(config)


def base_of_picture(values: dict[str, Any]) -> "tuple[FeatureSettings, Look]":
    """Take them out of the values of a command, and give how a picture looks as well."""
    from stftcli.settings.pictures import Look

    preset, config = _base_of(values)
    if config is None:
        return _preset_settings(preset), Look()
    from stftcli.jobs.config import read_picture_config

    return read_picture_config(config)


def _base_of(values: dict[str, Any]) -> tuple[str | None, str | None]:
    preset, config = values.pop("preset"), values.pop("config")
    if preset is not None and config is not None:
        raise SettingsError("`preset` and `config` are both the base of the settings: give one")
    return preset, config


def _preset_settings(preset: str | None) -> FeatureSettings:
    if preset is None:
        return FeatureSettings()
    from stftcli.features.presets import load_preset

    return load_preset(preset).settings


def taken(values: dict[str, Any]) -> Given:
    """Take the options of the table out of the values of a command, in the order given."""
    own = {name: values.pop(name) for name in list(values) if name in all_options()}
    several = {name: iter(value) for name, value in own.items() if isinstance(value, tuple)}
    repeats = {name for name, option in all_options().items() if option.repeats}

    def given() -> Iterator[tuple[str, Any]]:
        for name in given_order():
            if name in own and own[name] is not None:
                yield name, next(several[name]) if name in repeats else own[name]

    return list(given())


def changed(base: FeatureSettings, given: Given) -> FeatureSettings:
    """Change settings by options; another rate than the base is meant for is warned of."""
    meant_hz = base.signal.rate_hz
    settings = change(base, given)
    if meant_hz not in (None, settings.signal.rate_hz):
        TerminalReporter().warn(
            f"{base.origin} are for {meant_hz} Hz, not {settings.signal.rate_hz}"
        )
    return settings


def tell_calibration(settings: FeatureSettings, values: dict[str, Any]) -> None:
    """Say what calibration does to the levels, before anything is done."""
    if summary := settings.calibration.summary():
        TerminalReporter(bool(values.get("quiet"))).report(f"calibration: {summary}")


def printed(
    settings: FeatureSettings, values: dict[str, Any], spectrum: Spectrum, **look: Record
) -> bool:
    """Print the settings and say so, if that is what was asked for; `look` is of a picture."""
    if not values.pop("print_config"):
        return False
    from stftcli.features.toml import format_settings

    calibrated = settings.calibration.is_absolute
    features = settings.features.resolve(spectrum, calibrated=calibrated)
    resolved = replace(settings, features=features)
    click.echo(format_settings(resolved, **look), nl=False)
    return True
