"""Pieces of a long sound, worked on by copies of a process of one thread, as commands are."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stftcli import Extractor

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/task").exists(), reason="nobody can tell how many threads there are"
)

RATE_HZ = 8000

# Cuts seconds, as else hours are cut, and tells of the processes that are made.
BEGIN = """
import os, signal, sys, threading, time
from stftcli import Extractor
from stftcli.jobs.features import write_features
from stftcli.jobs.pieces import crew, cut
cut._MIN_FRAME_SAMPLES, cut._PIECE_SAMPLES = 0, 1
made = []
def telling(task, start=crew.started):
    made.append(start(task))
    print(type(made[-1]).__name__, made[-1].pid, flush=True)
    return made[-1]
crew.started = telling
"""
WRITE = "write_features('a.wav', 'b.npy', Extractor(n_fft=256), threads=3)\n"
WAIT = "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
GIVE = """
def giving(self, piece, offset, given=crew.Crew.give, count=[]):
    count.append(piece)
    if len(count) == 3:
        {act}
    return given(self, piece, offset)
crew.Crew.give = giving
"""


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Write a minute of noise of two channels."""
    path = tmp_path / "a.wav"
    noise = 0.3 * np.random.default_rng(0).standard_normal((60 * RATE_HZ, 2))
    soundfile.write(path, noise, RATE_HZ)
    return path


def start(folder: Path, *script: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "".join((BEGIN, *script))],
        cwd=folder,
        # As the commands have it: else BLAS starts a thread for each processor.
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "DUCC0_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, *script: str) -> list[str]:
    """Run a script and give the kinds of the processes that it has made."""
    process = start(folder, *script)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert not any(is_there(int(line.split()[1])) for line in out.splitlines())
    return [line.split()[0] for line in out.splitlines()]


def is_there(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[0] != "Z"


def check(sound: Path) -> None:
    whole = Extractor(n_fft=256).file(sound, threads=1)
    assert np.load(sound.with_name("b.npy")).tobytes() == whole.tobytes()


def test_one_thread_forks(sound: Path) -> None:
    assert run(sound.parent, WRITE) == ["_Forked", "_Forked"]
    check(sound)


def test_several_threads_do_not(sound: Path) -> None:
    assert run(sound.parent, WAIT, WRITE) == ["_Spawned", "_Spawned"]
    check(sound)


def test_copies_that_die_cost_nothing_but_time(sound: Path) -> None:
    kill = GIVE.format(act="[os.kill(one.pid, signal.SIGKILL) for one in made]")
    assert run(sound.parent, kill, WRITE) == ["_Forked", "_Forked"]
    check(sound)


def test_nobody_wants_to_hear_of_children(sound: Path) -> None:
    ignore = "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
    assert run(sound.parent, ignore, WRITE) == ["_Forked", "_Forked"]
    check(sound)


@pytest.mark.parametrize("closed", [[0], [1, 2], [0, 1, 2]], ids=str)
@pytest.mark.parametrize("wait", ["", WAIT], ids=["forked", "spawned"])
def test_files_with_the_numbers_of_standard_ones(sound: Path, closed: list[int], wait: str) -> None:
    quiet = "from stftcli.jobs.pieces.process import started\ncrew.started = started\n"
    close = f"for one in {closed}: os.close(one)\n"
    run(sound.parent, wait, quiet, close, WRITE)
    check(sound)


@pytest.mark.parametrize("more", range(4, 12))
def test_few_descriptors_cost_nothing_but_time(sound: Path, more: int) -> None:
    limit = (
        "import resource; there = len(os.listdir('/proc/self/fd'))\n"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (there + {more}, there + {more}))\n"
    )
    run(sound.parent, limit, WRITE)
    check(sound)


def test_a_signal_while_they_are_made_leaves_none(sound: Path) -> None:
    interrupt = """
def interrupted(task, start=crew.started, count=[]):
    count.append(task)
    if len(count) == 2:
        signal.raise_signal(signal.SIGINT)
    return start(task)
crew.started = interrupted
try:
    write_features('a.wav', 'b.npy', Extractor(n_fft=256), threads=3)
except KeyboardInterrupt:
    pass
assert not open(f"/proc/self/task/{os.getpid()}/children").read()
"""
    assert run(sound.parent, interrupt) == ["_Forked", "_Forked"]
    assert not sound.with_name("b.npy").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
def test_copies_end_with_their_original(sound: Path, number: signal.Signals) -> None:
    wait = GIVE.format(act="print('given', flush=True); time.sleep(60)")
    process = start(sound.parent, wait, WRITE)
    assert process.stdout is not None
    lines = [process.stdout.readline().split() for _ in range(3)]
    assert lines[-1] == ["given"]
    process.send_signal(number)
    process.communicate(timeout=60)
    end = time.monotonic() + 10
    while any(is_there(int(line[1])) for line in lines[:2]):
        assert time.monotonic() < end, "a copy has outlived the process that made it"
        time.sleep(0.01)
