"""What has arrived of a sound that comes through a pipe: how much, and whether to wait for more."""

import os
import select
import stat
import time
from typing import Self

_LIVE_AFTER_S = 3
_PATIENCE_S = 0.003
"""A writer that is only slower than we are is waited for so long: small batches take more time."""


class Arrivals:
    """The bytes that stand in a pipe and have not been read.

    Parameters
    ----------
    descriptor : int
        Where they are read from.
    latency_s : float or None
        How long samples may wait for more; None for as long as more is there.
    needed : int
        How many bytes must stand there for a reading not to wait.

    Attributes
    ----------
    is_live : bool
        Whether it has had to be waited for, some seconds after its beginning.
    """

    def __init__(self, descriptor: int, latency_s: float | None, needed: int) -> None:
        self._descriptor, self._latency_s, self._needed = descriptor, latency_s, needed
        self._since: float | None = None
        self._begun, self.is_live = time.monotonic(), False

    @classmethod
    def of(cls, descriptor: int, latency_s: float | None, needed: int) -> Self | None:
        """Give those of a pipe; None for a file, which is all there."""
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode) or _waiting_bytes(descriptor) is None:
            return None
        return cls(descriptor, latency_s, needed)

    def samples(self, sample_bytes: int) -> int:
        """Give how many samples can be read without waiting, at least 1."""
        return max(1, (_waiting_bytes(self._descriptor) or 0) // sample_bytes)

    def pause(self) -> bool:
        """Say, after a reading, whether what was read should be answered before the next.

        That is so when nothing more comes at once, or when samples have waited for the latency.
        """
        paused = self._is_pause()
        self.is_live |= paused and time.monotonic() - self._begun > _LIVE_AFTER_S
        return paused

    def _is_pause(self) -> bool:
        if self._latency_s is None:
            return not self._comes_within(_PATIENCE_S)
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        left_s = self._since + self._latency_s - now
        if left_s > 0 and self._comes_within(left_s):
            return False
        self._since = None
        return True

    def _comes_within(self, seconds: float) -> bool:
        """Wait for so long until enough can be read, or until nothing can come any more."""
        until, pipe = time.monotonic() + seconds, select.poll()
        pipe.register(self._descriptor, select.POLLIN)
        while (there := _waiting_bytes(self._descriptor) or 0) < self._needed:
            left_s = until - time.monotonic()
            if left_s <= 0:
                return False
            if any(event & select.POLLHUP for _, event in pipe.poll(0 if there else 1e3 * left_s)):
                return True
            if there:  # which is not enough, and would wake us at once
                time.sleep(min(left_s, _PATIENCE_S))
        return True


def _waiting_bytes(descriptor: int) -> int | None:
    """Give how many bytes stand in a pipe; None where the system cannot say."""
    try:
        from fcntl import ioctl
        from termios import FIONREAD
    except ImportError:
        return None
    return int.from_bytes(ioctl(descriptor, FIONREAD, bytes(4)), "little")
