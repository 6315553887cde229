"""A corpus in fsspec's memory, which only threads of this process see."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.remote.conftest import SOUNDS

fsspec = pytest.importorskip("fsspec")

OUT = "memory://stftcli-corpus/out"
THREADS = ("--executor", "threads", "--out-dir", OUT)


@pytest.fixture
def memory() -> Iterator[Any]:
    fs = fsspec.filesystem("memory")
    yield fs
    fs.rm("/stftcli-corpus", recursive=True)


def test_a_corpus_goes_into_memory_and_is_taken_up_there(
    memory: Any, shell: Shell, sounds: Path
) -> None:
    assert ": 4 done" in ok_inside(shell, "features", sounds, *THREADS).err
    results = memory.cat("/stftcli-corpus/out/manifest.jsonl").splitlines()
    assert [json.loads(line)["id"] for line in results] == ["a", "b", "d", "deep/c"]
    assert {f"/stftcli-corpus/out/{Path(name).with_suffix('.npy')}" for name in SOUNDS} <= set(
        memory.find("/stftcli-corpus/out")
    )
    memory.pipe("/stftcli-corpus/out/b.npy", b"short")
    assert ": 1 done, 3 were there" in ok_inside(shell, "features", sounds, *THREADS).err


def test_pictures_go_there_too(memory: Any, shell: Shell, sounds: Path) -> None:
    ok_inside(shell, "spectrogram", sounds, *THREADS, "--bare")
    assert memory.cat("/stftcli-corpus/out/deep/c.png").startswith(b"\x89PNG")


def test_results_of_sounds_that_are_named_anew_go(memory: Any, shell: Shell, sounds: Path) -> None:
    ok_inside(shell, "features", sounds, *THREADS)
    ok_inside(shell, "features", sounds, *THREADS, "--root", sounds.parent)
    assert memory.exists("/stftcli-corpus/out/there/a.npy")
    assert not memory.exists("/stftcli-corpus/out/a.npy")


def test_what_is_done_is_told_after_a_failure(memory: Any, shell: Shell, sounds: Path) -> None:
    (sounds / "bad.wav").write_bytes(b"no sound")
    assert run_inside(shell, "features", sounds, *THREADS, "--fail-fast").code in (1, 3)
    assert b"bad.wav" in memory.cat("/stftcli-corpus/out/manifest.jsonl")
