"""Processes on this machine that work on units, and that do not outlive their pool."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, suppress
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from stftcli.files.interrupts import ENDING_SIGNALS
from stftcli.files.system import deaf_children

P = ParamSpec("P")
Outcome = TypeVar("Outcome")

_SERVER = "forkserver"
_PRELOADED = ["stftcli.jobs.corpus.run", "stftcli.jobs.corpus.feature_files"]


class ProcessPool(ProcessPoolExecutor):
    """A pool whose processes end when it is shut down, whatever they are at.

    They end with the process that made it too, even if that was killed. No other process is
    touched.

    Parameters
    ----------
    jobs : int
        How many processes.
    """

    def __init__(self, jobs: int) -> None:
        context = _context()
        # Nobody else has the other end: it is closed by this process or with it.
        self._there, self._here = context.Pipe(duplex=False)
        super().__init__(jobs, context, initializer=_begin, initargs=(self._there,))

    def submit(
        self, work: Callable[P, Outcome], /, *args: P.args, **named: P.kwargs
    ) -> "Future[Outcome]":
        """Give work to the next process that is free."""
        with _deaf_server():
            return super().submit(work, *args, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: those at work only if nobody waits for what they are at."""
        if cancel_futures or not wait:
            self._here.close()
        super().shutdown(wait=True, cancel_futures=cancel_futures)
        self._here.close()
        self._there.close()


def begin_server() -> None:
    """Start what makes the processes: early, it imports what they need while this one does so."""
    if _context().get_start_method() != _SERVER:
        return
    from multiprocessing import forkserver, resource_tracker

    with suppress(OSError):  # if there is none now, the pool that needs it says why
        # It would let signals through again, if it was started with the server.
        resource_tracker.ensure_running()
        with _deaf_server():
            forkserver.ensure_running()


def _context() -> Any:
    # Never fork: threads and open files of this process would be copied in whatever state.
    if _SERVER not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context(_SERVER)
    context.set_forkserver_preload(_PRELOADED)
    return context


def _deaf_server() -> AbstractContextManager[None]:
    """Let the server hear no signals: it must outlive its processes, to know when they are gone.

    A cluster sends its signals to all processes of a job, and a terminal its Ctrl-C.
    """
    return deaf_children((signal.SIGINT, *ENDING_SIGNALS))


def _begin(owner: "Connection[Any, Any]") -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)
    threading.Thread(target=_end_with, args=(owner,), daemon=True).start()


def _end_with(owner: "Connection[Any, Any]") -> None:
    """Wait until the pool's end of the pipe is closed, and go."""
    owner.poll(None)
    os._exit(1)
