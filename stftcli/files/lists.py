"""Lists and tables that a call names: files, URLs or standard input, opened as they are."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, FileIO

from stftcli.errors import InputError, StftcliError
from stftcli.files.atomic import STANDARD
from stftcli.files.remote import open_remote
from stftcli.files.system import READ
from stftcli.files.untrusted import printable
from stftcli.files.urls import is_url, plain_name

_BUFFER_BYTES = 1 << 16


def display_name(path: str) -> str:
    """Name a list for messages."""
    if path == STANDARD:
        return "standard input"
    return printable(os.fsencode(plain_name(path)).decode(errors="replace"))


@contextmanager
def open_list(path: str) -> Iterator[BufferedReader]:
    """Open a file or a URL as it is; "-" is standard input.

    Raises
    ------
    InputError
        If it cannot be opened or is a folder.
    """
    name = display_name(path)
    try:
        file = open_remote(path) if is_url(path) else _open_here(path)
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}") from error
    except StftcliError:
        raise
    except ValueError as error:  # a NUL in the path
        raise InputError(f"{name} cannot be read: {error}") from error
    with file:
        yield file


def _open_here(path: str) -> BufferedReader:
    descriptor = os.dup(0) if path == STANDARD else os.open(path, READ)
    try:
        return BufferedReader(FileIO(descriptor), _BUFFER_BYTES)
    except OSError:
        os.close(descriptor)
        raise
