"""Keeps out what libraries write to standard error past Python, and lets through what we say."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2


class _Muted:
    """Counts who wants silence: the first brings it about, the last ends it."""

    def __init__(self) -> None:
        self._lock, self._users = threading.Lock(), 0
        self._kept: int | None = None

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Send to nowhere what goes to standard error during the block, if it is open."""
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._silence()
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._restore()

    @contextmanager
    def heard(self) -> Iterator[None]:
        """Give standard error back during the block, whoever wants silence at the time."""
        with self._lock:
            silent = self._kept is not None
            self._restore()
            try:
                yield
            finally:
                if silent:
                    self._silence()

    def _silence(self) -> None:
        try:
            self._kept = os.dup(_STDERR)
        except OSError:  # it is closed
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, _STDERR)
        os.close(nowhere)

    def _restore(self) -> None:
        if self._kept is not None:
            os.dup2(self._kept, _STDERR)
            os.close(self._kept)
            self._kept = None


_MUTED = _Muted()

# libmpg123, within libsndfile, writes notes of broken frames to standard error and has no other way
# of saying them; what they mean for the sound is found from what it decodes.
muted = _MUTED.muted

# Other threads decode while we speak.
heard = _MUTED.heard
