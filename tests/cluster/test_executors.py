"""Where units are worked on: by what names, and what is left when it is over."""

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from stftcli.errors import InputError, SettingsError
from stftcli.jobs.corpus.executors import Workers, default_jobs
from stftcli.jobs.corpus.processes import ProcessPool
from tests.cluster.corpora import compute, read_files, write_sounds

HERE = "tests.cluster.factories"


@pytest.mark.parametrize("executor", ["threads", f"{HERE}:threads", f"{HERE}:Old"])
def test_any_executor_gives_the_bytes_of_processes(tmp_path: Path, executor: str) -> None:
    clips = write_sounds(tmp_path / "clips", 12)
    compute(clips, tmp_path / "local", "processes", jobs=2)
    compute(clips, tmp_path / "other", executor)
    assert read_files(tmp_path / "other") == read_files(tmp_path / "local")


@pytest.mark.parametrize(
    ("executor", "jobs", "count"),
    [
        ("threads", 3, 3),
        ("threads", None, default_jobs()),
        (f"{HERE}:threads", 3, 3),
        (f"{HERE}:Old", None, 3),
        (f"{HERE}:Old", 7, 7),
    ],
)
def test_four_units_a_worker_are_under_way(executor: str, jobs: int | None, count: int) -> None:
    workers = Workers(executor, jobs)
    assert (workers.count, workers.window) == (count, 4 * count)
    workers.close()


@pytest.mark.parametrize(
    ("executor", "words"),
    [
        ("thread", "give processes, threads, dask://HOST:PORT or MODULE:FACTORY"),
        (f"{HERE}:missing", "there is no 'missing' in a module"),
        ("no.such.module:make", "there is no 'make' in a module 'no.such.module'"),
        (":make", "there is no 'make' in a module ''"),
        ("a b:make", "there is no 'make' in a module 'a b'"),
        (f"{HERE}:NUMBER", "which is no function"),
        (f"{HERE}:nothing", "gave no concurrent.futures.Executor but None"),
    ],
)
def test_names_that_are_no_executors(executor: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Workers(executor, None)


def test_a_factory_that_fails_is_told_of() -> None:
    with pytest.raises(InputError, match="gave no Executor: RuntimeError: no cluster today"):
        Workers(f"{HERE}:failing", None)


def test_a_module_that_fails_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "badly_written.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InputError, match="badly_written cannot be imported: ZeroDivisionError"):
        Workers("badly_written:make", None)


def test_a_pool_ends_its_processes_and_no_others() -> None:
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,))
    other.start()
    pool = ProcessPool(1)
    busy = pool.submit(os.getpid).result()
    pool.submit(time.sleep, 60)
    begun = time.monotonic()
    pool.shutdown(wait=False, cancel_futures=True)
    assert time.monotonic() - begun < 30
    with pytest.raises(ProcessLookupError):
        os.kill(busy, 0)
    assert other.is_alive()
    other.terminate()
    other.join()


def test_a_pool_that_is_waited_for_ends_what_it_began() -> None:
    with ProcessPool(1) as pool:
        futures = [pool.submit(pow, 2, number) for number in range(5)]
    assert [future.result() for future in futures] == [1, 2, 4, 8, 16]
