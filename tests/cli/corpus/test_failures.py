"""What goes wrong with some sounds, with all of them, and with the folder of results."""

import errno
import os
import resource
import subprocess
from pathlib import Path

import pytest

from stftcli.files import atomic, drafts
from stftcli.jobs.corpus import unit
from tests.cli.corpus.clips import (
    BROKEN,
    SHORT,
    arrays,
    features,
    make_clip,
    make_clips,
    ok,
    results,
    write_lines,
)
from tests.cli.corpus.test_executors import by
from tests.cli.shell import STFTCLI, Shell

FAULTS = {
    "empty": b"",
    "cut": BROKEN,
    "text": b"no sound at all\n" * 99,
    "zeros": bytes(5000),
}


def add_faults(shell: Shell) -> None:
    for name, content in FAULTS.items():
        (shell.folder / "clips" / f"{name}.wav").write_bytes(content)


def check_four_of(shell: Shell, count: int, executor: str) -> None:
    make_clips(shell.folder / "clips", count - 4, samples=400)
    add_faults(shell)
    done = by(shell, executor)
    assert done.code == 3
    assert f"4 of {count} inputs failed" in done.err
    assert all(f"clips/{name}.wav" in done.err for name in FAULTS)
    assert len(arrays(shell.folder / "out")) == count - 4
    told = {result["id"]: result.get("error") for result in results(shell)}
    assert len(told) == count
    for name, error in told.items():
        assert (error is not None) == (name in FAULTS)
        assert error is None or f"clips/{name}.wav" in error
    again = by(shell, executor)
    assert again.code == 3
    assert f"{count - 4} were there" in again.err


@pytest.mark.parametrize("executor", ["processes", "threads"])
def test_four_bad_files_among_two_hundred(shell: Shell, executor: str) -> None:
    check_four_of(shell, 200, executor)


@pytest.mark.long
def test_four_bad_files_among_two_thousand(shell: Shell) -> None:
    check_four_of(shell, 2000, "processes")


@pytest.mark.parametrize(("words", "most"), [(["--fail-fast"], 1), (["--max-failures", "3"], 3)])
def test_too_many_failures_end_the_run(shell: Shell, words: list[str], most: int) -> None:
    make_clips(shell.folder / "clips", 10)
    add_faults(shell)
    done = features(shell, "clips", *words)
    assert done.code == 3
    assert f"stopped, for {most} failed" in done.err and "--max-failures" in done.err
    assert sum("error" in result for result in results(shell)) == most
    assert features(shell, "clips").code == 3
    assert len(arrays(shell.folder / "out")) == 10


def test_failures_below_the_limit_do_not_end_it(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 3)
    add_faults(shell)
    assert features(shell, "clips", "--max-failures", "5").code == 3


def test_all_fail(shell: Shell) -> None:
    (shell.folder / "clips").mkdir()
    add_faults(shell)
    done = features(shell, "clips")
    assert done.code == 1
    assert "4 of 4 inputs failed" in done.err


def test_what_is_not_there_is_named(shell: Shell) -> None:
    make_clips(shell.folder, 1)
    done = features(shell, "0000.wav", "nowhere.wav")
    assert done.code == 3
    assert "nowhere.wav" in done.err
    assert len(arrays(shell.folder / "out")) == 1


def test_a_line_of_a_list_that_cannot_be_used_stops_it_before_it_begins(shell: Shell) -> None:
    make_clip(shell.folder / "x.wav")
    (shell.folder / "list.jsonl").write_text('{"audio": "x.wav"}\n{"audio": \n')
    done = features(shell, "--manifest", "list.jsonl")
    assert done.code == 1
    assert "list.jsonl, line 2" in done.err
    assert not (shell.folder / "out").exists()


def test_a_file_that_vanishes_before_it_is_opened(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 8)
    done = by(shell, "tests.cli.corpus.dying:vanishing")
    assert done.code == 3
    assert "clips/0003.wav" in done.err
    assert sum("error" in result for result in results(shell)) == 1


@pytest.mark.parametrize("place", ["out", "out/deep", "out/deep/er"])
def test_a_file_where_the_folder_should_be(shell: Shell, place: str) -> None:
    make_clips(shell.folder / "clips", 1)
    (shell.folder / "out").write_text("precious")
    done = shell.run("features", "clips", "--out-dir", place)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    assert "out" in done.err and "fault of stftcli" not in done.err
    assert (shell.folder / "out").read_text() == "precious"


@pytest.mark.parametrize("name", ["manifest.jsonl", "corpus.json"])
def test_a_folder_where_a_file_should_be(shell: Shell, name: str) -> None:
    make_clips(shell.folder / "clips", 1)
    (shell.folder / "out" / name).mkdir(parents=True)
    done = features(shell, "clips")
    assert done.code == 1
    assert name in done.err and "fault of stftcli" not in done.err


def test_a_folder_in_the_place_of_one_result(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 3)
    (shell.folder / "out" / "0001.npy").mkdir(parents=True)
    assert features(shell, "clips").code == 3
    assert [("error" in result) for result in results(shell)] == [False, True, False]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 1)
    (shell.folder / "out").mkdir(mode=0o500)
    done = features(shell, "clips")
    assert done.code == 1
    assert "out" in done.err


def test_the_folder_of_the_sounds_may_be_that_of_the_results(shell: Shell) -> None:
    make_clips(shell.folder / "out", 3)
    sounds = {path: path.read_bytes() for path in (shell.folder / "out").glob("*.wav")}
    for _ in range(2):
        ok(shell, "out")
    assert len(arrays(shell.folder / "out")) == 3
    assert all(path.read_bytes() == content for path, content in sounds.items())


def test_a_result_never_takes_the_place_of_its_sound(shell: Shell) -> None:
    make_clip(shell.folder / "x.wav")
    sound = (shell.folder / "x.wav").read_bytes()
    (shell.folder / "out").mkdir()
    (shell.folder / "out" / "x.npy").write_bytes(sound)
    write_lines(shell.folder / "list.jsonl", [{"audio": "out/x.npy", "id": "x"}])
    done = features(shell, "--manifest", "list.jsonl")
    assert done.code == 2
    assert "overwrite out/x.npy" in done.err
    assert (shell.folder / "out" / "x.npy").read_bytes() == sound


def test_a_disk_that_is_full_ends_the_run_and_the_next_goes_on(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clips(shell.folder / "clips", 12)
    room = iter(range(8))
    create = drafts.create_draft

    def fill(target: Path) -> object:
        if next(room, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return create(target)

    with monkeypatch.context() as patched:
        patched.setattr(atomic, "create_draft", fill)
        # On a slow machine all of them would be one unit, of which nothing is told before its end.
        patched.setattr(unit, "_MAX_ITEMS", 2)
        done = features(shell, "clips", "--jobs", "1")
    assert done.code == 1
    assert os.strerror(errno.ENOSPC) in done.err.splitlines()[-1]
    assert "goes on" in done.err
    assert 0 < len(results(shell)) < 12
    assert not any("error" in result for result in results(shell))
    ok(shell, "clips")
    assert [result["id"] for result in results(shell)] == [f"{n:04}" for n in range(12)]


def test_a_manifest_that_has_no_room_ends_the_run_and_the_next_goes_on(shell: Shell) -> None:
    make_clips(shell.folder / "clips", 40, samples=300)
    words = ["features", "clips", "--out-dir", "cut", "--executor", "threads", *SHORT, "--mel", "8"]
    # Files of 5 kB at most: the manifest has more, and a write that crosses the limit writes some.
    limit = 5000
    done = subprocess.run(
        [*STFTCLI, *words],
        capture_output=True,
        cwd=shell.folder,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
        check=False,
    )
    said = done.stderr.decode()
    assert done.returncode == 1, said
    assert "cut/manifest.jsonl cannot be written" in said.splitlines()[-1]
    assert 0 < (shell.folder / "cut" / "manifest.jsonl").stat().st_size <= limit
    assert 0 < len(results(shell, "cut")) < 40
    shell.ok(*words)
    assert len(results(shell, "cut")) == 40
