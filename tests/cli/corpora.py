"""Folders of small sounds, and what a run over them has left behind."""

import json
from pathlib import Path
from typing import Any

import soundfile

from tests.signals import noise

RATE_HZ = 8000


def write_sounds(folder: Path, *names: str, samples: int = 4000) -> None:
    """Write noise, another for each name, with folders as the names have them."""
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, noise(samples, seed=number) / 8, RATE_HZ, subtype="PCM_16")


def manifest_of(folder: Path, name: str = "manifest.jsonl") -> dict[str, dict[str, Any]]:
    """Give the results in a manifest by their ids; there must be one of each."""
    results = [json.loads(line) for line in (folder / name).read_text().splitlines()]
    by_id = {result["id"]: result for result in results}
    assert len(by_id) == len(results)
    return by_id
