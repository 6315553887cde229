"""What is kept of a stream: the same rows, in memory and on disk."""

import numpy as np
import pytest

from stftcli.jobs.segments.due import Due
from stftcli.jobs.segments.window import Window
from tests.signals import noise

ROW_BYTES = 12


@pytest.mark.parametrize("max_bytes", [1, 20 * ROW_BYTES, 1 << 20])
@pytest.mark.parametrize("seed", range(4))
def test_any_part_that_was_not_forgotten_is_there(max_bytes: int, seed: int) -> None:
    rows = noise(3000, seed=seed).reshape(1000, 3).astype(np.float32)
    random = np.random.default_rng(seed)
    forgotten = 0
    with Window(max_bytes) as window:
        while window.end < len(rows):
            window.push(rows[window.end : window.end + int(random.integers(1, 40))])
            first, last = sorted(random.integers(forgotten, window.end + 1, 2).tolist())
            pieces = [piece.copy() for piece in window.pieces(first, last)]
            found = np.concatenate(pieces) if pieces else rows[:0]
            np.testing.assert_array_equal(found, rows[first:last])
            forgotten = int(random.integers(forgotten, window.end + 1))
            window.forget(forgotten)


def test_memory_is_bounded_and_comes_back() -> None:
    with Window(1 << 10) as window:
        for _ in range(100):
            window.push(np.zeros((10, 3), np.float32))
        assert window._file is not None
        assert window._buffer is not None
        assert window._buffer.nbytes <= 1 << 11
        window.forget(window.end)
        assert window._file is None
        window.push(np.ones((10, 3), np.float32))
        assert [piece.sum() for piece in window.pieces(1000, 2000)] == [30]


def test_pieces_are_small_and_end_where_the_stream_does() -> None:
    with Window() as window:
        assert list(window.pieces(0, 5)) == []
        window.push(np.zeros((1 << 12, 256), np.float32))
        counts = [len(piece) for piece in window.pieces(0, 1 << 20)]
        assert sum(counts) == 1 << 12
        assert max(counts) <= 1 << 10


@pytest.mark.parametrize("seed", range(4))
def test_what_is_due_is_there_and_nothing_is_forgotten_too_early(seed: int) -> None:
    random = np.random.default_rng(seed)
    first = random.integers(0, 100, 50)
    last = first + random.integers(0, 30, 50)
    due, given = Due(first, last), list[int]()
    for there in range(0, 100, 3):
        for index in due.ready(there):
            assert last[index] <= there
            given.append(index)
        left = [index for index in range(50) if index not in given]
        assert min(last[left], default=1000) > there
        assert due.needed_from == min(first[left], default=None)
    given += due.rest()
    assert sorted(given) == list(range(50))
    assert due.needed_from is None


def test_no_segments() -> None:
    due = Due(np.empty(0, np.int64), np.empty(0, np.int64))
    assert due.needed_from is None
    assert list(due.ready(10)) == list(due.rest()) == []
