"""A JSON object a line, as NeMo's manifests and many others are."""

import json
from collections.abc import Iterator
from typing import Any

from stftcli.files.untrusted import parse_object
from stftcli.manifests.entry import Entry
from stftcli.manifests.fields import make_entry
from stftcli.manifests.kind import ManifestKind
from stftcli.manifests.lines import Lines, decoded


def parse_line(line: bytes) -> dict[str, Any]:
    """Read the object of a line; ValueError if it is none."""
    try:
        return parse_object(decoded(line).strip())
    except json.JSONDecodeError as error:
        # Its own message speaks of lines within the line.
        raise ValueError(
            f"it is no JSON: {error.msg} at character {error.pos + 1}; give an object a line"
        ) from None


def is_json(first: bytes) -> bool:
    """Say whether a list's first line begins as JSON does."""
    return first.lstrip().startswith((b"{", b"["))


def _fits(path: str, first: bytes) -> bool:
    return is_json(first) or path.lower().removesuffix(".gz").endswith((".jsonl", ".json"))


def _read(lines: Lines) -> Iterator[Entry]:
    return lines.entries(lambda line: make_entry(parse_line(line), lines.folder))


JSONL = ManifestKind("JSON lines", _fits, _read)
