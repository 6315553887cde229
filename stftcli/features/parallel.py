"""Work on a stream with several threads, results in order."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Generic, TypeVar

from stftcli.errors import SettingsError
from stftcli.settings.choices import MAX_THREADS

Item = TypeVar("Item")
Result = TypeVar("Result")

# Enough that no thread waits for another, few enough that memory stays small.
_WAITING_PER_THREAD = 4


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
    # As daemons they cannot keep a process alive whose caller failed between two results.
    helpers = [Thread(target=_help, args=(todo,), daemon=True) for _ in range(threads - 1)]
    for helper in helpers:
        helper.start()
    waiting: deque[_Task[Item, Result]] = deque()
    try:
        for item in items:
            if item is not None:
                waiting.append(_Task(function, item))
                todo.put(waiting[-1])
            held = 0 if item is None else threads * _WAITING_PER_THREAD
            while len(waiting) > held:
                yield _result(waiting.popleft(), todo)
        while waiting:
            yield _result(waiting.popleft(), todo)
    finally:
        with suppress(Empty):
            while True:
                todo.get_nowait()
        for _ in helpers:
            todo.put(None)
        for helper in helpers:
            helper.join()


class _Task(Generic[Item, Result]):
    """A call that somebody makes, and what became of it."""

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


def _help(todo: "SimpleQueue[_Task[Item, Result] | None]") -> None:
    while task := todo.get():
        task.run()


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
