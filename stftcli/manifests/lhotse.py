"""Lhotse's lists: a recording or a cut a line."""

import json
from collections.abc import Iterator
from typing import Any

from stftcli.files.urls import is_url
from stftcli.manifests.entry import Entry
from stftcli.manifests.fields import AUDIO, read_id, read_value
from stftcli.manifests.jsonl import is_json, parse_line
from stftcli.manifests.kind import ManifestKind
from stftcli.manifests.lines import Lines
from stftcli.manifests.paths import locate, shown
from stftcli.settings.choices import Channel

_CUTS = ("MonoCut", "MultiCut", "Cut")  # the last is the first one's old name
_REFUSED = {
    "MixedCut": "which is several sounds mixed, or one made longer",
    "PaddingCut": "which is silence and no file",
}
_SOURCES = {
    "command": "which is not run",
    "memory": "which holds the sound itself",
    "shar": "whose sound is in another archive",
}
_ADVICE = "let lhotse write its sound to a file (`save_audios`) first"
_OF_CUTS = {"id", "start", "duration", "channel", "recording", "features", "type"}
_OF_RECORDINGS = {
    *("id", "sources", "sampling_rate", "num_samples", "duration", "channel_ids", "transforms"),
    "type",
}
_MAX_EXTRA = 1 << 14
"""Characters of JSON of what is kept under one name."""

Source = tuple[str, list[int]]
"""A path or URL, and the channels that its file holds by lhotse's numbers."""


def _fits(path: str, first: bytes) -> bool:
    del path
    if not is_json(first):
        return False
    try:
        values = parse_line(first)
    except ValueError:
        return False
    is_other = not values.keys().isdisjoint(AUDIO)
    return not is_other and ("sources" in values or values.get("type") in (*_CUTS, *_REFUSED))


def _read(lines: Lines) -> Iterator[Entry]:
    return lines.entries(_entry)


def _entry(line: bytes) -> Entry:
    values = parse_line(line)
    kind = values.get("type")
    if "sources" in values:
        return _of_recording(values)
    if kind in _CUTS:
        return _of_cut(values)
    if isinstance(kind, str) and kind in _REFUSED:
        raise ValueError(f"it is a {kind}, {_REFUSED[kind]}: {_ADVICE}")
    raise ValueError(f"it is neither a recording nor a cut: its type is {shown(kind)}")


def _of_recording(values: dict[str, Any]) -> Entry:
    sources = _sources(values)
    if len(sources) != 1:
        raise ValueError(f"its channels are in {len(sources)} files: {_ADVICE}")
    audio, listed = locate(sources[0][0])
    return Entry(audio, listed, read_id(values.get("id")), extra=_extra(values, _OF_RECORDINGS))


def _of_cut(values: dict[str, Any]) -> Entry:
    recording = values.get("recording")
    if not isinstance(recording, dict):
        raise ValueError(  # noqa: TRY004
            "it is a cut without a recording, of features alone: no sound is named"
        )
    wanted = _wanted(values)
    path, held = _holding(_sources(recording), wanted)
    audio, listed = locate(path)
    return Entry(
        audio,
        listed,
        read_id(values.get("id")),
        read_value("start", values.get("start")) or 0.0,
        read_value("duration", values.get("duration")),
        _channel(wanted, held),
        _extra(values, _OF_CUTS),
    )


def _wanted(values: dict[str, Any]) -> list[int]:
    channel = values.get("channel")
    return _numbers(channel if isinstance(channel, list) else [channel])


def _numbers(channels: Any) -> list[int]:
    is_list = isinstance(channels, list) and bool(channels)
    if not is_list or not all(type(number) is int and number >= 0 for number in channels):
        raise ValueError(f"its channels are {shown(channels)}: they must be numbers from 0")
    return list(channels)


def _sources(recording: dict[str, Any]) -> list[Source]:
    """Give the files of a recording that is as its files are."""
    if transforms := recording.get("transforms"):
        raise ValueError(f"its recording is changed by {_names(transforms)}: {_ADVICE}")
    sources = recording.get("sources")
    if not isinstance(sources, list) or not sources:
        raise ValueError("its recording has no sources")
    return [_source(source) for source in sources]


def _names(transforms: Any) -> str:
    listed = transforms if isinstance(transforms, list) else [transforms]
    return ", ".join(
        str(one.get("name")) if isinstance(one, dict) else shown(one) for one in listed
    )


def _source(source: Any) -> Source:
    values = source if isinstance(source, dict) else {}
    kind, path = values.get("type"), values.get("source")
    if isinstance(kind, str) and kind in _SOURCES:
        raise ValueError(f"its source is of the type {kind}, {_SOURCES[kind]}: {_ADVICE}")
    is_known = kind == "file" or (kind == "url" and isinstance(path, str) and is_url(path))
    if not is_known or not isinstance(path, str):
        raise ValueError(f"its source is {shown(source)}: it must be a file or a URL")
    return path, _numbers(values.get("channels"))


def _holding(sources: list[Source], wanted: list[int]) -> Source:
    """Choose the file that holds the channels of a cut."""
    for path, held in sources:
        if set(wanted) <= set(held):
            return path, held
    where = "several files" if len(sources) > 1 else "no file"
    raise ValueError(f"its channels {wanted} are in {where} of its recording")


def _channel(wanted: list[int], held: list[int]) -> Channel:
    """Give the channel by our numbers, from 1 in the order in which the file holds them."""
    if len(wanted) == 1:
        return held.index(wanted[0]) + 1
    if set(wanted) != set(held):
        raise ValueError(
            f"its channels are {wanted} of {held}: take one of them or all, or write a cut for each"
        )
    return "all"


def _extra(values: dict[str, Any], used: set[str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in values.items()
        if name not in used and value not in (None, [], {}) and _is_small(value)
    }


def _is_small(value: Any) -> bool:
    return len(json.dumps(value)) <= _MAX_EXTRA


LHOTSE = ManifestKind("lhotse's recordings or cuts", _fits, _read)
