"""Temporary files, and what is said where they find no room."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from stftcli.errors import OutputError

COPY_BYTES = 1 << 20


def temporary_file() -> IO[bytes]:
    """Give a binary file without a name, which is gone when it is closed."""
    # Few commands need one, and importing this takes 2 ms.
    from tempfile import TemporaryFile

    return TemporaryFile()


def copy_rest(source: IO[bytes], target: IO[bytes]) -> None:
    """Write to `target` what is left to be read in `source`."""
    while piece := source.read(COPY_BYTES):
        target.write(piece)


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
