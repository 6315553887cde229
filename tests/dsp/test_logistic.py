"""Logistic regression: the gradient, the goal, and when it stops."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli.dsp.logistic import Batches, Objective, Round, accuracy, fit_logistic
from stftcli.dsp.moments import Moments
from stftcli.errors import InputError
from tests.oracles.conftest import oracle
from tests.signals import assert_close, noise

Floats = NDArray[Any]

CLASSES = 3


def rows_of(rows: int = 200, columns: int = 4, seed: int = 0) -> NDArray[np.float64]:
    """Give rows of which every column has a mean and a deviation of its own."""
    columns_differ = 10.0 ** np.arange(columns) / 10
    return noise(rows, columns, seed=seed) * columns_differ + 3 * columns_differ


def labels_of(rows: Floats, seed: int = 1) -> NDArray[np.int64]:
    """Give labels that the rows tell something of."""
    standard = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    scores = standard @ noise(rows.shape[1], CLASSES, seed=seed)
    return np.asarray((scores + noise(len(rows), CLASSES, seed=seed + 1)).argmax(axis=1))


def batches_of(rows: Floats, labels: Floats, size: int = 64) -> Batches:
    def batches() -> Iterator[tuple[Floats, Floats]]:
        for first in range(0, len(rows), size):
            yield rows[first : first + size], labels[first : first + size]

    return batches


def moments_of(rows: Floats) -> Moments:
    moments = Moments(rows.shape[1])
    moments.add(rows)
    return moments


def cost(weight: Floats, bias: Floats, rows: Floats, labels: Floats, alpha: float) -> float:
    """Give the mean penalised cross-entropy as it is written down."""
    scores = rows @ weight.T + bias
    likelihood = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    of_labels = -np.log(likelihood[np.arange(len(labels)), labels]).sum()
    return float(of_labels + alpha / 2 * (weight**2).sum()) / len(rows)


def objective_of(rows: Floats, labels: Floats, alpha: float, size: int = 64) -> Objective:
    return Objective(batches_of(rows, labels, size), moments_of(rows), CLASSES, alpha)


class TestObjective:
    rows = rows_of()
    labels = labels_of(rows)

    @pytest.mark.parametrize("alpha", [0.0, 1.0, 50.0])
    def test_is_the_cost_of_the_layer(self, alpha: float) -> None:
        objective = objective_of(self.rows, self.labels, alpha)
        for seed in range(3):
            parameters = noise(CLASSES * 5, seed=seed).astype(np.float64)
            weight, bias = objective.layer(parameters)
            wanted = cost(weight, bias, self.rows, self.labels, alpha)
            assert objective(parameters)[0] == pytest.approx(wanted, rel=1e-10)

    def test_at_zero_is_that_of_a_guess(self) -> None:
        value, _ = objective_of(self.rows, self.labels, 1.0)(np.zeros(CLASSES * 5))
        assert value == pytest.approx(np.log(CLASSES))

    @pytest.mark.parametrize("alpha", [0.0, 1.0, 50.0])
    def test_gradient_is_that_of_finite_differences(self, alpha: float) -> None:
        objective = objective_of(self.rows, self.labels, alpha)
        parameters = noise(CLASSES * 5, seed=5).astype(np.float64)
        step = 1e-5
        wanted = [
            (objective(parameters + move)[0] - objective(parameters - move)[0]) / (2 * step)
            for move in step * np.eye(len(parameters))
        ]
        assert_close(objective(parameters)[1], np.array(wanted), 1e-8)

    @given(size=st.integers(1, 250))
    def test_does_not_hang_on_the_batches(self, size: int) -> None:
        parameters = noise(CLASSES * 5, seed=6).astype(np.float64)
        value, gradient = objective_of(self.rows, self.labels, 1.0, size)(parameters)
        whole, wanted = objective_of(self.rows, self.labels, 1.0, 200)(parameters)
        assert value == pytest.approx(whole, rel=1e-12)
        assert_close(gradient, wanted, 1e-12)

    def test_large_scores_do_not_overflow(self) -> None:
        value, gradient = objective_of(self.rows, self.labels, 0.0)(1e4 * np.ones(CLASSES * 5))
        assert np.isfinite(value)
        assert np.isfinite(gradient).all()
        alone = np.zeros((CLASSES, 5))
        alone[0, -1] = 1e4  # all for one class: the others cost 1e4 each
        value, _ = objective_of(self.rows, self.labels, 0.0)(alone.ravel())
        assert value == pytest.approx(1e4 * (self.labels != 0).mean(), rel=1e-9)

    def test_a_column_that_does_not_vary_counts_for_nothing(self) -> None:
        rows = self.rows.copy()
        rows[:, 1] = 7
        _, gradient = objective_of(rows, self.labels, 0.0)(np.zeros(CLASSES * 5))
        assert not gradient.reshape(CLASSES, 5)[:, 1].any()


class TestAccuracy:
    def test_is_the_share_of_highest_scores(self) -> None:
        rows, labels = np.eye(3), np.array([0, 1, 1])
        batches = batches_of(rows, labels, 2)
        assert accuracy(np.eye(3), np.zeros(3), batches) == pytest.approx(2 / 3)
        assert accuracy(np.eye(3), np.array([0, 9, 0]), batches) == pytest.approx(2 / 3)
        assert accuracy(np.eye(3), np.array([9, 0, 0]), batches) == pytest.approx(1 / 3)


@pytest.fixture(scope="module")
def scipy() -> Any:
    return oracle("scipy.optimize")


@pytest.mark.usefixtures("scipy")
class TestFit:
    rows = rows_of()
    labels = labels_of(rows)

    def fit(self, held_out: Batches | None = None, **options: Any) -> tuple[Any, list[Round]]:
        """Give the layer, and all rounds."""
        history: list[Round] = []
        layer = fit_logistic(
            batches_of(self.rows, self.labels),
            held_out,
            moments_of(self.rows),
            CLASSES,
            watch=history.append,
            **options,
        )
        return layer, history

    @pytest.mark.parametrize("alpha", [0.1, 1.0, 30.0])
    def test_ends_where_the_cost_is_least(self, alpha: float) -> None:
        (weight, bias), history = self.fit(alpha=alpha)
        least = cost(weight, bias, self.rows, self.labels, alpha)
        assert history[-1].loss == pytest.approx(least, rel=1e-9)
        for seed in range(20):
            moves = noise(CLASSES, 5, seed=seed) * 0.01
            moved = cost(
                weight + moves[:, :4] / self.rows.std(axis=0),
                bias + moves[:, 4],
                self.rows,
                self.labels,
                alpha,
            )
            assert moved > least

    def test_rounds_are_counted_and_get_better(self) -> None:
        _, history = self.fit()
        assert [done.number for done in history] == list(range(1, len(history) + 1))
        losses = [done.loss for done in history]
        assert losses == sorted(losses, reverse=True)
        assert all(done.accuracy is None for done in history)
        assert str(history[0]) == f"round 1: loss {losses[0]:.4f}"

    @pytest.mark.parametrize("rounds", [1, 2, 5])
    def test_no_more_rounds_than_asked_for(self, rounds: int) -> None:
        assert len(self.fit(max_rounds=rounds)[1]) == rounds

    @pytest.mark.parametrize("patience", [1, 3])
    def test_stops_where_held_out_rows_get_no_better(self, patience: int) -> None:
        # All held-out rows are one row: it is right from the first round on, or never.
        right = batches_of(self.rows[:1], self.labels[:1])
        layer, history = self.fit(right, patience=patience)
        best = max(done.accuracy or 0 for done in history)
        first = next(done.number for done in history if done.accuracy == best)
        assert len(history) == first + patience
        assert history[0].accuracy in (0, 1)
        alone, _ = self.fit(right, max_rounds=first, patience=patience)
        for got, wanted in zip(layer, alone, strict=True):
            np.testing.assert_array_equal(got, wanted)

    def test_gives_the_layer_of_the_best_round(self) -> None:
        held_out_rows = rows_of(150, seed=9)
        held_out = batches_of(held_out_rows, labels_of(held_out_rows))
        (weight, bias), history = self.fit(held_out, patience=100, alpha=0.01)
        shares = [done.accuracy for done in history]
        assert accuracy(weight, bias, held_out) == max(share or 0 for share in shares)
        assert "held-out accuracy" in str(history[0])

    def test_what_is_held_out_is_not_learned_from(self) -> None:
        other = batches_of(self.rows, (self.labels + 1) % CLASSES)
        layer, _ = self.fit(other, max_rounds=1)
        wanted, _ = self.fit(batches_of(self.rows, self.labels), max_rounds=1)
        for got, expected in zip(layer, wanted, strict=True):
            np.testing.assert_array_equal(got, expected)

    def test_comes_out_the_same_again(self) -> None:
        first, second = self.fit()[0], self.fit()[0]
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(one, other)

    @pytest.mark.parametrize("classes", [0, 1])
    def test_needs_two_classes(self, classes: int) -> None:
        with pytest.raises(InputError, match=f"two classes or more: the labels name {classes}"):
            fit_logistic(batches_of(self.rows, self.labels), None, moments_of(self.rows), classes)
