"""How long a run takes that finds all of a corpus done: ``python -m benchmarks.corpus_resume``.

Sounds and results are empty files, and nothing is computed: what is measured is the way from the
list of sounds, through the manifest of results and a look at each file, to "nothing to do". Give
the number of lines (200000 if none is given). Run it from the root of the repository.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

from stftcli.frozen import Frozen
from stftcli.jobs.corpus.attempt import Notes, attempt, output_path
from stftcli.jobs.corpus.inputs import Inputs
from stftcli.jobs.corpus.results import Result
from stftcli.jobs.corpus.run import CorpusReport, CorpusSettings, run_corpus
from stftcli.jobs.corpus.unit import Item, Unit

LINES, LINES_A_FOLDER = 200_000, 1000


class StandIn(Frozen):
    """In the place of features: an empty file for each sound."""

    def run(self, unit: Unit) -> list[Result]:
        """Write the files of a unit."""
        return [attempt(unit, item, partial(self._make, unit, item)) for item in unit.items]

    def _make(self, unit: Unit, item: Item, notes: Notes) -> dict[str, Any]:
        notes.advance(1.0)
        Path(output_path(unit, item.output)).touch()
        return {"bytes": 0, "shape": [0], "dtype": "float32"}


class Silent:
    """Listens, and says nothing."""

    def begin(self, total: int) -> None:
        """Hear how many there are."""

    def watch(self, result: Result) -> None:
        """Hear of one."""

    def keep(self, count: int) -> None:
        """Hear of those that were there."""

    def warn(self, text: str) -> None:
        """Hear a warning."""


def make_list(folder: Path, lines: int) -> str:
    """Create a list of empty sounds, and them."""
    path = folder / "list.jsonl"
    with path.open("w", encoding="ascii") as file:
        for number in range(lines):
            name = f"sounds/{number // LINES_A_FOLDER:04}/{number:07}.wav"
            if number % LINES_A_FOLDER == 0:
                (folder / name).parent.mkdir(parents=True)
            (folder / name).touch()
            entry = {"audio": name, "id": f"speaker-{number // LINES_A_FOLDER}/{number:07}"}
            file.write(json.dumps({**entry, "text": "what is said in it"}) + "\n")
    return str(path)


def work_through(folder: Path, listed: str) -> CorpusReport:
    """Make what is not there yet."""
    settings = CorpusSettings(str(folder / "results"), executor="threads", jobs=1)
    inputs = Inputs(manifest=listed)
    return run_corpus(
        inputs.entries(print), StandIn(), ".npy", {"stand_in": True}, settings, Silent()
    )


def timed(name: str, job: Callable[[], CorpusReport]) -> None:
    """Run a job and print what it took."""
    begun, cpu = time.perf_counter(), time.process_time()
    report = job()
    wall_s, cpu_s = time.perf_counter() - begun, time.process_time() - cpu
    peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024  # Linux counts in KiB
    print(f"{name:<8}{wall_s:7.2f} s, CPU {cpu_s:.2f} s, peak {peak:.0f} MB so far: {report}")


def main() -> None:
    """Make a corpus, and then again."""
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        listed = make_list(folder, lines)
        for name in ("first", "again"):
            timed(name, partial(work_through, folder, listed))


if __name__ == "__main__":
    main()
