"""Runs that are killed or interrupted at any moment, and taken up again."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cli.corpus.clips import arrays, make_clip, results, settled
from tests.cli.shell import STFTCLI, Shell
from tests.marks import only_long_but

CLIPS, SAMPLES = 30, 200_000
WORDS = ("--out-dir", "out", "-j", "2", "--n-fft", "512", "--hop-length", "16", "--mel", "8")
Process = subprocess.Popen[bytes]

needs_proc = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="there is no /proc")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of sounds in clips/, and in out/ what a run leaves that nothing disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    for number in range(CLIPS):
        make_clip(folder / "clips" / f"{number:02}.wav", number, SAMPLES)
    Shell(folder).ok("features", "clips", *WORDS)
    return folder


@pytest.fixture(scope="module")
def took_s(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> float:
    """How long a run takes that nothing disturbs."""
    shell = Shell(tmp_path_factory.mktemp("timed"))
    begun = time.monotonic()
    shell.ok("features", str(corpus / "clips"), *WORDS)
    return time.monotonic() - begun


@pytest.fixture
def work(shell: Shell, corpus: Path) -> Shell:
    """The same sounds in a folder of its own."""
    (shell.folder / "clips").symlink_to(corpus / "clips")
    return shell


def start(shell: Shell, *more: str) -> Process:
    """Start a run with a process group of its own."""
    return subprocess.Popen(
        [*STFTCLI, "features", "clips", *WORDS, *more],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=shell.folder,
        start_new_session=True,
    )


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "what was waited for has not come"
        time.sleep(0.005)


def processes_in(folder: Path) -> list[int]:
    """Name the processes that work in a folder."""

    def works_there(process: Path) -> bool:
        try:
            return (process / "cwd").readlink() == folder
        except OSError:  # it has ended meanwhile, or is somebody else's
            return False

    return [int(one.name) for one in Path("/proc").glob("[0-9]*") if works_there(one)]


def outputs(shell: Shell) -> int:
    return len(list((shell.folder / "out").glob("*.npy")))


def check_taken_up(shell: Shell, corpus: Path) -> None:
    """Run again to the end: all is as if nothing had happened."""
    shell.ok("features", "clips", *WORDS)
    assert arrays(shell.folder / "out") == arrays(corpus / "out")
    assert settled(results(shell)) == settled(results(Shell(corpus)))
    assert sorted(shell.names("out")) == sorted(Shell(corpus).names("out"))


def check_whole(folder: Path) -> None:
    """Check that no result is half-written."""
    for path in folder.glob("*.npy"):
        assert np.load(path).shape == (1 + SAMPLES // 16, 8)


def kill_at(shell: Shell, corpus: Path, moment_s: float) -> None:
    process = start(shell)
    time.sleep(moment_s)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    wait_until(lambda: not processes_in(shell.folder))
    if (shell.folder / "out").exists():
        check_whole(shell.folder / "out")
    check_taken_up(shell, corpus)


def moments(count: int, seed: int) -> list[float]:
    """Choose random moments of a run, as parts of how long it takes."""
    chooses = random.Random(seed)
    return [round((number + chooses.random()) / count, 3) for number in range(count)]


@needs_proc
@pytest.mark.parametrize("moment", moments(3, seed=1))
def test_killed_and_taken_up_again(work: Shell, corpus: Path, took_s: float, moment: float) -> None:
    kill_at(work, corpus, moment * took_s)


@needs_proc
@pytest.mark.long
@pytest.mark.parametrize("moment", moments(20, seed=2))
def test_killed_at_any_moment(work: Shell, corpus: Path, took_s: float, moment: float) -> None:
    kill_at(work, corpus, moment * took_s)


@needs_proc
def test_killed_again_and_again(work: Shell, corpus: Path) -> None:
    for number in range(3):
        process = start(work)
        wait_until(lambda: outputs(work) > 3 * number)  # noqa: B023  # it is called at once
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    check_taken_up(work, corpus)


@needs_proc
def test_workers_end_with_whom_they_work_for(work: Shell, corpus: Path) -> None:
    process = start(work)
    wait_until(lambda: outputs(work) > 0)
    assert len(processes_in(work.folder)) >= 3
    process.kill()
    process.wait()
    wait_until(lambda: not processes_in(work.folder), seconds=10)
    process.communicate()
    check_taken_up(work, corpus)


def interrupt(process: Process, number: int, group: bool) -> bytes:
    """Send a signal as a terminal does, or as `kill` does; give what was said."""
    (os.killpg if group else os.kill)(process.pid, number)
    said: tuple[Any, bytes] = process.communicate(timeout=30)
    return said[1]


STOPPED = "stftcli: stopped; what is done stays, the same call goes on"
each_signal = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)


@needs_proc
@each_signal
@pytest.mark.parametrize("group", [True, False], ids=["group", "process"])
def test_interrupted_and_taken_up_again(
    work: Shell, corpus: Path, number: int, code: int, group: bool
) -> None:
    process = start(work)
    wait_until(lambda: outputs(work) > 1)
    said = interrupt(process, number, group)
    assert process.returncode == code
    assert said.decode().strip() == STOPPED
    wait_until(lambda: not processes_in(work.folder), seconds=10)
    check_whole(work.folder / "out")
    assert not list((work.folder / "out").glob(".stftcli-*"))
    check_taken_up(work, corpus)


@needs_proc
def test_the_server_of_the_workers_is_deaf(work: Shell) -> None:
    begin = (
        "import multiprocessing.forkserver as m; from pathlib import Path\n"
        "from stftcli.jobs.corpus.processes import begin_server; begin_server()\n"
        "status = Path(f'/proc/{m._forkserver._forkserver_pid}/status').read_text()\n"
        "print(int(status.partition('SigBlk:')[2].split()[0], 16))"
    )
    told = subprocess.run(
        [sys.executable, "-c", begin], cwd=work.folder, capture_output=True, check=True
    )
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        assert int(told.stdout) & 1 << number - 1


@needs_proc
@each_signal
@pytest.mark.parametrize("delay_s", only_long_but([0.02, 0.25], [0, 0.02, 0.1, 0.25, 0.4]))
def test_interrupted_while_workers_start(
    work: Shell, number: int, code: int, delay_s: float
) -> None:
    process = start(work, "--hop-length", "2")  # so that it is not done before the signal comes
    wait_until((work.folder / "out" / "corpus.json").exists)
    time.sleep(delay_s)
    said = interrupt(process, number, group=True)
    assert process.returncode == code
    assert said.decode().strip() == STOPPED
    wait_until(lambda: not processes_in(work.folder), seconds=10)


@each_signal
def test_interrupted_in_threads(work: Shell, corpus: Path, number: int, code: int) -> None:
    process = subprocess.Popen(
        [*STFTCLI, "features", "clips", *WORDS, "--executor", "threads"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=work.folder,
    )
    wait_until(lambda: outputs(work) > 1)
    said = interrupt(process, number, group=False)
    assert process.returncode == code
    assert said.decode().strip() == STOPPED
    check_whole(work.folder / "out")
    check_taken_up(work, corpus)


@needs_proc
def test_a_second_run_into_one_folder_is_refused_at_once(work: Shell, corpus: Path) -> None:
    process = start(work)
    wait_until(lambda: outputs(work) > 0)
    refused = work.run("features", "clips", *WORDS)
    assert process.poll() is None, "the first run has ended too early for this test"
    assert refused.code == 1
    assert "another run" in refused.err and "out/manifest.jsonl" in refused.err
    assert len(refused.err.splitlines()) == 1
    process.communicate()
    assert process.returncode == 0
    check_taken_up(work, corpus)
