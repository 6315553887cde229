"""A corpus from its entries to its manifest."""

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

from stftcli.errors import OutputError
from stftcli.files.distinct import Outputs
from stftcli.files.here import paths_begin_in
from stftcli.files.urls import join_path
from stftcli.frozen import Frozen
from stftcli.jobs.corpus.catalog import Catalog
from stftcli.jobs.corpus.engine import Engine
from stftcli.jobs.corpus.executors import Workers
from stftcli.jobs.corpus.identity import hash_settings
from stftcli.jobs.corpus.out_dir import Part, note_begun, open_out_dir
from stftcli.jobs.corpus.plan import Plan, ToDo
from stftcli.jobs.corpus.results import Result, Results
from stftcli.jobs.corpus.stale import (
    remove_before,
    remove_of_other_settings,
    remove_renamed,
    remove_unused_shards,
)
from stftcli.jobs.corpus.unit import Pace, Unit, Work, cut
from stftcli.jobs.reporter import spell_duration
from stftcli.manifests.entry import Entry


class Listener(Protocol):
    """Hears how a corpus goes on."""

    def begin(self, total: int) -> None:
        """Hear how many sounds there are."""

    def watch(self, result: Result) -> None:
        """Hear what became of a sound."""

    def keep(self, count: int) -> None:
        """Hear how many results were found to be there so far."""

    def warn(self, text: str) -> None:
        """Hear of something that did not stop the run."""


class CorpusSettings(Frozen):
    """How a corpus is worked through; nothing of it changes a result.

    Parameters
    ----------
    out_dir : str
        The folder of the results and their manifest, or its URL.
    root : str, optional
        The folder that the names of the results are below.
    shard_size : int, optional
        How many results share a file.
    part : Part
        Which part of the corpus is worked on.
    jobs : int, optional
        Workers; as many as there are processors if None, of a cluster as many as it has.
    executor : str, default "processes"
        Where they are; see `Workers`.
    max_failures : int, optional
        At so many failures it ends.
    checksum : bool, default False
        Whether sounds are compared by their hashes, not by size and time.
    overwrite : bool, default False
        Whether all is made anew, and results of other settings go.
    prune : bool, default False
        Whether the results of sounds go that are not among the entries.
    other_inputs : sequence of str
        Files that were read to name the sounds and the settings; no result takes their place.
    """

    out_dir: str
    root: str | None = None
    shard_size: int | None = None
    part: Part = Part()
    jobs: int | None = None
    executor: str = "processes"
    max_failures: int | None = None
    checksum: bool = False
    overwrite: bool = False
    prune: bool = False
    other_inputs: Sequence[str] = ()


class CorpusReport(Frozen):
    """What was done: how many sounds, how long they are together, and how long it took."""

    done: int
    kept: int
    failed: int
    duration_s: float
    elapsed_s: float

    @property
    def inputs(self) -> int:
        """How many sounds were looked at."""
        return self.done + self.kept + self.failed

    def __str__(self) -> str:
        kept = f", {self.kept} were there" if self.kept else ""
        failed = f", {self.failed} failed" if self.failed else ""
        done = f"{self.done} done{kept}{failed}"
        if not self.done:
            return done
        speed = self.duration_s / max(self.elapsed_s, 1e-9)
        sound = f"{spell_duration(self.duration_s)} of sound in {self.elapsed_s:.1f} s"
        return f"{done}; {sound}, {speed:.0f} times real time"


class _Tally:
    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.done = self.failed = 0
        self.duration_s = 0.0

    def count(self, result: Result) -> None:
        failed = "error" in result
        self.failed += failed
        self.done += not failed
        self.duration_s += result.get("duration_s", 0.0)

    def report(self, kept: int) -> CorpusReport:
        elapsed_s = time.monotonic() - self.begun
        return CorpusReport(self.done, kept, self.failed, self.duration_s, elapsed_s)


def run_corpus(
    entries: Iterable[Entry],
    work: Work,
    ending: str,
    described: dict[str, Any],
    settings: CorpusSettings,
    listener: Listener,
) -> CorpusReport:
    """Make the results of a corpus that are not there yet.

    Parameters
    ----------
    entries : iterable of Entry
        The sounds.
    work : Work
        What is done with them.
    ending : str
        The ending of the results' files.
    described : dict
        All that decides the results.
    settings : CorpusSettings
        How it is worked through.
    listener : Listener
        Hears of the progress.

    Raises
    ------
    StftcliError
        If nothing can be done, or the results cannot be written any more; what is done stays, and
        the same call goes on from there.
    """
    alike: list[str] = []
    with Catalog(_watched(entries, ending, alike), settings.root) as catalog:
        if settings.part.of > 1:
            catalog.keep_part(settings.part.number, settings.part.of)
        listener.begin(len(catalog))
        opened = open_out_dir(
            *(settings.out_dir, settings.part, described, settings.other_inputs),
            overwrite=settings.overwrite,
        )
        with opened as results:
            ended = note_begun(settings.out_dir, settings.part, len(catalog))
            plan = Plan(
                settings.out_dir,
                ending,
                hash_settings(described),
                settings.shard_size,
                settings.part,
                settings.checksum,
            )
            if alike:
                places = (join_path(plan.out_dir, output) for output, _ in plan.groups(catalog))
                Outputs(*places).check_inputs(*alike)
            results.note_all(catalog, plan.claim)
            to_do, tally = ToDo(plan, catalog, anew=settings.overwrite), _Tally()
            # Closed before the folder is: no worker may be left that writes there.
            with closing(_worked(to_do, len(catalog), work, plan, settings)) as worked:
                for result in worked:
                    if (line := catalog.line_of(result["id"])) is not None:
                        remove_before(plan, results.read(*line), result)
                    catalog.note_lines(results.append([result]))
                    tally.count(result)
                    listener.keep(to_do.kept)
                    listener.watch(result)
                    if tally.failed == settings.max_failures:
                        break
                else:
                    _remove_stale(plan, catalog, results, settings)
                    ended()
            results.rewrite(catalog)
            return tally.report(to_do.kept)


def _watched(entries: Iterable[Entry], ending: str, alike: list[str]) -> Iterator[Entry]:
    """Give the entries, and note the sounds that are called as results are."""
    for entry in entries:
        if entry.audio.endswith(ending):
            alike.append(entry.audio)
        yield entry


def _remove_stale(plan: Plan, catalog: Catalog, results: Results, settings: CorpusSettings) -> None:
    remove_renamed(plan, catalog, results, prune=settings.prune)
    if settings.overwrite:
        remove_of_other_settings(plan, catalog, results)
    remove_unused_shards(plan, catalog, results)


def _worked(
    to_do: ToDo, count: int, work: Work, plan: Plan, settings: CorpusSettings
) -> Generator[Result]:
    items = iter(to_do)
    first = next(items, None)
    if first is None:
        return
    workers = Workers(settings.executor, settings.jobs)
    pace = Pace(workers.count)
    empty = Unit(
        *(work, (), plan.out_dir, plan.settings_hash, plan.checksum, settings.other_inputs)
    )
    if workers.remote:
        here = str(Path.cwd())
        empty = replace(empty, out_dir=join_path(here, plan.out_dir), here=here)
    units = cut(chain([first], items), count, pace, shards=plan.shard_size is not None)
    engine = Engine(workers, run_unit, Unit.alone, Unit.without_dead)
    with closing(engine.run(replace(empty, items=some) for some in units)) as outcomes:
        for unit, results in outcomes:
            pace.learn(unit.weight, sum(result.get("elapsed_s", 0.0) for result in results))
            for result in results:
                if (reason := result.pop("fatal", None)) is not None:
                    raise OutputError(f"{reason}; what is done stays, the same call goes on")
                yield result


def run_unit(unit: Unit) -> list[Result]:
    """Work on a unit, in the process of a worker."""
    with paths_begin_in(unit.here):
        return unit.work.run(unit)
