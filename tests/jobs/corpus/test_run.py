"""A corpus from its entries to its manifest, with a stand-in for the work."""

import subprocess
import sys
import time
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from stftcli.errors import InputError, OutputError
from stftcli.jobs.corpus.attempt import Notes
from stftcli.jobs.corpus.results import Results
from stftcli.jobs.corpus.unit import Item, Unit
from stftcli.manifests.entry import Entry
from tests.jobs.corpus.stand_in import StandIn, entries, run

ROOT = Path(__file__).parents[3]


def peak_megabytes(folder: Path, count: int) -> float:
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.jobs.corpus.stand_in", str(count), str(folder)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        check=True,
    )
    kilobytes = int(done.stdout)
    return kilobytes / (1024 if sys.platform != "darwin" else 1024 * 1024)


@pytest.mark.long
def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    # Held as objects, 18,000 entries and their results more would take 40 MB.
    few, many = (peak_megabytes(tmp_path / str(count), count) for count in (2000, 20_000))
    assert many < few + 10


def test_a_list_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sound"):
        run(tmp_path, iter(()))
    assert not (tmp_path / "out").exists()


def test_what_is_kept_done_and_failed_is_counted(tmp_path: Path) -> None:
    sound = tmp_path / "x.wav"
    sound.touch()
    first = run(tmp_path, entries(sound, 5))
    assert (first.done, first.kept, first.failed, first.duration_s) == (5, 0, 0, 5.0)
    second = run(tmp_path, entries(sound, 8))
    assert (second.done, second.kept, second.failed) == (3, 5, 0)
    sound.unlink()
    third = run(tmp_path, entries(sound, 8))
    assert (third.done, third.kept, third.failed) == (0, 0, 8)


def test_two_runs_in_one_folder_of_one_process_are_told_apart(tmp_path: Path) -> None:
    sound = tmp_path / "x.wav"
    sound.touch()
    run(tmp_path, entries(sound, 1))
    with (
        Results(tmp_path / "out" / "manifest.jsonl"),
        pytest.raises(Exception, match="another run"),
    ):
        run(tmp_path, entries(sound, 2))
    assert run(tmp_path, entries(sound, 2)).done == 1


def test_shards_are_kept_or_redone_whole(tmp_path: Path) -> None:
    sound = tmp_path / "x.wav"
    sound.touch()
    # The stand-in does not say how many share a file, so that none is taken to be done.
    for _ in range(2):
        report = run(tmp_path, entries(sound, 10), shard_size=4)
        assert (report.done, report.kept) == (10, 0)


class Slow(StandIn):
    """Takes its time over each sound."""

    def _make(self, unit: Unit, item: Item, notes: Notes) -> dict[str, Any]:
        time.sleep(0.1)
        return super()._make(unit, item, notes)


def test_no_thread_writes_after_the_run_has_ended(tmp_path: Path) -> None:
    sound = tmp_path / "x.wav"
    sound.touch()
    missing = Entry("missing.wav", "missing.wav", "missing")
    listed = chain([missing], entries(sound, 20))
    report = run(tmp_path, listed, Slow(), jobs=2, max_failures=1)
    assert report.failed == 1
    left = sorted(path.name for path in (tmp_path / "out").iterdir())
    time.sleep(0.3)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == left


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").touch()
    sound = tmp_path / "x.wav"
    sound.touch()
    with pytest.raises(OutputError, match="is a file"):
        run(tmp_path, entries(sound, 1))
