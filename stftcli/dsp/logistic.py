"""Multinomial logistic regression over batches: a linear probe."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.moments import Moments
from stftcli.errors import InputError, MissingExtraError
from stftcli.frozen import Frozen

Floats = NDArray[np.float64]
Batches = Callable[[], Iterable[tuple[NDArray[Any], NDArray[Any]]]]
"""Gives the same (rows, labels) again at every call: (any, features) and (any,) from 0 on."""


class Round(Frozen):
    """One step of the optimiser: the mean cross-entropy, and the share of held-out rows right."""

    number: int
    loss: float
    accuracy: float | None

    def __str__(self) -> str:
        held_out = "" if self.accuracy is None else f", held-out accuracy {self.accuracy:.1%}"
        return f"round {self.number}: loss {self.loss:.4f}{held_out}"


class Objective:
    """Penalised cross-entropy of standardised rows, and its gradient.

    It is ``sum log p(label | row) * -1 + alpha / 2 |W|^2``, the bias free of the penalty; W are the
    weights of the rows as they are, so that standardising only helps the optimiser (C. M. Bishop,
    "Pattern Recognition and Machine Learning", 2006, section 4.3.4).
    """

    def __init__(self, batches: Batches, moments: Moments, classes: int, alpha: float) -> None:
        self._batches, self._alpha = batches, alpha
        self._mean, self._rows = moments.mean, moments.count
        deviation = np.sqrt(np.diag(moments.scatter) / max(1, moments.count))
        self._deviation = np.where(deviation > 0, deviation, 1.0)
        self.shape = (classes, len(moments.mean) + 1)

    def __call__(self, parameters: Floats) -> tuple[float, Floats]:
        """Give the mean loss a row and its gradient for (classes, features + 1) values, flat."""
        weight = parameters.reshape(self.shape)
        unscaled = weight[:, :-1] / self._deviation
        loss = self._alpha / 2 * float((unscaled**2).sum())
        gradient = np.zeros(self.shape)
        gradient[:, :-1] = self._alpha * unscaled / self._deviation
        for rows, labels in self._batches():
            standard = (rows - self._mean) / self._deviation
            scores = standard @ weight[:, :-1].T + weight[:, -1]
            scores -= scores.max(axis=1, keepdims=True)
            exponentials = np.exp(scores)
            sums = exponentials.sum(axis=1)
            here = np.arange(len(labels))
            loss += float((np.log(sums) - scores[here, labels]).sum())
            error = exponentials / sums[:, np.newaxis]
            error[here, labels] -= 1
            gradient[:, :-1] += error.T @ standard
            gradient[:, -1] += error.sum(axis=0)
        return loss / self._rows, gradient.ravel() / self._rows

    def layer(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Give weight and bias for rows as they are."""
        weight = parameters.reshape(self.shape)
        unscaled = weight[:, :-1] / self._deviation
        return unscaled, weight[:, -1] - unscaled @ self._mean


def accuracy(weight: Floats, bias: Floats, batches: Batches) -> float:
    """Give the share of rows whose highest score is that of their label."""
    right = rows_seen = 0
    for rows, labels in batches():
        right += int(((rows @ weight.T + bias).argmax(axis=1) == labels).sum())
        rows_seen += len(labels)
    return right / rows_seen if rows_seen else float("nan")


def fit_logistic(
    train: Batches,
    held_out: Batches | None,
    moments: Moments,
    classes: int,
    *,
    alpha: float = 1.0,
    max_rounds: int = 500,
    patience: int = 10,
    watch: Callable[[Round], None] = lambda _: None,
) -> tuple[Floats, Floats]:
    """Fit class scores by L-BFGS (scipy's).

    Parameters
    ----------
    train : callable
        Gives the batches to learn from, afresh at each call.
    held_out : callable or None
        Gives those that decide when to stop; None: only convergence does.
    moments : Moments
        Of the rows to learn from.
    classes : int
        Number of classes; labels are 0 ... classes - 1.
    alpha : float, default 1.0
        Weight of the L2 penalty, scikit-learn's 1 / C.
    max_rounds, patience : int
        Rounds in all, and rounds without a better held-out accuracy, after which it ends.
    watch : callable
        Hears of every round.

    Returns
    -------
    weight : ndarray, shape (classes, features)
    bias : ndarray, shape (classes,)
        Those of the best held-out accuracy, or of the last round if nothing is held out.

    Raises
    ------
    InputError
        If there are fewer than two classes.
    MissingExtraError
        If scipy is not installed.
    """
    if classes < 2:
        raise InputError(f"a classifier needs two classes or more: the labels name {classes}")
    try:
        from scipy.optimize import minimize
    except ImportError:
        raise MissingExtraError("fitting classes", "scipy", "fit") from None
    objective = Objective(train, moments, classes, alpha)
    best: tuple[float, Floats, Floats] | None = None
    waited = rounds = 0

    def after_round(intermediate_result: Any) -> None:
        nonlocal best, waited, rounds
        rounds += 1
        weight, bias = objective.layer(intermediate_result.x)
        share = None if held_out is None else accuracy(weight, bias, held_out)
        watch(Round(rounds, float(intermediate_result.fun), share))
        if share is None:
            return
        waited += 1
        if best is None or share > best[0]:
            best, waited = (share, weight, bias), 0
        if waited >= patience:
            raise StopIteration

    begin = np.zeros(objective.shape[0] * objective.shape[1])
    result = minimize(
        objective,
        begin,
        jac=True,
        method="L-BFGS-B",
        callback=after_round,
        options={"maxiter": max_rounds, "ftol": 1e-12, "gtol": 1e-7},
    )
    return objective.layer(result.x) if best is None else best[1:]
