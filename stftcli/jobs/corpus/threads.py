"""Threads of this process that work on units, and that begin no sound once their pool is left."""

import threading
from collections.abc import Callable
from concurrent import futures
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
Outcome = TypeVar("Outcome")

_PATIENCE_S = 5.0
"""How long the sounds that threads are at are waited for; a pipe may never end."""


class _Current(threading.local):
    left: threading.Event | None = None


_current = _Current()


class ThreadPool(futures.ThreadPoolExecutor):
    """A pool whose threads end with the sound that they are at when it is shut down early.

    A thread cannot be ended, and what it writes afterwards stands in no manifest.

    Parameters
    ----------
    jobs : int
        How many threads.
    """

    def __init__(self, jobs: int) -> None:
        super().__init__(jobs)
        self._left = threading.Event()
        self._under_way: set[futures.Future[Any]] = set()

    def submit(
        self, work: Callable[P, Outcome], /, *args: P.args, **named: P.kwargs
    ) -> "futures.Future[Outcome]":
        """Give work to the next thread that is free."""

        def watched() -> Outcome:
            _current.left = self._left
            return work(*args, **named)

        future = super().submit(watched)
        self._under_way.add(future)
        future.add_done_callback(self._under_way.discard)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the threads; if what they are to do is cancelled, after the sound that each is at."""
        if cancel_futures:
            self._left.set()
        super().shutdown(wait=wait and not cancel_futures, cancel_futures=cancel_futures)
        if cancel_futures:
            futures.wait(list(self._under_way), _PATIENCE_S)


def check_not_left() -> None:
    """Raise CancelledError in a thread whose pool was shut down early."""
    if _current.left is not None and _current.left.is_set():
        raise futures.CancelledError
