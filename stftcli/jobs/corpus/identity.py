"""What decides the results of a corpus: its settings, and the files that they name."""

import json
from collections.abc import Iterator
from hashlib import file_digest, sha256
from typing import Any

from stftcli.features.settings import FeatureSettings
from stftcli.features.toml import VERSION
from stftcli.files.prefix import split_prefix
from stftcli.files.untrusted import as_input_error

_MAX_DIFFERENCES = 3


def describe_settings(settings: FeatureSettings, **others: Any) -> dict[str, Any]:
    """Give all that decides the results, as JSON's own types; weights by their hashes."""
    described = {
        "settings_version": VERSION,
        "features": settings.to_dict(),
        "files": {name: _hash_of(name) for name in settings.files},
        **others,
    }
    return {name: value for name, value in described.items() if value not in (None, {})}


def hash_settings(described: dict[str, Any]) -> str:
    """Give what stands for the settings in each result: 16 digits."""
    return sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]


def list_differences(before: Any, now: Any) -> str:
    """Say where two descriptions differ, for a message."""
    found = [
        f"{place} {_short(one)} there, {_short(two)} here"
        for place, one, two in _differences(before, now, "")
    ]
    more = [f"{len(found) - _MAX_DIFFERENCES} more"] if len(found) > _MAX_DIFFERENCES else []
    return "; ".join(found[:_MAX_DIFFERENCES] + more)


def _hash_of(name: str) -> str:
    path, _ = split_prefix(name)
    with as_input_error(path, "a file of weights"), path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _differences(before: Any, now: Any, place: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(before, dict) and isinstance(now, dict):
        for name in sorted({*before, *now}):
            inner = f"{place}.{name}" if place else name
            yield from _differences(before.get(name), now.get(name), inner)
    elif isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for number, (one, two) in enumerate(zip(before, now, strict=True)):
            yield from _differences(one, two, f"{place}[{number}]")
    elif before != now:
        yield place, before, now


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
