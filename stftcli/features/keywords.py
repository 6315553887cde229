"""What a user asks for, by the names of options: the one way from keywords to settings.

The command line gives what stood on it, Python what was given by name; both in their order.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from stftcli.errors import SettingsError
from stftcli.features.asking import asked_steps
from stftcli.features.settings import FeatureSettings, Recipe
from stftcli.features.steps import STEPS
from stftcli.settings.calibration import CalibrationSettings
from stftcli.settings.choices import FORCED_PAD_MODES
from stftcli.settings.frames import FrameSettings
from stftcli.settings.option import Option
from stftcli.settings.record import Record, nearest
from stftcli.settings.segment import SegmentSettings
from stftcli.settings.signal import SignalSettings

Given = list[tuple[Option, Any]]

# The records of the settings, by their names there; "" is the settings themselves.
_RECORDS: dict[str, type[Record]] = {
    "segment": SegmentSettings,
    "signal": SignalSettings,
    "calibration": CalibrationSettings,
    "frames": FrameSettings,
    "features": Recipe,
    "": FeatureSettings,
}


@cache
def all_options() -> dict[str, Option]:
    """Give every option by its name."""
    rows = [option for record in _RECORDS.values() for option in record.options]
    return {option.name: option for option in (*rows, *step_options())}


@cache
def step_options() -> tuple[Option, ...]:
    """Give the options of the steps; one that several have stands where the first of them is."""
    rows: dict[str, Option] = {}
    for kind in STEPS.values():
        for option in kind.options:
            rows.setdefault(option.name, option)
    return tuple(rows.values())


def read_options(given: Iterable[tuple[str, Any]]) -> Given:
    """Read what was given by the rows of the table.

    Raises
    ------
    SettingsError
        If there is no such option, its value is not allowed, or two exclude each other.
    """
    known = all_options()
    read: Given = []
    for name, value in given:
        if name not in known:
            raise SettingsError(f"there is no option `{name}`: {_hint(name, list(known))}")
        if value is not None:
            read += [(known[name], known[name].read(one)) for one in _each(known[name], value)]
    names = {option.name for option, _ in read}
    for option, _ in read:
        if option.excludes in names:
            raise SettingsError(f"`{option.name}` and `{option.excludes}` exclude each other")
    return read


_ELSEWHERE = {
    "preset": "Extractor.preset(name) begins with one",
    "config": "Extractor.load(file) begins with its settings",
    "threads": "it is given where the Extractor is called",
    "strict": "it is given with a file, as in x.file(path, strict=True)",
}


def _hint(name: str, known: list[str]) -> str:
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    if longer := [one for one in known if one.startswith(name)]:
        return f"did you mean {' or '.join(longer)}?"
    near = nearest(name, known)
    return near if near.startswith("did") else "inspect.signature(Extractor) lists them"


def change(settings: FeatureSettings, given: Iterable[tuple[str, Any]]) -> FeatureSettings:
    """Change settings by options, in the order in which they are given.

    Raises
    ------
    SettingsError
        If a value is not allowed, or two options do not fit each other.
    """
    read = read_options(given)
    if not read:
        return settings
    fields = {name: _fields(record, read) for name, record in _RECORDS.items()}
    fields["frames"] |= _padding(read)
    _check_pad_mode(settings, fields["frames"])
    fields["signal"] |= _resampling(settings, fields["signal"])
    if replace(settings.calibration, **fields["calibration"]).is_absolute:
        read, of_levels = _reference(read)
        fields["calibration"] |= of_levels
    steps = asked_steps(settings.features.steps, read)
    if "seed" in fields["features"] and not any(step.step == "linear_out" for step in steps):
        raise SettingsError("`seed` is for `linear_out`: give both")
    fields["features"]["steps"] = steps
    whole = fields.pop("")
    parts = {name: replace(getattr(settings, name), **of) for name, of in fields.items() if of}
    return replace(settings, **parts, **whole)


def _each(option: Option, value: Any) -> list[Any]:
    """Give the values of an option that repeats; a list or a tuple holds several."""
    several = option.repeats and isinstance(value, list | tuple)
    return list(value) if several else [value]


def _fields(record: type[Record], given: Given) -> dict[str, Any]:
    own = {option.name for option in record.options}
    fields: dict[str, Any] = {}
    for option, value in given:
        if option.name in own:
            fields |= option.fields(value)
    return fields


def _padding(given: Given) -> dict[str, Any]:
    """Give the padding that is asked for, by whichever of its three options."""
    values = {option.name: value for option, value in given}
    # `center=False` beside `causal` only says what that means anyway.
    if values.get("causal") and values.get("center") == "none":
        del values["center"]
    asked = {name: way for name in ("padding", "center", "causal") if (way := values.get(name))}
    ways = set(asked.values())
    if len(ways) > 1:
        given_as = {("center", "center"): "center", ("center", "none"): "center=False"}
        given_as["causal", "causal"] = "causal"
        said = [f"`{given_as.get(one, '='.join(one))}`" for one in asked.items()]
        raise SettingsError(f"{' and '.join(said)} exclude each other: give one of them")
    return {"padding": ways.pop()} if ways else {}


def _check_pad_mode(settings: FeatureSettings, frames: dict[str, Any]) -> None:
    padding = frames.get("padding", settings.frames.padding)
    forced = FORCED_PAD_MODES.get(padding)
    if forced is not None and frames.get("pad_mode", forced) != forced:
        raise SettingsError(f"`pad_mode` has no say where frames are padded as {padding!r}")


def _reference(given: Given) -> tuple[Given, dict[str, Any]]:
    """Take out what levels of calibrated sound count from: no step's, but that of the samples."""
    of_levels = [row for row in given if row[0].name == "ref" and row[1] != "max"]
    rest = [row for row in given if row not in of_levels]
    return rest, {"reference": of_levels[-1][1]} if of_levels else {}


def _resampling(settings: FeatureSettings, signal: dict[str, Any]) -> dict[str, Any]:
    """Say how well a rate that is asked for is reached."""
    before = settings.signal.resample
    if "resample" in signal and "rate_hz" not in signal and before is None:
        raise SettingsError("`resampling` says how well `rate` is reached: give both")
    if "rate_hz" in signal and "resample" not in signal:
        return {"resample": before or "HQ"}
    return {}
