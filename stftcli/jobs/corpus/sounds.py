"""Which stretch of which sound: as results say it, and as one text that can be compared."""

import json
from collections.abc import Mapping
from typing import Any

from stftcli.manifests.entry import Entry

SEGMENT = ("start_s", "duration_s", "channel")
"""What a result says under "segment", of a sound of which a part was asked for."""
# Made once: json.dumps would make another for each sound.
_encode = json.JSONEncoder(sort_keys=True).encode


def describe_segment(entry: Entry) -> dict[str, Any]:
    """Say which part of its sound an entry asks for; nothing if it is all of it."""
    if not entry.start_s and entry.duration_s is None and entry.channel is None:
        return {}
    values = {name: getattr(entry, name) for name in SEGMENT}
    return {name: value for name, value in values.items() if value not in (None, 0.0)}


def sound_key(audio: str, segment: Mapping[str, Any]) -> str:
    """Give the text that stands for a stretch of a sound; no path has a NUL in it."""
    return f"{audio}\0{_encode(segment)}" if segment else audio


def audio_of(key: str) -> str:
    """Give the path of a sound from what `sound_key` gave."""
    return key.partition("\0")[0]


def entry_of(name: str, key: str, extra: str) -> Entry:
    """Make an entry again, of its name, its stretch of a sound, and the rest as JSON."""
    audio, _, segment = key.partition("\0")
    rest = json.loads(extra) if extra else {}
    return Entry(audio, audio, name, **(json.loads(segment) if segment else {}), extra=rest)


def format_extra(extra: Any) -> str:
    """Write what else a list says of a sound, so that it can be compared; nothing is no text."""
    return _encode(extra) if extra else ""
