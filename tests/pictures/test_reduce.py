"""Reduction keeps the maxima or the means, whatever batches the frames come in."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli.pictures.reduce import ColumnReducer, reduce_to_pixels
from stftcli.settings.choices import REDUCTIONS, Reduction
from tests.signals import noise


def reduced(
    values: NDArray[Any],
    cuts: list[int],
    max_columns: int,
    max_rows: int,
    how: Reduction = "max",
) -> ColumnReducer:
    channels, bins = values.shape[1:]
    reducer = ColumnReducer(channels, bins, max_columns, how, max_rows)
    for first, last in pairwise([0, *sorted(cuts), len(values)]):
        if last > first:
            reducer.write(values[first:last])
    return reducer


@st.composite
def frames_and_cuts(draw: st.DrawFn) -> tuple[int, list[int]]:
    frames = draw(st.integers(1, 400))
    return frames, draw(st.lists(st.integers(0, frames), max_size=12))


@pytest.mark.parametrize("how", REDUCTIONS)
@given(
    frames_and_cuts(),
    st.integers(1, 3),
    st.integers(1, 40),
    st.integers(2, 50),
    st.integers(1, 50),
)
def test_a_cell_is_the_maximum_or_the_mean_of_its_frames_and_bins(
    how: Reduction,
    stream: tuple[int, list[int]],
    channels: int,
    bins: int,
    max_columns: int,
    max_rows: int,
) -> None:
    frames, cuts = stream
    values = noise(frames, channels, bins)
    reducer = reduced(values, cuts, max_columns, max_rows, how)
    wide, high = reducer.frames_per_column, reducer.bins_per_row
    picture = reducer.picture()
    assert picture.shape == (channels, -(-bins // high), -(-frames // wide))
    for row in range(picture.shape[1]):
        for column in range(picture.shape[2]):
            part = values[column * wide : (column + 1) * wide, :, row * high : (row + 1) * high]
            cell = picture[:, row, column]
            if how == "max":
                np.testing.assert_array_equal(cell, part.max(axis=(0, 2)))
            else:
                np.testing.assert_allclose(cell, part.mean(axis=(0, 2)), atol=1e-5)
    assert reducer.frames == frames


@given(frames_and_cuts(), st.integers(2, 50))
def test_columns_are_bounded_and_not_too_few(
    stream: tuple[int, list[int]], max_columns: int
) -> None:
    frames, cuts = stream
    reducer = reduced(noise(frames, 1, 1), cuts, max_columns, 1)
    even = max_columns - max_columns % 2
    assert min(frames, even // 2) <= reducer.columns <= min(frames, even)
    assert reducer.picture().shape[-1] == reducer.columns


@pytest.mark.parametrize(("bins", "most", "rows"), [(1025, 2048, 1025), (4097, 2048, 1366)])
def test_rows_are_bounded(bins: int, most: int, rows: int) -> None:
    reducer = reduced(noise(3, 1, bins), [], 10, most)
    assert reducer.picture().shape == (1, rows, 3)


def test_a_batch_far_beyond_the_columns_is_folded_at_once() -> None:
    values = noise(10_000, 1, 2)
    reducer = reduced(values, [1], 8, 2)
    assert reducer.columns == 5
    np.testing.assert_array_equal(
        reducer.picture()[0, :, 0], values[: reducer.frames_per_column, 0].max(0)
    )


@st.composite
def axes(draw: st.DrawFn) -> tuple[NDArray[Any], tuple[float, float], int]:
    """Draw edges of cells, even or not, what is shown of them, and a number of pixels."""
    widths = draw(st.lists(st.integers(1, 9), min_size=1, max_size=60))
    if draw(st.booleans()):
        widths = [widths[0]] * len(widths)
    edges = np.cumsum([0, *widths]) / 4 + draw(st.integers(-20, 20)) / 4
    whole = (float(edges[0]), float(edges[-1]))
    low, high = sorted(draw(st.tuples(st.floats(*whole), st.floats(*whole))))
    if high - low < 0.01:
        low, high = whole
    return edges, (low, high), draw(st.integers(1, 80))


def shares(
    edges: NDArray[Any], shown: tuple[float, float], pixels: int
) -> list[tuple[float, float, NDArray[np.bool_]]]:
    """Give for each pixel its borders and the cells whose centres lie in it.

    The last one has both its borders, each other one the lower.
    """
    borders = np.linspace(*shown, pixels + 1)
    # However they were rounded.
    borders[:-1] -= 1e-6 * (shown[1] - shown[0]) / pixels
    borders[-1] += 1e-6 * (shown[1] - shown[0]) / pixels
    centers = (edges[:-1] + edges[1:]) / 2
    return [(low, high, (low <= centers) & (centers < high)) for low, high in pairwise(borders)]


@pytest.mark.parametrize("how", REDUCTIONS)
@given(axes())
def test_a_pixel_has_the_cells_whose_centres_lie_in_it_or_the_one_it_lies_in(
    how: Reduction, axis: tuple[NDArray[Any], tuple[float, float], int]
) -> None:
    edges, shown, pixels = axis
    values = noise(len(edges) - 1, 2).astype(np.float64)
    got = reduce_to_pixels(values, edges, shown, pixels, 0, how)
    assert got.shape == (pixels, 2)
    join = np.max if how == "max" else np.mean
    for pixel, (low, high, inside) in zip(got, shares(edges, shown, pixels), strict=True):
        if inside.any():
            np.testing.assert_allclose(pixel, join(values[inside], axis=0))
        else:
            middle = (low + high) / 2
            around = (edges[:-1] - 1e-4 <= middle) & (middle <= edges[1:] + 1e-4)
            assert (values[around] == pixel).all(axis=1).any()


@given(axes())
def test_no_cell_that_is_shown_is_lost(
    axis: tuple[NDArray[Any], tuple[float, float], int],
) -> None:
    edges, shown, pixels = axis
    centers = (edges[:-1] + edges[1:]) / 2
    for cell in np.flatnonzero((shown[0] <= centers) & (centers <= shown[1])):
        values = np.zeros(len(centers))
        values[cell] = 1
        assert reduce_to_pixels(values, edges, shown, pixels, 0).max() == 1


@pytest.mark.parametrize("axis", [0, 1])
def test_more_pixels_than_cells_repeat_them(axis: int) -> None:
    values = noise(4, 4)
    got = reduce_to_pixels(values, np.arange(5.0), (0, 4), 12, axis)
    np.testing.assert_array_equal(got, np.repeat(values, 3, axis))
    same = reduce_to_pixels(values, np.arange(5.0), (0, 4), 4, axis)
    np.testing.assert_array_equal(same, values)


@given(st.integers(1, 5000), st.floats(1e-3, 1e5), st.integers(1, 12))
def test_a_frame_on_each_border_becomes_a_pixel(pixels: int, duration: float, times: int) -> None:
    # As they lie where each pixel has `times` of them: the first is centred at the beginning.
    frames = pixels * times
    step = duration / frames
    edges = (np.arange(frames + 2) - 0.5) * step
    got = reduce_to_pixels(np.arange(frames + 1.0), edges, (0.0, duration), pixels, 0)
    wanted = np.arange(pixels) * times + times - 1.0
    wanted[-1] += 1
    np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("pixels", [1, 7, 512, 513, 2000])
def test_the_bins_at_0_hz_and_at_half_the_rate_are_there(pixels: int) -> None:
    # Half of each lies beyond the ends.
    values = np.arange(513.0)
    values[0] = 1000
    got = reduce_to_pixels(values, np.arange(514) - 0.5, (0, 512), pixels, 0)
    assert got[0] == 1000
    assert got[-1] == (512 if pixels > 1 else 1000)


@pytest.mark.parametrize("shown", [(-9.0, 14.0), (4.0, 60.0), (-3.0, -2.0), (7.0, 8.0)])
def test_beyond_the_cells_the_outermost_go_on(shown: tuple[float, float]) -> None:
    values = np.arange(5.0)
    borders = np.linspace(*shown, 24)
    got = reduce_to_pixels(values, np.arange(6.0), shown, 23, 0)
    assert set(got[borders[1:] <= 0]) <= {0.0}
    assert set(got[borders[:-1] >= 5]) <= {4.0}


@pytest.mark.parametrize("how", REDUCTIONS)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=8),
    st.integers(2, 40),
)
def test_frames_that_are_skipped_count_for_nothing(
    how: Reduction, runs: list[tuple[int, int]], max_columns: int
) -> None:
    reducer = ColumnReducer(1, 3, max_columns, how)
    values = np.full((sum(map(sum, runs)), 1, 3), np.nan)
    at = 0
    for skipped, written in runs:
        if skipped:
            reducer.skip(skipped)
        at += skipped
        values[at : at + written] = noise(written, 1, 3)
        if written:
            reducer.write(values[at : at + written])
        at += written
    wide, picture = reducer.frames_per_column, reducer.picture()
    assert picture.shape == (1, 3, -(-len(values) // wide))
    for column in range(picture.shape[2]):
        cell = values[column * wide : (column + 1) * wide, 0]
        known = cell[~np.isnan(cell[:, 0])]
        if not len(known):
            assert np.isnan(picture[0, :, column]).all()
        else:
            wanted = known.max(axis=0) if how == "max" else known.mean(axis=0)
            np.testing.assert_allclose(picture[0, :, column], wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("how", REDUCTIONS)
def test_a_pixel_is_of_what_is_known(how: Reduction) -> None:
    values = np.array([[1.0, np.nan, 3.0, 5.0, np.nan, np.nan]])
    pixels = reduce_to_pixels(values, np.arange(7.0), (0, 6), 3, 1, how)
    np.testing.assert_array_equal(pixels, [[1.0, 5.0 if how == "max" else 4.0, np.nan]])
    finer = reduce_to_pixels(values, np.arange(7.0), (0, 6), 12, 1, how)
    np.testing.assert_array_equal(finer, np.repeat(values, 2, axis=1))


def straight(one: NDArray[Any], other: NDArray[Any], share: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(one + share * (other - one))


@given(axes())
def test_between_the_centres_of_cells_values_are_blended(
    axis: tuple[NDArray[Any], tuple[float, float], int],
) -> None:
    edges, shown, pixels = axis
    values = noise(len(edges) - 1).astype(np.float64)
    got = reduce_to_pixels(values, edges, shown, pixels, 0, blend=straight)
    plain = reduce_to_pixels(values, edges, shown, pixels, 0)
    centers = (edges[:-1] + edges[1:]) / 2
    for number, (low, high, inside) in enumerate(shares(edges, shown, pixels)):
        # Where there is a centre nothing changes.
        between = np.interp((low + high) / 2, centers, values)
        wanted = plain[number] if inside.any() else between
        assert got[number] == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("axis", [0, 1])
def test_cells_may_have_other_centres(axis: int) -> None:
    values = np.array([[0.0, 10.0, 30.0]] * 2)
    values = values.T if axis == 0 else values
    edges, centers = np.array([-1.0, 0.1, 1.9, 2.5]), np.array([0.0, 1.0, 2.0])
    shown = (0.0, 2.0)
    got = reduce_to_pixels(values, edges, shown, 4, axis, centers=centers, blend=straight)
    wanted = [0.0, 7.5, 10.0, 30.0]  # all but the second pixel hold a centre
    np.testing.assert_allclose(got.take(0, 1 - axis), wanted)


def test_what_lies_beside_a_gap_is_not_blended_into_it() -> None:
    values = np.array([[1.0, np.nan], [3.0, np.nan]])
    got = reduce_to_pixels(values, np.arange(3.0), (0, 2), 8, 0, blend=straight)
    assert np.isnan(got[:, 1]).all()
    assert (np.diff(got[:, 0]) >= 0).all()
