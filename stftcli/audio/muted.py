"""Keeps out what libraries write to standard error past Python."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2


class _Muted:
    """Counts who wants silence; the first brings it about, the last ends it."""

    def __init__(self) -> None:
        self._lock, self._users = threading.Lock(), 0
        self._kept: int | None = None

    def begin(self) -> None:
        """Send to nowhere what goes to standard error, if it is open."""
        with self._lock:
            self._users += 1
            if self._users > 1:
                return
            try:
                self._kept = os.dup(_STDERR)
            except OSError:
                return
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)

    def end(self) -> None:
        """Give standard error back."""
        with self._lock:
            self._users -= 1
            if not self._users and self._kept is not None:
                os.dup2(self._kept, _STDERR)
                os.close(self._kept)
                self._kept = None


_MUTED = _Muted()


@contextmanager
def muted() -> Iterator[None]:
    """Let nothing reach standard error in the block.

    libmpg123, within libsndfile, writes notes of broken frames there, and has no other way of
    saying them; what they mean for the sound is found from what it decodes.
    """
    _MUTED.begin()
    try:
        yield
    finally:
        _MUTED.end()
