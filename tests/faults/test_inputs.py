"""Damaged inputs of every kind through every command that reads them."""

import os
import resource
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.audio.ways import piped
from tests.cli.inside import run_inside
from tests.cli.shell import Done, Shell
from tests.faults.damage import damaged
from tests.faults.inputs import KINDS, write_good
from tests.faults.outcome import assert_explained, assert_nothing_left

MORE = float(os.environ.get("STFTCLI_FAULTS", "1"))
FEW, MANY, REAL = 8, round(200 * MORE), 2
OUTPUTS = {"x.npy", "x.npz", "x.png", "x.wav"}
MAX_S, MAX_BYTES = 20.0, 1 << 30

each_kind = pytest.mark.parametrize("kind", KINDS)


@each_kind
def test_a_few_damaged_inputs(tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    check_damaged(Shell(tmp_path), kind, FEW, 0, capfd)


@pytest.mark.long
@pytest.mark.timeout(3600)
@each_kind
def test_many_damaged_inputs(tmp_path: Path, kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    codes = check_damaged(Shell(tmp_path), kind, MANY, 1, capfd)
    assert codes[1] + codes[2] + codes[3] > MANY // 20
    assert codes.total() >= MANY


@pytest.mark.long
@each_kind
def test_damaged_inputs_of_a_process_of_its_own(tmp_path: Path, kind: str) -> None:
    shell = Shell(tmp_path)
    content, name = write_good(shell, kind), KINDS[kind].name
    for number, changed in enumerate(damaged(content, REAL, seed=2)):
        (tmp_path / name).write_bytes(changed)
        call = KINDS[kind].calls[number % len(KINDS[kind].calls)]
        words, _, pipe = call.partition(" | ")
        stdin = changed if pipe else b""
        assert_explained(shell.run(*with_name(words, name), stdin=stdin))


def check_damaged(
    shell: Shell, kind: str, count: int, seed: int, capfd: pytest.CaptureFixture[str]
) -> Counter[int]:
    """Give damaged copies of an input to its commands in turn; give how they have ended."""
    name, calls = KINDS[kind].name, KINDS[kind].calls
    content = write_good(shell, kind)
    file, before = shell.folder / name, names_in(shell.folder)
    codes: Counter[int] = Counter()
    first_bytes = peak_bytes()
    for number, changed in enumerate(damaged(content, count, seed)):
        file.write_bytes(changed)
        call = calls[number % len(calls)]
        try:
            codes[checked(shell, call, name, before).code] += 1
        except BaseException:
            keep(changed, kind, number, call)
            raise
    assert peak_bytes() - first_bytes < MAX_BYTES
    written = capfd.readouterr()
    # In a process of its own the command keeps libmpg123's notes out (test_closed_descriptors).
    if kind != "mp3":
        assert written == ("", ""), "a library has written past Python"
    return codes


def checked(shell: Shell, call: str, name: str, before: set[str]) -> Done:
    begun = time.monotonic()
    words, _, pipe = call.partition(" | ")
    if pipe:
        with piped((shell.folder / name).read_bytes()) as path:
            command, *rest = words.split()
            done = run_inside(shell, command, path, *rest)
    else:
        done = run_inside(shell, *with_name(words, name))
    assert time.monotonic() - begun < MAX_S
    assert_explained(done)
    if "--out-dir" in words:
        shutil.rmtree(shell.folder / "out", ignore_errors=True)
    assert_nothing_left(shell.folder, before, OUTPUTS, done)
    for output in names_in(shell.folder) - before:
        (shell.folder / output).unlink()
    return done


def with_name(words: str, name: str) -> list[str]:
    return [name if word == "X" else word for word in words.split()]


def names_in(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (
        1 if sys.platform == "darwin" else 1024
    )


def keep(content: bytes, kind: str, number: int, call: str) -> None:
    """Keep what was wrong where STFTCLI_FAULTS_KEEP says, to look at it."""
    if folder := os.environ.get("STFTCLI_FAULTS_KEEP"):
        Path(folder, f"{kind} {number}".replace(" ", "_")).write_bytes(content)
    print(f"{kind}, case {number}: {call}", file=sys.stderr)
