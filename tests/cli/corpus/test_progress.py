"""What is said while a corpus is worked on: to people, to machines, to nobody."""

import json
import os
import pty
import subprocess
from contextlib import suppress

import pytest

from tests.cli.corpus.clips import BROKEN, SHORT, features, make_clips, ok
from tests.cli.shell import STFTCLI, Shell


@pytest.fixture
def clips(shell: Shell) -> Shell:
    make_clips(shell.folder / "clips", 6, samples=8000)
    return shell


def test_the_report_is_one_line_on_standard_error(clips: Shell) -> None:
    done = ok(clips, "clips")
    assert done.out == b""
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("out: 6 done; ")
    assert "times real time" in done.err
    assert ok(clips, "clips").err == "out: 0 done, 6 were there\n"


def test_quiet_says_nothing_but_failures(clips: Shell) -> None:
    assert ok(clips, "clips", "--quiet").err == ""
    (clips.folder / "clips" / "bad.wav").write_bytes(BROKEN)
    done = features(clips, "clips", "--quiet")
    assert done.code == 3
    assert all("bad.wav" in line or "1 of 7" in line for line in done.err.splitlines())


def test_progress_for_machines_is_json(clips: Shell) -> None:
    told = [json.loads(line) for line in ok(clips, "clips", "--json-progress").err.splitlines()]
    assert told
    assert told[-1]["done"] == told[-1]["total"] == 6
    assert told[-1]["failed"] == 0
    assert told[-1]["sound_s"] == 6.0
    assert told[-1]["exit_code"] == 0
    for line in told:
        assert line["done"] <= line["total"]
        assert line["elapsed_s"] >= 0


def test_failures_are_json_too(clips: Shell) -> None:
    (clips.folder / "clips" / "bad.wav").write_bytes(BROKEN)
    done = features(clips, "clips", "--json-progress")
    told = [json.loads(line) for line in done.err.splitlines()]
    assert any("clips/bad.wav" in line.get("error", "") for line in told)
    assert [line["failed"] for line in told if "failed" in line][-1] == 1
    assert told[-1]["exit_code"] == done.code == 3


def test_of_what_is_there_already_progress_is_json(clips: Shell) -> None:
    ok(clips, "clips")
    done = ok(clips, "clips", "--json-progress")
    told = [json.loads(line) for line in done.err.splitlines()]
    assert told[-1]["total"] == 6


def test_a_flood_of_failures_is_cut_short(shell: Shell) -> None:
    (shell.folder / "clips").mkdir()
    for number in range(80):
        (shell.folder / "clips" / f"{number:02}.wav").write_bytes(BROKEN)
    done = features(shell, "clips")
    assert len(done.err.splitlines()) == 13
    assert "70 more failed in one of these ways" in done.err


def test_a_bar_is_drawn_on_a_terminal_alone(clips: Shell) -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*STFTCLI, "features", "clips", "--out-dir", "out", "--executor", "threads", *SHORT],
        stdout=subprocess.PIPE,
        stderr=follower,
        cwd=clips.folder,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(follower)
    seen = b""
    with suppress(OSError):  # the other side was closed
        while piece := os.read(leader, 4096):
            seen += piece
    os.close(leader)
    assert process.communicate()[0] == b""
    assert process.returncode == 0
    assert b"\x1b[" in seen and b"6/6" in seen
    assert b"\x1b" not in ok(clips, "clips", "--overwrite").err.encode()
