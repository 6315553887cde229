"""Settings as TOML: a user's own, the presets, and what --print-config shows."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stftcli.errors import SettingsError
from stftcli.features.settings import FeatureSettings
from stftcli.files.untrusted import parse_toml
from stftcli.settings.pictures import Look
from stftcli.settings.record import MisplacedError, Place, Record

_ABOUT = ("title", "version", "equals")  # what a preset says of itself
_LOOK = tuple(Look().to_dict())

VERSION = 3
"""Of the form in which settings are stored; a newer one may hold what is not known here."""


# Until version 2 a segment was padded as a sound of its own.
_SEGMENT_OF_2 = {"segment_padding": "own"}

# Two numbers on lines of their own, as the points of a curve; a text has no ends of lines.
_PAIR = re.compile(r"\[\s+([\d.e+-]+),\s+([\d.e+-]+),\s+\]")

_NAMES_OF_1 = {"part": "segment", "values": "features"}


def parse_settings(text: str, name: str) -> FeatureSettings:
    """Read settings from TOML.

    Raises
    ------
    SettingsError
        If it is no TOML, or holds what is no setting; it names the file and the line.
    """
    with _told_by_line(text, name):
        return settings_from(_parsed(text, name), name)


def parse_look(text: str, name: str) -> Look:
    """Read from TOML how a picture looks; the defaults where it does not say.

    Raises
    ------
    SettingsError
        As for `parse_settings`.
    """
    with _told_by_line(text, name):
        return look_from(_parsed(text, name))


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return parse_toml(text)
    except ValueError as error:
        raise SettingsError(f"{name} is not TOML: {error}") from None


@contextmanager
def _told_by_line(text: str, name: str) -> Iterator[None]:
    try:
        yield
    except MisplacedError as error:
        line = _line_of(text, error.place)
        # In a file stand fields, under their own names, whatever the options are called.
        told = str(error).replace("`", "")
        raise SettingsError(f"{name}, line {line}: {told}") from None


def look_from(values: dict[str, Any]) -> Look:
    """Make of a dictionary, of which it takes the tables of pictures, how one looks."""
    return Look.from_dict({name: values[name] for name in _LOOK if name in values})


def settings_from(values: dict[str, Any], name: str) -> FeatureSettings:
    """Make settings of a dictionary that may give their version."""
    values = {name: value for name, value in values.items() if name not in (*_ABOUT, *_LOOK)}
    version = values.pop("settings_version", VERSION)
    if version == 1:
        values = {_NAMES_OF_1.get(name, name): value for name, value in values.items()}
    if not isinstance(version, int) or version > VERSION:
        raise SettingsError(
            f"{name} holds settings of version {version!r}, this stftcli knows them up to "
            f"{VERSION}: install a newer stftcli"
        )
    segment = values.get("segment", {})
    if version <= 2 and isinstance(segment, dict):
        values["segment"] = {**_SEGMENT_OF_2, **segment}
    return FeatureSettings.from_dict(values)


def format_settings(settings: FeatureSettings, **look: Record) -> str:
    """Write settings, and tables of a picture's look, as TOML that is read again."""
    tables = {name: record.to_dict() for name, record in look.items()}
    return format_toml({"settings_version": VERSION, **settings.to_dict(), **tables})


def format_toml(values: dict[str, Any]) -> str:
    """Write a dictionary as TOML, or as JSON what TOML cannot hold."""
    import tomli_w

    try:
        return _PAIR.sub(r"[\1, \2]", tomli_w.dumps(values))
    except TypeError:  # null
        return json.dumps(values, indent=2)


def _line_of(text: str, place: Place) -> int:
    """Give the line of a setting, or of what comes nearest to it from outside."""
    best, line = 0, 1
    table: Place = ()
    elements: Counter[str] = Counter()
    for number, row in enumerate(text.splitlines(), start=1):
        if found := re.match(r"\s*(\[\[?)([^\[\]]+)\]", row):
            bracket, name = found.groups()
            first, *rest = name.replace(" ", "").split(".")
            here = table = (_NAMES_OF_1.get(first, first), *rest)
            if bracket == "[[":
                here = table = (*table, elements[name])
                elements[name] += 1
        elif found := re.match(r"""\s*["']?([\w.-]+)["']?\s*=""", row):
            here = (*table, *found.group(1).split("."))
        else:
            continue
        common = next(
            (at for at, (a, b) in enumerate(zip(here, place, strict=False)) if a != b),
            min(len(here), len(place)),
        )
        if common > best:
            best, line = common, number
    return line
