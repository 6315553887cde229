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
from stftcli.files.temporary import copy_rest, temporary_file

_BUFFER_BYTES = 1 << 18

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
def atomic_write(path: str | os.PathLike[str], *, seekable: bool = True) -> Iterator[IO[bytes]]:
    """Give a binary file whose content goes to `path` when the block has ended well.

    Parameters
    ----------
    path : str or path
        Where the result goes; "-" is standard output.
    seekable : bool, default True
        Whether the writer must be able to go back. If not, what goes to standard output goes there
        at once.

    Raises
    ------
    OutputError
        If the result cannot be written; nothing is left under `path` then.
    """
    name = "standard output" if os.fspath(path) == STANDARD else os.fspath(path)
    try:
        with _open(path, seekable) as file:
            yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{name} cannot be written: {error.strerror or error}") from error


@contextmanager
def _open(path: str | os.PathLike[str], seekable: bool) -> Iterator[IO[bytes]]:
    if os.fspath(path) == STANDARD:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        with _through(sys.stdout.buffer, seekable) as file:
            yield file
        return
    target = Path(path)
    mode = target.stat().st_mode if target.exists() else None
    if mode is not None and not stat.S_ISREG(mode):
        # A rename would put a file in the place of the device or pipe.
        with target.open("wb") as device, _through(device, seekable) as file:
            yield file
        return
    # The file behind a link is replaced, not the link.
    try:
        resolved = target.resolve()
    except RuntimeError:  # until Python 3.13
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
    with _beside(resolved, mode) as file:
        yield file


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
def _beside(target: Path, mode: int | None) -> Iterator[IO[bytes]]:
    draft = target.with_name(f".stftcli-{os.urandom(6).hex()}.tmp")
    file = os.fdopen(
        os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666), "w+b", _BUFFER_BYTES
    )
    try:
        with file:
            yield file
            file.flush()
            if mode is not None:
                os.fchmod(file.fileno(), stat.S_IMODE(mode))
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        with suppress(FileNotFoundError):
            draft.unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    # The result stands already; a file system that cannot sync a folder does not undo that.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
