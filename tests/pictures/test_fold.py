"""Folding keeps the maxima, whatever batches the frames come in."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli.pictures.fold import ColumnFolder, fold_to
from tests.signals import noise


def folded(
    values: NDArray[Any], cuts: list[int], most_columns: int, most_rows: int
) -> ColumnFolder:
    channels, bins = values.shape[1:]
    folder = ColumnFolder(channels, bins, most_columns, most_rows)
    for first, last in pairwise([0, *sorted(cuts), len(values)]):
        if last > first:
            folder.write(values[first:last])
    return folder


@st.composite
def frames_and_cuts(draw: st.DrawFn) -> tuple[int, list[int]]:
    frames = draw(st.integers(1, 400))
    return frames, draw(st.lists(st.integers(0, frames), max_size=12))


@given(
    frames_and_cuts(),
    st.integers(1, 3),
    st.integers(1, 40),
    st.integers(2, 50),
    st.integers(1, 50),
)
def test_a_cell_is_the_maximum_of_its_frames_and_bins(
    stream: tuple[int, list[int]], channels: int, bins: int, most_columns: int, most_rows: int
) -> None:
    frames, cuts = stream
    values = noise(frames, channels, bins)
    folder = folded(values, cuts, most_columns, most_rows)
    wide, high = folder.frames_per_column, folder.bins_per_row
    picture = folder.picture()
    assert picture.shape == (channels, -(-bins // high), -(-frames // wide))
    for row in range(picture.shape[1]):
        for column in range(picture.shape[2]):
            part = values[column * wide : (column + 1) * wide, :, row * high : (row + 1) * high]
            np.testing.assert_array_equal(picture[:, row, column], part.max(axis=(0, 2)))
    assert folder.frames == frames


@given(frames_and_cuts(), st.integers(2, 50))
def test_columns_are_bounded_and_not_too_few(
    stream: tuple[int, list[int]], most_columns: int
) -> None:
    frames, cuts = stream
    folder = folded(noise(frames, 1, 1), cuts, most_columns, 1)
    even = most_columns - most_columns % 2
    assert min(frames, even // 2) <= folder.columns <= min(frames, even)
    assert folder.picture().shape[-1] == folder.columns


@pytest.mark.parametrize(("bins", "most", "rows"), [(1025, 2048, 1025), (4097, 2048, 1366)])
def test_rows_are_bounded(bins: int, most: int, rows: int) -> None:
    folder = folded(noise(3, 1, bins), [], 10, most)
    assert folder.picture().shape == (1, rows, 3)


def test_a_batch_far_beyond_the_columns_is_folded_at_once() -> None:
    values = noise(10_000, 1, 2)
    folder = folded(values, [1], 8, 2)
    assert folder.columns == 5
    np.testing.assert_array_equal(
        folder.picture()[0, :, 0], values[: folder.frames_per_column, 0].max(0)
    )


@pytest.mark.parametrize(("rows", "columns"), [(7, 5), (450, 1100), (3, 4000)])
def test_folding_to_a_size_keeps_every_peak(rows: int, columns: int) -> None:
    picture = np.random.default_rng(0).random((1025, 3000))
    small = fold_to(picture, rows, columns)
    assert small.shape == (min(rows, 1025), min(columns, 3000))
    assert small.max() == picture.max()
    # Each row's peak stands in the row that it was folded into.
    row_of = np.searchsorted(np.arange(rows) * 1025 // rows, np.arange(1025), side="right") - 1
    for row in range(rows):
        assert small[row].max() == picture[row_of == row].max()


def test_a_picture_that_fits_is_left_alone() -> None:
    picture = np.random.default_rng(0).random((5, 6))
    assert fold_to(picture, 5, 6) is picture
