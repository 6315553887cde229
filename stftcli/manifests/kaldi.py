"""Kaldi's lists: wav.scp, a sound a line, and segments, a stretch of one a line."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from stftcli.errors import InputError
from stftcli.files.atomic import STANDARD
from stftcli.files.lists import display_name, open_list
from stftcli.files.places import exists
from stftcli.files.untrusted import as_input_error
from stftcli.manifests.entry import Entry
from stftcli.manifests.fields import read_id, read_value
from stftcli.manifests.kind import ManifestKind
from stftcli.manifests.lines import Lines
from stftcli.manifests.paths import locate, shown
from stftcli.settings.kinds import as_float

_SCP, _SEGMENTS = "wav.scp", "segments"
_TO_THE_END = -1
_DIGITS = 9
"""Of a second: 0.3 - 0.2 is a little less than 0.1."""


def scp_of_folder(folder: str) -> str:
    """Give the list in a data folder; InputError if there is none."""
    path = os.path.join(folder, _SCP)  # noqa: PTH118  # Path would spoil a URL
    if not _exists(path):
        raise InputError(
            f"{display_name(folder)} is a folder without {_SCP}: give one of Kaldi's, or a list"
        )
    return path


def _exists(path: str) -> bool:
    with as_input_error(display_name(path), "a list"):
        return exists(path)


def _fits(path: str, first: bytes) -> bool:
    name = _name(path)
    return name == _SEGMENTS or name.endswith(".scp") or len(first.split(None, 1)) > 1


def _read(lines: Lines) -> Iterator[Entry]:
    name = _name(lines.path)
    if name == _SEGMENTS or (not name.endswith(".scp") and _is_segment(lines.peek())):
        return _read_segments(lines)
    segments = _beside(lines.path, _SEGMENTS) if name == _SCP else None
    if segments is not None and _exists(segments):
        return _read_beside(lines, segments)
    return lines.entries(_sound)


def _name(path: str) -> str:
    return Path(path).name.removesuffix(".gz")


def _beside(path: str, name: str) -> str:
    return os.path.join(os.path.dirname(path), name)  # noqa: PTH118, PTH120  # or a URL


def _is_segment(first: bytes) -> bool:
    fields = first.split()
    return len(fields) in (4, 5) and all(map(_is_number, fields[2:]))


def _is_number(field: bytes) -> bool:
    return as_float(field) == as_float(field)


def _read_beside(scp: Lines, path: str) -> Iterator[Entry]:
    sounds = _sounds(scp)
    with open_list(path) as file:
        segments = Lines(path, file)
        if not segments.peek():
            raise InputError(f"{display_name(path)} lists no segments")
        yield from _cut(segments, sounds)


def _read_segments(lines: Lines) -> Iterator[Entry]:
    if lines.path == STANDARD:
        raise lines.error(f"it is of segments, which need a {_SCP} beside them: give their file")
    scp = _beside(lines.path, _SCP)
    with open_list(scp) as file:
        sounds = _sounds(Lines(scp, file))
    yield from _cut(lines, sounds)


def _cut(lines: Lines, sounds: dict[bytes, bytes]) -> Iterator[Entry]:
    return lines.entries(lambda line: _segment(line, sounds))


def _sounds(lines: Lines) -> dict[bytes, bytes]:
    """Hold the paths by their keys, as bytes, which take the least."""
    sounds: dict[bytes, bytes] = {}

    def add(line: bytes) -> Entry:
        entry = _sound(line)
        key, path = line.split(None, 1)
        if key in sounds:
            raise ValueError(f"its key {entry.id} stands on a line before it too")
        sounds[key] = path.strip()
        return entry

    for _ in lines.entries(add):
        pass
    return sounds


def _sound(line: bytes) -> Entry:
    key, path = _divided(line)
    audio, listed = locate(path)
    return Entry(audio, listed, key)


def _divided(line: bytes) -> tuple[str, str]:
    """Give the key of a line of wav.scp, and a path that can be opened."""
    fields = line.split(None, 1)
    if len(fields) != 2:
        raise ValueError("it must be a key and the path of a sound, with a blank between")
    path = os.fsdecode(fields[1].strip())
    if path.startswith("|") or path.endswith("|"):
        raise ValueError("it is a command, which is not run: write its sound to a file first")
    if re.search(r":\d+$", path):
        raise ValueError("it is a place in an archive: give the sounds as files")
    if path == STANDARD:
        raise ValueError("it is standard input: give a file")
    return _key(fields[0]), path


def _key(field: bytes) -> str:
    try:
        key = read_id(field.decode())
    except ValueError:
        raise ValueError(f"its key is {shown(field)}: it must be a text in UTF-8") from None
    assert key is not None
    return key


def _segment(line: bytes, sounds: dict[bytes, bytes]) -> Entry:
    fields = line.split()
    if len(fields) not in (4, 5):
        raise ValueError("it must be a key, the key of a sound, and where it starts and ends")
    key, sound, start, end, *channel = fields
    if sound not in sounds:
        raise ValueError(f"there is no sound {_key(sound)} in {_SCP}")
    audio, listed = locate(os.fsdecode(sounds[sound]))
    return Entry(audio, listed, _key(key), *_stretch(start, end), _channel(*channel))


def _stretch(start: bytes, end: bytes) -> tuple[float, float | None]:
    """Give where a segment begins, and how long it is, in seconds."""
    begin: float = read_value("start", _text(start))
    if as_float(end) == _TO_THE_END:
        return begin, None
    duration = round(as_float(end) - begin, _DIGITS)
    if not duration > 0:
        raise ValueError(f"its end is {shown(_text(end))}: it must be seconds, after its start")
    read_value("duration", duration)
    return begin, duration


def _channel(field: bytes | None = None) -> int | None:
    """Give the channel of the fifth field, which counts from 0."""
    if field is None:
        return None
    if not field.isdigit():
        raise ValueError(f"its channel is {shown(_text(field))}: it must be a number from 0")
    number: int = read_value("channel", int(field[:9]) + 1)
    return number


def _text(field: bytes) -> str:
    return field.decode(errors="replace")


KALDI = ManifestKind("Kaldi's wav.scp or segments", _fits, _read)
