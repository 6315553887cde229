"""Work on a stream with several threads, results in order."""

import os
from _thread import start_new_thread
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event
from typing import Generic, TypeVar

from stftcli.errors import SettingsError
from stftcli.files.system import has_addresses
from stftcli.settings.choices import MAX_THREADS

Item = TypeVar("Item")
Result = TypeVar("Result")

# Enough that no thread waits for another, few enough that memory stays small.
_WAITING_PER_THREAD, _MAX_WAITING = 3, 24

# Of addresses: the stack of a thread and glibc's heap for it, and what is left for all else.
_THREAD_BYTES, _LEFT_BYTES = 144 << 20, 256 << 20


def choose_threads(threads: int | None) -> int:
    """Give the number asked for, or else two where there are two processors."""
    if threads is None:
        return min(2, os.cpu_count() or 1)
    if not 1 <= threads <= MAX_THREADS:
        raise SettingsError(f"`threads` is {threads}: it must lie between 1 and {MAX_THREADS}")
    return threads


def ordered_map(
    function: Callable[[Item], Result], items: Iterable[Item | None], threads: int
) -> Iterator[Result]:
    """Give ``function(item)`` of each item in order, some of them worked on at the same time.

    Where an item is None, the next may be long in coming: all results so far are given first. The
    caller is one of the threads: it reads the items, uses the results, and works on items while
    the next result is not there. Only a few items are held at a time.
    """
    if threads == 1:
        yield from (function(item) for item in items if item is not None)
        return
    todo: SimpleQueue[_Task[Item, Result] | None] = SimpleQueue()
    at_work: list[Event] = []
    most = threads + min(_WAITING_PER_THREAD * threads, _MAX_WAITING)
    waiting: deque[_Task[Item, Result]] = deque()
    helpers = 0
    try:
        for item in items:
            if item is not None:
                waiting.append(_Task(function, item))
                todo.put(waiting[-1])
                # Not before there is work for it: the caller does one itself.
                if helpers < min(threads, len(waiting)) - 1:
                    helpers += _start_helper(todo, at_work, helpers)
            held = 0 if item is None else most
            while len(waiting) > held:
                yield _result(waiting.popleft(), todo)
        while waiting:
            yield _result(waiting.popleft(), todo)
    finally:
        with suppress(Empty):
            while True:
                todo.get_nowait()
        for _ in range(threads):  # whatever the count of helpers was when a signal came
            todo.put(None)
        # Python must not end while one computes: libraries of C++ abort then. Who has not begun by
        # now, or never does, has nothing to do; and what the caller was at will never be done.
        for ended in at_work:
            ended.wait()


def _start_helper(
    todo: "SimpleQueue[_Task[Item, Result] | None]", at_work: list[Event], others: int
) -> int:
    """Start a thread, and say how many that were; the caller works in any case.

    Thread.start would wait for ever where memory runs out between its thread and Python's.
    """
    if not has_addresses((others + 1) * _THREAD_BYTES + _LEFT_BYTES):
        return 0  # Python and libraries do not always survive that there are none
    try:
        start_new_thread(_help, (todo, at_work))
    except RuntimeError:  # memory or processes are limited: nothing but time is lost
        return 0
    return 1


class _Task(Generic[Item, Result]):
    """A call that the caller or a helper makes, and what became of it."""

    def __init__(self, function: Callable[[Item], Result], item: Item) -> None:
        self._function, self._item = function, item
        self._results: list[Result] = []
        self._error: Exception | None = None
        self.done = Event()

    def run(self) -> None:
        """Make the call and keep what it gives or raises."""
        try:
            self._results.append(self._function(self._item))
        except Exception as error:
            self._error = error
        self.done.set()

    def result(self) -> Result:
        """Give what the call gave, or raise what it raised, when it is done."""
        if self._error is not None:
            raise self._error
        return self._results.pop()


def _help(todo: "SimpleQueue[_Task[Item, Result] | None]", at_work: list[Event]) -> None:
    ended = Event()
    at_work.append(ended)
    try:
        while task := todo.get():
            task.run()
    finally:
        ended.set()


def _result(task: _Task[Item, Result], todo: "SimpleQueue[_Task[Item, Result] | None]") -> Result:
    """Wait for the result of a task, working on others meanwhile."""
    while not task.done.is_set():
        try:
            other = todo.get_nowait()
        except Empty:
            task.done.wait()
        else:
            assert other is not None
            other.run()
    return task.result()
