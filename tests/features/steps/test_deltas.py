"""Deltas are slopes over neighbouring frames, the same however the frames arrive."""

from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli.errors import SettingsError
from stftcli.features.steps.deltas import Deltas, add_deltas
from tests.signals import assert_close, assert_same_bits, noise

Reals = NDArray[Any]

each_order = pytest.mark.parametrize("order", [1, 2])
each_window = pytest.mark.parametrize("window", [1, 2, 5])


def cut(frames: Reals, *sizes: int) -> Iterator[Reals]:
    """Give frames in batches of these sizes, and the rest at once."""
    ends = [min(end, len(frames)) for end in accumulate(sizes, initial=0)]
    for first, last in pairwise([*ends, len(frames)]):
        yield frames[first:last]


def with_deltas(frames: Reals, order: int, window: int = 2, *sizes: int) -> Reals:
    return np.concatenate(list(add_deltas(cut(frames, *sizes), order, window)))


def brute_force(frames: Reals, order: int, window: int) -> Reals:
    """Weigh the clamped neighbours of one frame after the other, as Kaldi defines it."""
    weights = {0: 1.0}
    parts = [frames.astype(np.float64)]
    squares = 2 * sum(n * n for n in range(1, window + 1))
    for _ in range(order):
        wider: dict[int, float] = {}
        for n in range(-window, window + 1):
            for shift, weight in weights.items():
                wider[shift + n] = wider.get(shift + n, 0.0) + n * weight / squares
        weights = wider
        rows = np.zeros(frames.shape)
        for t in range(len(frames)):
            for shift, weight in weights.items():
                rows[t] += weight * frames[min(max(t + shift, 0), len(frames) - 1)]
        parts.append(rows)
    return np.concatenate(parts, axis=-1)


@each_order
@each_window
@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 9, 10, 11, 20, 21, 40])
@pytest.mark.parametrize("shape", [(1,), (3,), (2, 3)])
def test_are_what_the_definition_says(
    order: int, window: int, frames: int, shape: tuple[int, ...]
) -> None:
    values = noise(frames, *shape).astype(np.float64)
    got = with_deltas(values, order, window, 3, 4)
    assert_close(got, brute_force(values, order, window), 1e-12)
    assert_same_bits(got[..., : shape[-1]], values)


@each_order
def test_of_no_frames_are_none(order: int) -> None:
    assert list(add_deltas(iter([]), order)) == []
    assert list(add_deltas(iter([np.empty((0, 3))]), order)) == []


@each_order
@each_window
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_keep_the_type_and_every_bit_in_batches_of_any_size(
    order: int, window: int, dtype: Any
) -> None:
    for frames in (1, 2, 50):
        values = noise(frames, 2, 7).astype(dtype)
        whole = with_deltas(values, order, window)
        assert whole.dtype == dtype
        for size in (1, 2, 3, 17, 49):
            assert_same_bits(with_deltas(values, order, window, *[size] * frames), whole)


@given(sizes=st.lists(st.integers(0, 30), max_size=8), order=st.integers(1, 2))
def test_batches_of_mixed_sizes_give_the_same_bits(sizes: list[int], order: int) -> None:
    values = noise(60, 4)
    assert_same_bits(with_deltas(values, order, 2, *sizes), with_deltas(values, order))


@each_window
def test_of_a_straight_line_are_its_slope_and_none(window: int) -> None:
    line = 3 * np.arange(60.0)[:, np.newaxis] - 7
    got = with_deltas(line, 2, window)[2 * window : -2 * window]
    np.testing.assert_allclose(got[:, 1], 3, rtol=0, atol=1e-12)
    np.testing.assert_allclose(got[:, 2], 0, rtol=0, atol=1e-12)


@each_window
def test_of_a_parabola_are_its_derivatives(window: int) -> None:
    t = np.arange(60.0)
    got = with_deltas(t[:, np.newaxis] ** 2, 2, window)[2 * window : -2 * window]
    np.testing.assert_allclose(got[:, 1], 2 * t[2 * window : -2 * window], rtol=1e-12)
    np.testing.assert_allclose(got[:, 2], 2, rtol=1e-9)


def test_of_what_does_not_change_are_zero() -> None:
    got = with_deltas(np.full((9, 2), 0.1, np.float32), 2)
    np.testing.assert_allclose(got[:, 2:], 0, rtol=0, atol=1e-8)


@each_order
def test_lag_no_more_frames_than_they_look_ahead(order: int) -> None:
    fed: list[Reals] = []

    def single_frames() -> Iterator[Reals]:
        for frame in noise(100, 1, 3):
            fed.append(frame)
            yield frame

    given_back = 0
    for batch in add_deltas(single_frames(), order, 4):
        given_back += len(batch)
        assert len(fed) == 100 or len(fed) - given_back == order * 4
    assert given_back == 100


def test_a_buffer_that_is_used_again_does_no_harm() -> None:
    values = noise(40, 3)

    def reused() -> Iterator[Reals]:
        buffer = np.empty((8, 3), np.float32)
        for first in range(0, 40, 8):
            buffer[:] = values[first : first + 8]
            yield buffer
            buffer[:] = np.nan

    got = np.concatenate(list(add_deltas(reused(), 2)))
    assert_same_bits(got, with_deltas(values, 2))


@pytest.mark.parametrize("order", [-1, 0, 3])
def test_an_order_that_is_not_there_is_refused_at_once(order: int) -> None:
    with pytest.raises(SettingsError, match=rf"order`? is {order}: it must be .*\b1 to 2"):
        Deltas(order)


@pytest.mark.parametrize("window", [-1, 0, 1001])
def test_a_window_out_of_range_is_refused_at_once(window: int) -> None:
    with pytest.raises(SettingsError, match=f"`window` is {window}: .* from 1 to 1000"):
        Deltas(1, window)
