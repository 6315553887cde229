"""A corpus on a real Dask cluster: what comes of it, whatever happens to the cluster."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import stftcli
from stftcli import Linear
from stftcli.errors import InputError, MissingExtraError, SettingsError
from stftcli.jobs.corpus.executors import Workers
from stftcli.jobs.corpus.run import CorpusSettings, run_corpus
from stftcli.manifests.entry import Entry
from tests.cli.shell import Shell
from tests.cluster.corpora import (
    AbortingWork,
    Watching,
    compute,
    read_files,
    read_manifest,
    write_sounds,
)
from tests.cluster.dask_cluster import DaskCluster
from tests.oracles.conftest import oracle

# A cluster takes some seconds to begin, and some to notice what was killed.
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a cluster have two seconds to answer."""
    monkeypatch.setattr(Workers, "answer_s", 2.0)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ("--mel", "8", "--format", "npy"),
        ("--mel", "8", "--format", "npz", "--sidecar"),
        ("--mel", "8", "--format", "tar", "--shard-size", "7"),
    ],
    ids=["npy", "npz", "tar"],
)
def test_the_bytes_are_those_of_local_workers(
    shared: DaskCluster, shell: Shell, words: tuple[str, ...]
) -> None:
    write_sounds(shell.folder / "clips", 20)
    (shell.folder / "clips" / "bad.wav").write_bytes(b"RIFF")
    # All paths are relative, and the workers are in another folder.
    call = ("features", "clips", *words, "--out-dir")
    local = shell.run(*call, "local", "--jobs", "2")
    remote = shell.run(*call, "remote", "--executor", shared.name)
    assert local.code == remote.code == 3, remote.err
    assert read_files(shell.folder / "remote") == read_files(shell.folder / "local")
    assert read_manifest(shell.folder / "remote") == read_manifest(shell.folder / "local")
    assert remote.err.count("bad.wav") == 1
    assert "Traceback" not in remote.err


def test_weights_are_found_from_the_folder_of_the_caller(shared: DaskCluster, shell: Shell) -> None:
    write_sounds(shell.folder / "clips", 3)
    Linear(8, 2, seed=1).save(shell.folder / "layer.npz")
    np.save(shell.folder / "kernel.npy", np.ones((2 * 129, 256), np.float32))
    call = ("features", "clips", "--kernel", "kernel.npy", "--mel", "8", "--linear", "layer.npz")
    shell.ok(*call, "--out-dir", "local", "--sidecar")
    shell.ok(*call, "--out-dir", "remote", "--sidecar", "--executor", shared.name)
    assert read_files(shell.folder / "remote") == read_files(shell.folder / "local")


def test_the_same_call_goes_on_elsewhere(shared: DaskCluster, shell: Shell) -> None:
    write_sounds(shell.folder / "clips", 4)
    call = ("features", "clips", "--mel", "8", "--out-dir", "feats")
    shell.ok(*call)
    done = shell.ok(*call, "--executor", shared.name)
    assert "0 done, 4 were there" in done.err


def test_four_units_a_worker_are_under_way(shared: DaskCluster) -> None:
    workers = Workers(shared.name, None)
    try:
        assert (workers.count, workers.window) == (2, 8)
    finally:
        workers.close()
    workers = Workers(shared.name, 5)
    try:
        assert (workers.count, workers.window) == (5, 20)
    finally:
        workers.close()


def test_the_cluster_stays_when_a_run_is_over(shared: DaskCluster, tmp_path: Path) -> None:
    before = shared.pids()
    clips = write_sounds(tmp_path / "clips", 150, seconds=20)
    (clips / "000.bad.wav").write_bytes(b"RIFF")
    stopped = compute(clips, tmp_path / "feats", shared.name, max_failures=1)
    assert stopped.failed == 1
    assert stopped.done < 150
    compute(clips, tmp_path / "feats", shared.name)
    assert len(read_manifest(tmp_path / "feats")) == 151
    assert shared.pids() == before


def test_a_killed_worker_loses_and_doubles_nothing(own: DaskCluster, tmp_path: Path) -> None:
    clips = write_sounds(tmp_path / "clips", 150, seconds=20)
    compute(clips, tmp_path / "local", "threads")
    victim, *_ = own.pids()
    kill = Watching(10, lambda: os.kill(victim, signal.SIGKILL))
    report = compute(clips, tmp_path / "remote", own.name, kill)
    assert (report.done, report.failed) == (150, 0)
    assert victim not in own.pids()
    assert read_files(tmp_path / "remote") == read_files(tmp_path / "local")
    assert read_manifest(tmp_path / "remote") == read_manifest(tmp_path / "local")


def test_a_sound_that_kills_its_worker_is_named(own: DaskCluster, tmp_path: Path) -> None:
    (tmp_path / "feats").mkdir()
    names = [f"{number:02d}" for number in range(6)] + ["aborts"]
    report = run_corpus(
        (Entry(name, name) for name in names),
        AbortingWork(),
        ".txt",
        {},
        CorpusSettings(str(tmp_path / "feats"), executor=own.name),
        Watching(),
    )
    assert (report.done, report.failed) == (6, 1)
    *good, bad = read_manifest_with_errors(tmp_path / "feats")
    assert [result["id"] for result in good] == names[:-1]
    assert bad["error"].startswith("aborts: its worker failed: KilledWorker")


def read_manifest_with_errors(folder: Path) -> list[dict[str, str]]:
    return sorted(read_manifest(folder), key=lambda result: "error" in result)


@pytest.mark.usefixtures("impatient")
def test_a_scheduler_that_goes_is_an_error(own: DaskCluster, tmp_path: Path) -> None:
    clips = write_sounds(tmp_path / "clips", 150, seconds=20)
    with pytest.raises(InputError, match=r"no Dask scheduler answers at .*: .* after 2 s"):
        compute(clips, tmp_path / "feats", own.name, Watching(5, own.kill_scheduler))
    done = len(read_manifest(tmp_path / "feats"))
    assert 5 <= done < 150
    report = compute(clips, tmp_path / "feats", "threads")
    assert (report.kept, report.done) == (done, 150 - done)


@pytest.mark.usefixtures("impatient")
def test_workers_that_all_go_are_an_error(mortal: DaskCluster, tmp_path: Path) -> None:
    clips = write_sounds(tmp_path / "clips", 150, seconds=20)
    pids = mortal.pids()

    def kill() -> None:
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(InputError, match="has had no workers for 2 s; what is done stays"):
        compute(clips, tmp_path / "feats", mortal.name, Watching(5, kill))
    assert len(read_manifest(tmp_path / "feats")) >= 5


@pytest.mark.usefixtures("impatient")
def test_a_scheduler_without_workers_is_an_error(empty: DaskCluster) -> None:
    with pytest.raises(InputError, match="has not answered for 2 s: are there workers"):
        Workers(empty.name, None)


@pytest.fixture
def silent() -> Iterator[str]:
    """Somebody who takes calls and says nothing."""
    oracle("distributed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.usefixtures("impatient")
def test_nobody_and_silence_are_errors_in_time(silent: str) -> None:
    with socket.socket() as deaf:  # it holds the port and does not listen
        deaf.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{deaf.getsockname()[1]}"
        for address in (silent, nobody):
            begun = time.monotonic()
            with pytest.raises(InputError, match=f"no Dask scheduler answers at {address}"):
                Workers(f"dask://{address}", None)
            assert time.monotonic() - begun < 30


def test_workers_with_another_stftcli_are_named(empty: DaskCluster, tmp_path: Path) -> None:
    package = tmp_path / "old" / "stftcli"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "0.0.7"\n')
    empty.add_worker(path=str(tmp_path / "old"))
    wanted = f"have stftcli 0.0.7, here is {stftcli.__version__}: install the same"
    with pytest.raises(InputError, match=wanted):
        Workers(empty.name, None)


def test_workers_without_stftcli_are_named(empty: DaskCluster, tmp_path: Path) -> None:
    package = tmp_path / "none" / "stftcli"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError(\"No module named 'stftcli'\")\n")
    empty.add_worker(path=str(tmp_path / "none"))
    with pytest.raises(InputError, match=r"have no stftcli \(No module named 'stftcli'\): install"):
        Workers(empty.name, None)


@pytest.mark.parametrize("name", ["dask://", "dask://host", "dask://host:no", "dask://a:1/b"])
def test_an_address_has_a_host_and_a_port(name: str) -> None:
    with pytest.raises(SettingsError, match="give the scheduler as dask://HOST:PORT"):
        Workers(name, None)


def test_without_distributed_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'stftcli\[dask\]'"):
        Workers("dask://127.0.0.1:1", None)


IMPATIENT = """
import sys
from stftcli.__main__ import main
from stftcli.jobs.corpus.executors import Workers
Workers.answer_s = 2.0
main()
"""


def started(shell: Shell, cluster: DaskCluster) -> "subprocess.Popen[str]":
    """Start a run, and wait until some of it is done."""
    write_sounds(shell.folder / "clips", 150, seconds=20)
    call = ("features", "clips", "--preset", "kaldi-fbank", "--out-dir", "feats")
    process = subprocess.Popen(
        [sys.executable, "-c", IMPATIENT, *call, "--executor", cluster.name],
        cwd=shell.folder,
        stderr=subprocess.PIPE,
        text=True,
    )
    manifest = shell.folder / "feats" / "manifest.jsonl"
    while not manifest.exists() or manifest.read_bytes().count(b"\n") < 5:
        assert process.poll() is None
        time.sleep(0.01)
    return process


def test_of_a_scheduler_that_goes_one_line_is_said(own: DaskCluster, shell: Shell) -> None:
    process = started(shell, own)
    own.end_scheduler()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    (line,) = err.splitlines()
    assert line.startswith(f"stftcli: no Dask scheduler answers at {own.address}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_ended_leaves_the_cluster(
    shared: DaskCluster, shell: Shell, number: signal.Signals
) -> None:
    before = shared.pids()
    process = started(shell, shared)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert err.strip() == "stftcli: stopped; what is done stays, the same call goes on"
    assert shared.pids() == before
