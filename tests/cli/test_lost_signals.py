"""A signal that comes at a moment when Python drops errors still ends the command."""

import subprocess
import sys

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


@pytest.mark.parametrize(("name", "code"), [("SIGTERM", 143), ("SIGINT", 130), ("SIGHUP", 129)])
def test_a_signal_while_an_object_is_cleared_away(name: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(name=name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=25,
    )
    assert done.returncode == code, done.stderr
    assert done.stdout == done.stderr.strip() == ""
