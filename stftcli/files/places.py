"""Paths and URLs alike: whether something is there, its size, its bytes."""

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

from stftcli.files.remote import (
    MissingObjectError,
    list_remote,
    open_remote,
    remove_remote,
    stat_remote,
)
from stftcli.files.temporary import copy_rest
from stftcli.files.urls import is_url


class Stat(NamedTuple):
    """What shows whether a file is still the same; None is not known."""

    size: int | None
    mtime_ns: int | None = None
    version: str | None = None


def stat_of(path: str) -> Stat:
    """Ask for size and time of a file, size and version of a URL's object; OSError without one."""
    if is_url(path):
        size, version = stat_remote(path)
        return Stat(size, version=version)
    found = os.stat(path)  # noqa: PTH116  # three times faster, and there may be a million
    return Stat(found.st_size, found.st_mtime_ns)


def exists(path: str) -> bool:
    """Say whether something is there; OSError if nobody can tell."""
    if not is_url(path):
        return os.path.exists(path)  # noqa: PTH110  # Path.exists fails where a name is too long
    try:
        stat_remote(path)
    except MissingObjectError:
        return False
    return True


def is_folder(path: str) -> bool:
    """Say whether a path is a folder; a URL is one if it ends in "/"."""
    return path.endswith("/") if is_url(path) else path != "" and Path(path).is_dir()


def open_to_read(path: str) -> BufferedReader:
    """Open the bytes of a file or of a URL's object, to be read once; OSError if it cannot be."""
    return open_remote(path) if is_url(path) else Path(path).open("rb")


@contextmanager
def local_copy(path: str) -> Iterator[Path]:
    """Give a file as it is; of a URL's object a copy of the same name, for readers that go back.

    OSError if it is not there or there is no room.
    """
    if not is_url(path):
        yield Path(path)
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="stftcli-") as folder:
        copy = Path(folder, posixpath.basename(path))
        with open_remote(path) as source, copy.open("wb") as target:
            copy_rest(source, target)
        yield copy


def names_in(folder: str) -> Iterator[str]:
    """Give the names in a folder, those of folders behind a URL with "/"; OSError without one."""
    return list_remote(folder) if is_url(folder) else iter(os.listdir(folder))  # noqa: PTH208


def remove(path: str) -> None:
    """Remove a file or a URL's object; OSError if it cannot be."""
    remove_remote(path) if is_url(path) else Path(path).unlink()
