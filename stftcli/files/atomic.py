"""Results appear whole under their name, or not at all."""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from stftcli.errors import OutputError, SettingsError
from stftcli.files.drafts import create_draft
from stftcli.files.remote import write_remote
from stftcli.files.temporary import copy_rest, temporary_file
from stftcli.files.urls import is_url, plain_name

STANDARD = "-"
"""The name of standard input and standard output."""


def is_stream(path: str) -> bool:
    """Say whether a path is standard output, a device or a pipe: nothing that a file replaces."""
    target = Path(path)
    return path == STANDARD or (target.exists() and not (target.is_file() or target.is_dir()))


def check_distinct(output: str, *others: str | None) -> None:
    """Raise SettingsError if a result would take the place of another file of the same call."""
    for other in others:
        if other is None or is_stream(output) or is_stream(other):
            continue
        if os.path.realpath(output) == os.path.realpath(other):
            raise SettingsError(f"the output would overwrite {other}: give `out` another name")


@contextmanager
def atomic_write(
    path: str | os.PathLike[str], *, seekable: bool = True, durable: bool = True
) -> Iterator[IO[bytes]]:
    """Give a binary file whose content goes to `path` when the block has ended well.

    Parameters
    ----------
    path : str or path
        Where the result goes; "-" is standard output. What goes to a URL is kept in a temporary
        file until it is whole.
    seekable : bool, default True
        Whether the writer must be able to go back. If not, what goes to standard output goes there
        at once.
    durable : bool, default True
        Whether the disk has it when the block has ended. Without, a loss of power may take a
        result that was whole; of many small ones that is half of the time.

    Raises
    ------
    OutputError
        If the result cannot be written; nothing is left under `path` then.
    """
    name = "standard output" if os.fspath(path) == STANDARD else plain_name(os.fspath(path))
    try:
        with _open(path, seekable, durable) as file:
            yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{name} cannot be written: {error.strerror or error}") from error


@contextmanager
def _open(path: str | os.PathLike[str], seekable: bool, durable: bool) -> Iterator[IO[bytes]]:
    if os.fspath(path) == STANDARD:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        with _through(sys.stdout.buffer, seekable) as file:
            yield file
        return
    if is_url(os.fspath(path)):
        with write_remote(os.fspath(path)) as file:
            yield file
        return
    target = Path(path)
    mode = _mode(target)
    if mode is not None and not stat.S_ISREG(mode):
        # A rename would put a file in the place of the device or pipe.
        with target.open("wb") as device, _through(device, seekable) as file:
            yield file
        return
    # The file behind a link is replaced, not the link.
    with _beside(target.resolve(), mode, durable) as file:
        yield file


def _mode(target: Path) -> int | None:
    # Path.exists also says no to links in a circle, which a rename would replace.
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


@contextmanager
def _through(stream: IO[bytes], seekable: bool) -> Iterator[IO[bytes]]:
    if seekable:
        with temporary_file() as spool:
            yield spool
            spool.seek(0)
            copy_rest(spool, stream)
    else:
        yield stream
    stream.flush()


@contextmanager
def _beside(target: Path, mode: int | None, durable: bool) -> Iterator[IO[bytes]]:
    draft, file = create_draft(target)
    try:
        with file:
            yield file
            file.flush()
            if mode is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(mode))
            if durable:
                os.fsync(file.fileno())
            draft.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise
    if durable:
        _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    # The result stands already; a file system that cannot sync a folder does not undo that.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
