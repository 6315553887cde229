"""A signal ends the command, whatever becomes of the exception that it raises."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import signal, sys, time
import click
from stftcli.cli import main

class Dying:
    def __del__(self):
        signal.raise_signal(signal.{name})

@click.command("dies")
def dies():
    Dying()
    time.sleep(30)
    print("not reached")

main.load_command = lambda name: dies
sys.exit(main.run(["info"]))
"""


# What an import does that cannot be completed: the cause is known to nobody.
HIDING = """
import signal, sys
import click
from stftcli.cli import main
from stftcli.files.atomic import atomic_write

@click.command("hides")
def hides():
    try:
        signal.raise_signal(signal.{name})
    except BaseException:
        {then}
    with atomic_write("result") as file:
        file.write(b"content")

main.load_command = lambda name: hides
sys.exit(main.run(["info"]))
"""
each_signal = pytest.mark.parametrize(
    ("name", "code"), [("SIGTERM", 143), ("SIGINT", 130), ("SIGHUP", 129)]
)


def run(program: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=25,
        cwd=folder,
    )


@each_signal
@pytest.mark.parametrize("then", ["raise ImportError('initialization failed')", "pass"])
def test_a_signal_that_an_import_hides(name: str, code: int, then: str, tmp_path: Path) -> None:
    done = run(HIDING.format(name=name, then=then), tmp_path)
    assert (done.returncode, done.stdout, done.stderr.strip()) == (code, "", "")
    assert list(tmp_path.iterdir()) == []


def test_signals_that_are_ignored_stay_so(tmp_path: Path) -> None:
    program = HIDING.format(name="SIGHUP", then="raise")
    ignoring = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)"
    done = run(f"{ignoring}\n{program}", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "result").read_bytes() == b"content"


@each_signal
def test_a_signal_while_an_object_is_cleared_away(name: str, code: int, tmp_path: Path) -> None:
    done = run(PROGRAM.format(name=name), tmp_path)
    assert done.returncode == code, done.stderr
    assert done.stdout == done.stderr.strip() == ""
