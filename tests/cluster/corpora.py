"""Folders of sounds, what a cluster makes of them, and work that kills its worker."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import soundfile

from stftcli import Extractor
from stftcli.jobs.corpus.features import write_corpus
from stftcli.jobs.corpus.inputs import Inputs
from stftcli.jobs.corpus.results import Result
from stftcli.jobs.corpus.run import CorpusReport, CorpusSettings
from stftcli.jobs.corpus.unit import Unit
from tests.signals import noise

RATE_HZ = 16_000


def write_sounds(folder: Path, number: int, seconds: int = 1) -> Path:
    """Write so many sounds of noise, which take little room as they are one file."""
    folder.mkdir()
    first = folder / "000.wav"
    soundfile.write(first, 0.1 * noise(seconds * RATE_HZ), RATE_HZ)
    for one in range(1, number):
        (folder / f"{one:03d}.wav").hardlink_to(first)
    return folder


def read_manifest(folder: Path) -> list[Result]:
    """Give the lines of a manifest, without what differs from run to run."""
    lines = (folder / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    results = [json.loads(line) for line in lines]
    for result in results:
        assert result.pop("elapsed_s") > 0
    return results


def read_files(folder: Path) -> dict[str, bytes]:
    """Give all results; there must be nothing else but the manifest and the settings."""
    found = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    for name in ("manifest.jsonl", "corpus.json"):
        del found[name]
    return found


class Watching:
    """Counts results, and does something once when there are some."""

    def __init__(self, after: int = 0, act: Callable[[], Any] = lambda: None) -> None:
        self.seen, self._after, self._act = 0, after, act

    def begin(self, total: int) -> None:
        """Hear how many there will be."""

    def watch(self, result: Result) -> None:
        """Count one."""
        del result
        self.seen += 1
        if self.seen == self._after:
            self._act()

    def keep(self, count: int) -> None:
        """Hear of those that were there."""

    def warn(self, text: str) -> None:
        """Hear a warning."""


def compute(
    clips: Path, out_dir: Path, executor: str, listener: Watching | None = None, **options: Any
) -> CorpusReport:
    """Write the features of a folder."""
    return write_corpus(
        Inputs([str(clips)]),
        Extractor(mel=8).settings,
        CorpusSettings(str(out_dir), executor=executor, **options),
        listener=listener or Watching(),
    )


class AbortingWork:
    """Writes the size of each sound; one sound kills whoever reads it, as a bad decoder would."""

    ending = ".txt"

    def run(self, unit: Unit) -> list[Result]:
        """Work on a unit."""
        return [self._result_of(unit, number) for number in range(len(unit.items))]

    def _result_of(self, unit: Unit, number: int) -> Result:
        item = unit.items[number]
        told = {"id": item.id, "input": item.entry.audio, "elapsed_s": 0.01}
        if item.id in unit.dead:
            return {**told, "error": f"{item.entry.audio}: {unit.dead[item.id]}"}
        if "aborts" in item.id:
            os.abort()
        Path(unit.out_dir, item.output).write_text("done", encoding="utf-8")
        return {**told, "output": item.output, "bytes": 4, "settings": unit.settings_hash}
