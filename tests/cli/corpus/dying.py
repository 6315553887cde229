"""Executors whose workers come to grief, for `--executor MODULE:FACTORY`."""

import multiprocessing
import os
import sys
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any


def pool() -> Executor:
    """Give plain processes."""
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


def threads() -> Executor:
    """Give threads."""
    return ThreadPoolExecutor(2)


def dying() -> Executor:
    """Give processes that a sound named so is the end of."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(2, mp_context=context, initializer=watch)


def stillborn() -> Executor:
    """Give processes that do not live to see any work, once the first has answered."""
    context = multiprocessing.get_context("spawn")
    return _Doomed(ProcessPoolExecutor(1, mp_context=context))


def raising() -> Executor:
    """Fail."""
    raise OSError("the cluster is on holiday")


def nothing() -> object:
    """Give no Executor."""
    return object()


def silent() -> Executor:
    """Give one that never answers."""
    return _Silent()


def vanishing() -> Executor:
    """Give threads that find clips/0003.wav gone."""
    return _Vanishing(1)


def watch() -> None:
    """End this process when a sound is opened whose name says how."""
    sys.addaudithook(_die)


def _die(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open":
        return
    name = os.path.basename(str(arguments[0]))  # noqa: PTH119  # whatever was opened
    if name.startswith("kills") and name.endswith(".wav"):
        os.kill(os.getpid(), 9)
    if name.startswith("aborts") and name.endswith(".wav"):
        os.abort()


class _Silent(Executor):
    def submit(self, *_: Any, **__: Any) -> "Future[Any]":
        return Future()


class _Doomed(Executor):
    """Lets the very first task be done, by which a cluster is known, and no other."""

    asked = False

    def __init__(self, inner: Executor) -> None:
        self._inner = inner

    def submit(self, work: Any, /, *arguments: Any, **named: Any) -> "Future[Any]":
        if _Doomed.asked:
            return self._inner.submit(os._exit, 1)
        _Doomed.asked = True
        return self._inner.submit(work, *arguments, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._inner.shutdown(wait, cancel_futures=cancel_futures)


class _Vanishing(ThreadPoolExecutor):
    def submit(self, work: Any, /, *arguments: Any, **named: Any) -> "Future[Any]":
        if arguments:
            Path("clips/0003.wav").unlink(missing_ok=True)
        return super().submit(work, *arguments, **named)
