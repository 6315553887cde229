"""Several threads at work on a stream: the order stays, errors pass on, little is held."""

import threading
import time
from collections.abc import Iterator
from itertools import count
from queue import Queue
from typing import Any

import pytest

from stftcli.features import parallel
from stftcli.features.parallel import ordered_map

each_number_of_threads = pytest.mark.parametrize("threads", [1, 2, 5])


class Items:
    """Numbers from 0 on; counts how many have been taken, and by whom."""

    def __init__(self, stop: int) -> None:
        self._stop = stop
        self.taken = 0
        self.takers: set[int] = set()

    def __iter__(self) -> Iterator[int]:
        for item in range(self._stop):
            self.taken += 1
            self.takers.add(threading.get_ident())
            yield item


@each_number_of_threads
@pytest.mark.parametrize("items", [0, 1, 7, 500])
def test_results_come_in_order(threads: int, items: int) -> None:
    results = list(ordered_map(lambda item: 2 * item, range(items), threads))
    assert results == list(range(0, 2 * items, 2))


def test_a_late_result_is_waited_for_while_others_are_worked_on() -> None:
    second_done = threading.Event()

    def work(item: int) -> int:
        if item == 0:
            assert second_done.wait(60)  # so two are at work at the same time
        if item == 1:
            second_done.set()
        return item

    assert list(ordered_map(work, range(9), 2)) == list(range(9))


@each_number_of_threads
def test_an_error_of_the_function_comes_after_the_results_before_it(threads: int) -> None:
    def work(item: int) -> int:
        if item == 20:
            raise ValueError("of item 20")
        return item

    results: list[int] = []
    with pytest.raises(ValueError, match="of item 20"):
        results.extend(ordered_map(work, range(100), threads))
    assert results == list(range(20))


@each_number_of_threads
def test_an_error_of_the_items_passes_on(threads: int) -> None:
    def items() -> Iterator[int]:
        yield from range(3)
        raise KeyError("no more")

    with pytest.raises(KeyError, match="no more"):
        list(ordered_map(str, items(), threads))


@each_number_of_threads
def test_few_items_are_in_flight(threads: int) -> None:
    items = Items(1000)
    for done, _ in enumerate(ordered_map(str, items, threads), 1):
        assert items.taken - done <= (0 if threads == 1 else 5 * threads)
    assert items.taken == 1000


@each_number_of_threads
def test_items_are_taken_by_the_caller(threads: int) -> None:
    items = Items(50)
    list(ordered_map(str, items, threads))
    assert items.takers == {threading.get_ident()}


def test_one_thread_is_the_callers_own() -> None:
    workers = set(ordered_map(lambda _: threading.get_ident(), range(9), 1))
    assert workers == {threading.get_ident()}


def test_who_stops_listening_stops_the_work() -> None:
    items = Items(1000)
    before = threading.active_count()
    results = ordered_map(str, items, 2)
    assert next(results) == "0"
    results.close()  # type: ignore[attr-defined]
    assert items.taken <= 10
    assert threading.active_count() == before


def test_a_signal_that_comes_while_the_caller_works_ends_it() -> None:
    caller, held, ended = threading.get_ident(), threading.Event(), threading.Event()

    def work(item: int) -> int:
        if threading.get_ident() != caller:
            held.set()
            assert ended.wait(60)
        elif held.is_set():  # so this item is one of those that wait
            ended.set()
            raise KeyboardInterrupt
        return item

    with pytest.raises(KeyboardInterrupt):
        list(ordered_map(work, count(), 2))


class SlowQueue(Queue[Any]):
    """Gives an item to a thread that is held up just then."""

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """Take the next item; who waits for it is late."""
        item = super().get(block, timeout)
        time.sleep(0.05 * block)
        return item


def test_nobody_works_when_it_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    # Python aborts where a thread comes back from C++ while it ends.
    monkeypatch.setattr(parallel, "SimpleQueue", SlowQueue)
    worked: list[int] = []

    def work(item: int) -> int:
        worked.append(item)
        return item

    results = ordered_map(work, count(), 2)
    assert next(results) == 0
    results.close()  # type: ignore[attr-defined]
    there = len(worked)
    time.sleep(0.2)
    assert len(worked) == there
