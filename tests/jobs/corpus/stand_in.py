"""Works through a list of one sound under many names: ``python -m ... LINES FOLDER``.

It computes nothing, and says how much memory it has taken at most, in kilobytes.
"""

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

from stftcli.frozen import Frozen
from stftcli.jobs.corpus.attempt import Notes, attempt
from stftcli.jobs.corpus.results import Result
from stftcli.jobs.corpus.run import CorpusReport, CorpusSettings, run_corpus
from stftcli.jobs.corpus.unit import Item, Unit
from stftcli.manifests.entry import Entry


class StandIn(Frozen):
    """In the place of features: an empty file for each sound, or none at all."""

    creates: bool = True

    def run(self, unit: Unit) -> list[Result]:
        return [attempt(unit, item, partial(self._make, unit, item)) for item in unit.items]

    def _make(self, unit: Unit, item: Item, notes: Notes) -> dict[str, Any]:
        notes.advance(1.0)
        if self.creates:
            Path(unit.out_dir, item.output).touch()
        return {"bytes": 0, "shape": [0], "dtype": "float32"}


class Silent:
    """Listens, and says nothing."""

    def begin(self, total: int) -> None:
        pass

    def watch(self, result: Result) -> None:
        pass

    def keep(self, count: int) -> None:
        """Hear of those that were there."""

    def warn(self, text: str) -> None:
        """Hear a warning."""


def entries(sound: Path, count: int) -> Iterator[Entry]:
    """Give one sound under many names."""
    for number in range(count):
        yield Entry(str(sound), sound.name, f"{number:06}", extra={"text": "what is said"})


def run(
    folder: Path, listed: Iterator[Entry], work: StandIn | None = None, **settings: Any
) -> CorpusReport:
    """Work through a list in a thread."""
    given = {"executor": "threads", "jobs": 1, **settings}
    corpus = CorpusSettings(str(folder / "out"), **given)
    return run_corpus(listed, work or StandIn(), ".npy", {"stand_in": True}, corpus, Silent())


def main() -> None:
    count, folder = int(sys.argv[1]), Path(sys.argv[2])
    sound = folder / "x.wav"
    sound.touch()
    report = run(folder, entries(sound, count), StandIn(creates=False))
    assert report.done == count
    print(getrusage(RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    main()
