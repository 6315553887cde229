"""Moments gathered in batches are those of all rows; what follows from them is what numpy finds."""

from itertools import accumulate, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli.dsp.moments import Moments, principal_components, ridge
from stftcli.errors import InputError, SettingsError
from tests.signals import assert_close, noise

Floats = NDArray[Any]


def gathered(rows: Floats, *sizes: int) -> Moments:
    """Add rows in batches of these sizes, and the rest at once."""
    moments = Moments(rows.shape[1])
    ends = [min(end, len(rows)) for end in accumulate(sizes, initial=0)]
    for first, last in pairwise([*ends, len(rows)]):
        moments.add(rows[first:last])
    return moments


def spread_rows(rows: int, columns: int = 5, seed: int = 0) -> NDArray[np.float64]:
    """Give rows that vary along every axis by another amount, mixed, about a mean."""
    mixing = np.linalg.qr(noise(columns, columns, seed=99).astype(np.float64))[0]
    scaled = noise(rows, columns, seed=seed).astype(np.float64) * 2.0 ** np.arange(columns)
    return np.asarray(scaled @ mixing + np.arange(columns))


class TestMoments:
    @given(
        rows=st.integers(2, 300),
        columns=st.integers(1, 6),
        sizes=st.lists(st.integers(0, 90), max_size=8),
        offset=st.sampled_from([0.0, -3.0, 1e4]),
    )
    def test_of_batches_of_any_sizes_are_those_of_all_rows(
        self, rows: int, columns: int, sizes: list[int], offset: float
    ) -> None:
        values = noise(rows, columns).astype(np.float64) + offset
        moments = gathered(values, *sizes)
        assert moments.count == rows
        np.testing.assert_allclose(moments.mean, values.mean(axis=0), rtol=1e-12, atol=1e-13)
        covariance = np.cov(values.T).reshape(columns, columns)
        assert_close(moments.scatter / (rows - 1), covariance, 1e-10)

    @pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int16", "uint8"])
    def test_are_gathered_in_float64(self, dtype: str) -> None:
        values = (np.abs(noise(500, 3)) * 60).astype(dtype)
        moments = gathered(values, 1, 100)
        assert moments.mean.dtype == moments.scatter.dtype == np.float64
        assert_close(moments.scatter / 499, np.cov(values.astype(np.float64).T), 1e-13)

    @pytest.mark.parametrize("mean", [1e6, -1e9])
    def test_a_large_mean_does_not_hurt(self, mean: float) -> None:
        # A sum of squares would hold 1e18 times the variance, and lose it.
        values = noise(1000, 3).astype(np.float64)
        values = (values + mean) - mean + mean
        centred = values - mean
        moments = gathered(values, *[7] * 100)
        assert_close(moments.scatter / 999, np.cov(centred.T))

    def test_nothing_leaves_them_as_they_are(self) -> None:
        moments = gathered(noise(10, 3))
        before = (moments.count, moments.mean.copy(), moments.scatter.copy())
        moments.add(np.empty((0, 3)))
        assert moments.count == before[0]
        np.testing.assert_array_equal(moments.mean, before[1])
        np.testing.assert_array_equal(moments.scatter, before[2])

    def test_rows_are_left_as_they_are(self) -> None:
        rows = noise(10, 3).astype(np.float64)
        before = rows.copy()
        gathered(rows)
        np.testing.assert_array_equal(rows, before)

    def test_the_scatter_is_symmetric(self) -> None:
        scatter = gathered(noise(300, 7), 13, 50).scatter
        np.testing.assert_allclose(scatter, scatter.T, rtol=1e-12)

    def test_one_row_has_no_scatter(self) -> None:
        moments = gathered(noise(1, 3))
        assert not moments.scatter.any()
        np.testing.assert_array_equal(moments.mean, noise(1, 3)[0])


class TestPrincipalComponents:
    def test_are_the_singular_vectors(self) -> None:
        rows = spread_rows(400)
        got = principal_components(gathered(rows, 30))
        _, singular, directions = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
        signs = np.sign((got.weight * directions).sum(axis=1, keepdims=True))
        assert_close(got.weight * signs, directions, 1e-10)
        assert_close(got.variance, singular**2 / 399, 1e-12)
        assert_close(got.ratio, singular**2 / (singular**2).sum(), 1e-12)
        assert_close(got.bias, -got.weight @ rows.mean(axis=0), 1e-12)

    def test_the_greatest_entry_of_each_is_positive(self) -> None:
        weight = principal_components(gathered(spread_rows(50))).weight
        assert (np.take_along_axis(weight, np.abs(weight).argmax(1)[:, None], 1) > 0).all()

    def test_fewer_are_the_first_of_all(self) -> None:
        moments = gathered(spread_rows(50))
        whole, few = principal_components(moments), principal_components(moments, 2)
        for all_values, values in zip(whole, few, strict=True):
            np.testing.assert_array_equal(values, all_values[:2])

    @pytest.mark.parametrize("components", [None, 3])
    def test_whitened_they_have_unit_variance(self, components: int | None) -> None:
        rows = spread_rows(300)
        moments = gathered(rows)
        got = principal_components(moments, components, whiten=True)
        projected = rows @ got.weight.T + got.bias
        kept = components or 5
        np.testing.assert_allclose(np.cov(projected.T), np.eye(kept), rtol=0, atol=1e-10)
        # What they explain is not changed by it.
        plain = principal_components(moments, components)
        np.testing.assert_array_equal(got.variance, plain.variance)

    def test_of_rows_that_do_not_vary_explain_nothing(self) -> None:
        got = principal_components(gathered(np.ones((9, 3))))
        assert not got.variance.any()
        assert not got.ratio.any()
        np.testing.assert_allclose(got.weight @ np.ones(3) + got.bias, 0, rtol=0, atol=1e-12)

    def test_of_fewer_rows_than_columns(self) -> None:
        rows = spread_rows(3)
        got = principal_components(gathered(rows))
        assert got.weight.shape == (3, 5)
        assert (got.variance >= 0).all()
        assert got.variance[2] < 1e-12 * got.variance[0]
        assert got.ratio[:2].sum() == pytest.approx(1)

    @pytest.mark.parametrize("components", [0, -1, 6])
    def test_must_be_as_many_as_there_are(self, components: int) -> None:
        with pytest.raises(SettingsError, match=f"1 to 5 components: {components} were asked for"):
            principal_components(gathered(spread_rows(50)), components)

    @pytest.mark.parametrize("rows", [0, 1])
    def test_need_two_rows(self, rows: int) -> None:
        with pytest.raises(InputError, match=f"two frames or more: there are {rows}"):
            principal_components(gathered(spread_rows(rows)))

    @pytest.mark.parametrize(("components", "fits"), [(1, True), (2, True), (3, False)])
    def test_without_variance_cannot_be_whitened(self, components: int, fits: bool) -> None:
        rows = spread_rows(50)[:, :2] @ noise(2, 5, seed=1)
        if fits:
            principal_components(gathered(rows), components, whiten=True)
        else:
            with pytest.raises(InputError, match="varies along 2 directions only"):
                principal_components(gathered(rows), components, whiten=True)


def solved(rows: Floats, targets: Floats, alpha: float) -> tuple[Floats, Floats]:
    x, y = rows - rows.mean(axis=0), targets - targets.mean(axis=0)
    weight = np.linalg.solve(x.T @ x + alpha * np.eye(x.shape[1]), x.T @ y).T
    return weight, targets.mean(axis=0) - weight @ rows.mean(axis=0)


class TestRidge:
    @pytest.mark.parametrize("alpha", [0.0, 1.0, 1e4])
    @pytest.mark.parametrize("targets", [1, 3])
    def test_is_the_closed_form(self, targets: int, alpha: float) -> None:
        rows, wanted = spread_rows(200), noise(200, targets, seed=5).astype(np.float64) + 9
        moments = gathered(np.hstack((rows, wanted)), 7, 100)
        got, expected = ridge(moments, targets, alpha), solved(rows, wanted, alpha)
        assert_close(got[0], expected[0], 1e-10)
        assert_close(got[1], expected[1], 1e-10)

    def test_without_a_penalty_finds_what_is_there(self) -> None:
        rows, weight = spread_rows(50), noise(2, 5, seed=6).astype(np.float64)
        moments = gathered(np.hstack((rows, rows @ weight.T + [3, -4])))
        got = ridge(moments, 2, 0.0)
        assert_close(got[0], weight, 1e-9)
        assert_close(got[1], np.array([3.0, -4.0]), 1e-9)

    def test_is_where_the_penalised_error_is_least(self) -> None:
        rows, wanted = spread_rows(60), noise(60, 1, seed=7).astype(np.float64)
        weight, bias = ridge(gathered(np.hstack((rows, wanted))), 1, 3.0)

        def cost(moved: Floats, shift: float) -> float:
            error = wanted - rows @ moved.T - (bias + shift)
            return float((error**2).sum() + 3.0 * (moved**2).sum())

        for step in noise(20, 6, seed=8) * 0.01:
            assert cost(weight + step[:5], float(step[5])) > cost(weight, 0.0)

    def test_needs_rows(self) -> None:
        with pytest.raises(InputError, match="no frames"):
            ridge(Moments(3), 1)

    @pytest.mark.parametrize("columns", [[0, 0, 1], [0, 1, 1]])
    def test_without_a_penalty_needs_features_of_their_own(self, columns: list[int]) -> None:
        rows = np.hstack((spread_rows(50)[:, columns], noise(50, 1)))
        with pytest.raises(InputError, match="give `alpha` above 0"):
            ridge(gathered(rows), 1, 0.0)
        weight, _ = ridge(gathered(rows), 1, 1e-6)
        assert np.isfinite(weight).all()

    def test_without_a_penalty_features_that_follow_from_others_are_refused(self) -> None:
        for seed in range(8):
            rows = spread_rows(50, seed=seed)
            rows[:, 4] = rows[:, :4] @ [0.3, -0.7, 0.1, 0.9]
            with pytest.raises(InputError, match="give `alpha` above 0"):
                ridge(gathered(np.hstack((rows, noise(50, 1)))), 1, 0.0)
