"""What is said where temporary files find no room."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from stftcli.errors import OutputError


@contextmanager
def spooled() -> Iterator[None]:
    """Say what to do where the folder of temporary files cannot take what is kept there."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{tempfile.gettempdir()} cannot take the features: {error.strerror}; TMPDIR names "
            "another folder"
        ) from error
