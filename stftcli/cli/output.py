"""Where a result goes when nobody says so, and what is not done to a terminal."""

import sys
from pathlib import PurePath

import click

from stftcli.errors import SettingsError
from stftcli.files.atomic import STANDARD
from stftcli.files.urls import plain_name

_READ_BEFORE = ("config", "files_from", "manifest", "segments")


def other_inputs() -> tuple[str, ...]:
    """Give the files that the running command has read before its work: settings and lists."""
    given = click.get_current_context().params
    return tuple(given[name] for name in _READ_BEFORE if given.get(name) is not None)


def choose_input(path: str | None, what: str = "a sound file") -> str:
    """Give the input, which is standard input if none is named and something is piped in.

    `what` is what messages call it.
    """
    if path is None and sys.stdin is not None and sys.stdin.isatty():
        raise SettingsError(f"no input: name {what}, or pipe one in")
    return STANDARD if path is None else path


def choose_output(output: str | None, path: str, ending: str, *, text: bool = False) -> str:
    """Give the output: the input's name with another ending, or standard output for a pipe.

    `text` says that the result may go to a terminal.

    Raises
    ------
    SettingsError
        If binary data would go to a terminal.
    """
    if output is None:
        output = (
            STANDARD
            if path == STANDARD
            else f"{PurePath(plain_name(path)).stem or 'sound'}.{ending}"
        )
    if output == STANDARD and not text and writes_to_terminal():
        raise SettingsError(
            "the result is binary and standard output is a terminal: give --out FILE, or pipe it on"
        )
    return output


def writes_to_terminal() -> bool:
    """Say whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()
