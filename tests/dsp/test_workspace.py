"""Memory that is used again: by one thing at a time."""

from threading import Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.workspace import Spares


def test_what_was_given_back_is_lent_again_in_another_shape() -> None:
    spares = Spares()
    first = spares.lend((3, 100), np.float32)
    spares.give_back(first)
    second = spares.lend((150,), np.complex64)
    assert second.shape == (150,) and second.dtype == np.complex64
    assert np.shares_memory(first, second)


def test_what_is_lent_is_nobody_elses() -> None:
    spares = Spares()
    lent: list[NDArray[Any]] = [spares.lend((100,), np.float32) for _ in range(3)]
    spares.give_back(lent.pop())
    lent += [spares.lend((50,), np.int16), spares.lend((50,), np.int16)]
    for number, one in enumerate(lent):
        assert not any(np.shares_memory(one, other) for other in lent[:number])


def test_a_thread_is_lent_its_own() -> None:
    spares = Spares()
    mine = spares.lend((100,), np.float32)
    spares.give_back(mine)
    theirs: list[NDArray[Any]] = []
    thread = Thread(target=lambda: theirs.append(spares.lend((100,), np.float32)))
    thread.start()
    thread.join()
    assert not np.shares_memory(mine, theirs[0])


def test_little_is_kept() -> None:
    spares = Spares()
    large = spares.lend((1 << 20,), np.float32)
    spares.give_back(large)
    assert not np.shares_memory(large, spares.lend((1 << 20,), np.float32))
    many = [spares.lend((100,), np.float32) for _ in range(40)]
    spares.give_back(*many)
    again = [spares.lend((100,), np.float32) for _ in range(40)]
    known = sum(any(np.shares_memory(one, other) for other in many) for one in again)
    assert 0 < known < 10
