"""Temporary files, and what is said where they find no room."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stftcli.errors import OutputError

COPY_BYTES = 1 << 20


def temporary_file() -> IO[bytes]:
    """Give a binary file without a name, which is gone when it is closed."""
    # Few commands need one, and importing this takes 2 ms.
    from tempfile import TemporaryFile

    return TemporaryFile()


def memory_file() -> IO[bytes]:
    """Give a file without a name that other processes may share: in memory, if there are such."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("stftcli"), "w+b")
    return temporary_file()


def copy_rest(source: IO[bytes], target: IO[bytes]) -> None:
    """Write to `target` what is left to be read in `source`."""
    while piece := source.read(COPY_BYTES):
        target.write(piece)


@contextmanager
def named_copy(source: IO[bytes]) -> Iterator[str]:
    """Give the path of a copy of what is left to be read in a file, while the block runs."""
    if Path("/dev/fd").is_dir():
        with temporary_file() as copy:
            copy_rest(source, copy)
            copy.seek(0)
            yield f"/dev/fd/{copy.fileno()}"
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="stftcli-") as folder:
        path = Path(folder, "copy")
        with path.open("wb") as copy:
            copy_rest(source, copy)
        yield str(path)


@contextmanager
def temp_space_errors() -> Iterator[None]:
    """Say what to do where the folder of temporary files cannot take what is kept there."""
    try:
        yield
    except OSError as error:
        from tempfile import gettempdir

        raise OutputError(
            f"{gettempdir()} cannot take the features: {error.strerror}; TMPDIR names another "
            "folder"
        ) from error
