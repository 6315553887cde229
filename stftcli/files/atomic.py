"""Results appear whole under their name, or not at all."""

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import IO

from stftcli.errors import OutputError
from stftcli.files.drafts import create_draft
from stftcli.files.interrupts import undisturbed
from stftcli.files.remote import check_remote, upload
from stftcli.files.temporary import copy_rest, temporary_file
from stftcli.files.urls import is_url, plain_name

STANDARD = "-"
"""The name of standard input and standard output."""


def is_stream(path: str) -> bool:
    """Say whether a path is standard output, a device or a pipe: nothing that a file replaces."""
    if path == STANDARD:
        return True
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116  # Path.exists fails where a name is too long
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Let all results that are written in the block appear when it has ended well, else none.

    Each is whole, and on the disk, before the first takes its name. What goes to standard output,
    a device or a pipe cannot be taken back; it goes there before that. Objects of URLs are sent
    one after another: if one fails, those before it are there.

    Raises
    ------
    OutputError
        If a result cannot take its name.
    """
    if _RESULTS.get() is not None:
        yield
        return
    with ExitStack() as stack:
        results = _Results(stack)
        token = _RESULTS.set(results)
        try:
            yield
        finally:
            _RESULTS.reset(token)
        results.appear()


@contextmanager
def atomic_write(
    path: str | os.PathLike[str], *, seekable: bool = True, durable: bool = True
) -> Iterator[IO[bytes]]:
    """Give a binary file whose content goes to `path` when the block has ended well.

    In a block of `all_or_nothing` it goes there when that has ended well.

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
    with all_or_nothing(), _as_output_error(name):
        results = _RESULTS.get()
        assert results is not None
        with _open(os.fspath(path), name, results, seekable, durable) as file:
            yield file


class _Results:
    """Results that are whole and wait for their names."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.uploads: list[tuple[str, Callable[[], None]]] = []
        self.renames: list[tuple[str, Callable[[], None]]] = []
        self.folders = set[Path]()

    def appear(self) -> None:
        """Let all of them take their names, those of URLs first: these may well fail."""
        _take(self.uploads)
        with undisturbed():
            _take(self.renames)
        for folder in self.folders:
            _sync_folder(folder)


def _take(steps: list[tuple[str, Callable[[], None]]]) -> None:
    for name, step in steps:
        with _as_output_error(name):
            step()


_RESULTS: ContextVar[_Results | None] = ContextVar("results", default=None)


@contextmanager
def _as_output_error(name: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"{name} cannot be written: {error.strerror or error}") from error


@contextmanager
def _open(
    path: str, name: str, results: _Results, seekable: bool, durable: bool
) -> Iterator[IO[bytes]]:
    if path == STANDARD:
        if sys.stdout is None:
            raise OSError(errno.EBADF, "it is closed")
        with _through(sys.stdout.buffer, seekable) as file:
            yield file
        return
    if is_url(path):
        check_remote(path)
        spool = results.stack.enter_context(temporary_file())
        yield spool
        spool.flush()
        results.uploads.append((name, partial(upload, spool, path)))
        return
    target = Path(path)
    mode = _mode(target)
    if mode is not None and not stat.S_ISREG(mode):
        # A rename would put a file in the place of the device or pipe.
        with target.open("wb") as device, _through(device, seekable) as file:
            yield file
        return
    # The file behind a link is replaced, not the link.
    target = target.resolve()
    draft = results.stack.enter_context(create_draft(target.parent))
    yield draft.file
    _complete(draft.file, mode, durable)
    results.renames.append((name, partial(draft.become, target)))
    if durable:
        results.folders.add(target.parent)


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


def _complete(file: IO[bytes], mode: int | None, durable: bool) -> None:
    file.flush()
    if mode is not None and hasattr(os, "fchmod"):  # Windows has no modes that matter here
        os.fchmod(file.fileno(), stat.S_IMODE(mode))
    if durable:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    # The results stand already; a file system that cannot sync a folder does not undo that.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
