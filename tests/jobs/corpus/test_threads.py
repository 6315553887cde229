"""Threads of a pool that is left before its work is done."""

import threading
import time
from concurrent.futures import CancelledError

import pytest

from stftcli.jobs.corpus.threads import ThreadPool, check_not_left


def test_a_thread_ends_with_what_it_is_at() -> None:
    begun, sounds = threading.Event(), []

    def work() -> None:
        for number in range(10_000):
            check_not_left()
            sounds.append(number)
            begun.set()
            time.sleep(0.01)

    pool = ThreadPool(1)
    at_work, waiting = pool.submit(work), pool.submit(work)
    assert begun.wait(60)
    pool.shutdown(wait=False, cancel_futures=True)
    assert at_work.done()
    with pytest.raises(CancelledError):
        at_work.result()
    assert waiting.cancelled()
    assert sounds == list(range(len(sounds)))


def test_work_that_is_waited_for_is_done() -> None:
    pool = ThreadPool(2)
    done = [pool.submit(pow, number, 2) for number in range(9)]
    pool.shutdown()
    assert [future.result() for future in done] == [number**2 for number in range(9)]


def test_nobody_else_is_stopped() -> None:
    ThreadPool(1).shutdown(wait=False, cancel_futures=True)
    check_not_left()
