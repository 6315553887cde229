"""What an object of JSON and a row of a table say of a sound, by the same names."""

import re
from collections.abc import Mapping
from typing import Any

from stftcli.manifests.entry import Entry
from stftcli.manifests.paths import locate, shown
from stftcli.settings.segment import SegmentSettings

_AUDIO = ("audio", "audio_filepath")
_OR_ELSE = ("path", "file", "file_name", "filename")
AUDIO = (*_AUDIO, *_OR_ELSE)
"""How the sound's file is named: here, by NeMo, and, where neither is there, by other tables."""
NAMES = {"start": ("start", "offset"), "duration": ("duration",), "channel": ("channel",)}
END = "end"
_SEGMENT = {END, *(spelling for spellings in NAMES.values() for spelling in spellings)}
_KINDS = {row.name: row.kind for row in SegmentSettings.options}
_ID = re.compile(r"[^\x00-\x1f\x7f]{1,4096}")


def make_entry(values: Mapping[str, Any], folder: str) -> Entry:
    """Make an entry of what a list says by name; what is None was not given.

    Parameters
    ----------
    values : mapping
        `audio`, perhaps `id`, `start`, `duration` or `end`, `channel`, and whatever else.
    folder : str
        What the path is relative to.

    Raises
    ------
    ValueError
        If there is no `audio`, or a value cannot be used.
    """
    extra = dict(values)
    path = _take(extra, _AUDIO)
    if path is None:
        other = next((name for name in _OR_ELSE if extra.get(name) is not None), None)
        path = extra.pop(other) if other is not None else None
    if path is None:
        named = [repr(name) for name, value in values.items() if value is not None]
        but = f", but {', '.join(named[:8])}" if named else ""
        raise ValueError(f"it has no {AUDIO[0]}, which names the sound's file{but}")
    audio, listed = locate(path, folder)
    name = read_id(extra.pop("id", None))
    return Entry(audio, listed, name, **read_segment(extra), extra=extra)


def read_segment(values: dict[str, Any]) -> dict[str, Any]:
    """Take `start`, `duration` or `end`, and `channel` as fields of an entry; none if none.

    Raises
    ------
    ValueError
        If one is none.
    """
    if _SEGMENT.isdisjoint(values):
        return {}
    start, duration, channel = (
        read_value(name, _take(values, spellings)) for name, spellings in NAMES.items()
    )
    end = read_value("start", values.pop(END, None), END)
    if end is not None:
        if duration is not None:
            raise ValueError(f"it has both duration and {END}: give one of them")
        duration = end - (start or 0.0)
        if duration <= 0:
            raise ValueError(f"its {END} is {end:g} s, which is not after its start")
    return {"start_s": start or 0.0, "duration_s": duration, "channel": channel}


def read_value(name: str, value: Any, told: str | None = None) -> Any:
    """Read a start, a duration or a channel by the rule of the options; None stays."""
    if value is None:
        return None
    try:
        return _KINDS[name].read(value)
    except ValueError as error:
        raise ValueError(f"its {told or name} is {shown(value)}: {error}") from None


def read_id(value: Any) -> str | None:
    """Give the name of an entry, which may be a whole number."""
    text = str(value) if type(value) is int else value
    if text is None:
        return None
    if not isinstance(text, str) or not _ID.fullmatch(text):
        raise ValueError(f"its id is {shown(value)}: it must be a text of one line")
    return text


def _take(values: dict[str, Any], spellings: tuple[str, ...]) -> Any:
    given = [(name, value) for name in spellings if (value := values.pop(name, None)) is not None]
    if len(given) > 1:
        names = " and ".join(name for name, _ in given)
        raise ValueError(f"it has both {names}: give one of them")
    return given[0][1] if given else None
