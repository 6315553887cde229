"""Moments of rows that arrive in batches, and the projections they give."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError, SettingsError
from stftcli.settings.memory import check_memory

Floats = NDArray[np.float64]


_ENTRY_BYTES = 48
"""That an entry of the scatter takes while it is solved: its own, and five numbers more."""


class Moments:
    """Count, mean and scatter of rows, gathered in float64.

    Batches are merged about their own means (T. F. Chan, G. H. Golub and R. J. LeVeque, "Updating
    formulae and a pairwise algorithm for computing sample variances", 1979), so that a large mean
    takes nothing from a small variance.

    Parameters
    ----------
    features : int
        Length of a row.

    Attributes
    ----------
    count : int
        Number of rows so far.
    mean : ndarray, shape (features,)
        Their mean.
    scatter : ndarray, shape (features, features)
        Sum of the outer products of the rows less their mean.
    """

    def __init__(self, features: int) -> None:
        check_memory(
            _ENTRY_BYTES * features**2, f"a fit to {features} features", "give fewer, as by `mel`"
        )
        self.count = 0
        self.mean: Floats = np.zeros(features)
        self.scatter: Floats = np.zeros((features, features))

    def add(self, rows: NDArray[Any]) -> None:
        """Take a batch of shape (any, features)."""
        if not len(rows):
            return
        values = rows.astype(np.float64)
        with np.errstate(all="ignore"):  # asked for at the end
            self._merge(values)

    def _merge(self, values: Floats) -> None:
        mean = values.mean(axis=0)
        values -= mean
        total = self.count + len(values)
        step = mean - self.mean
        self.scatter += values.T @ values
        self.scatter += np.outer(step, step * (self.count * len(values) / total))
        self.mean += step * (len(values) / total)
        self.count = total


class Principal(NamedTuple):
    """Principal components as a linear layer, and how much each explains.

    `weight` has shape (components, features), `bias` (components,), `variance` and `ratio`
    (components,): the variance along each, and its share of the whole.
    """

    weight: Floats
    bias: Floats
    variance: Floats
    ratio: Floats


def principal_components(
    moments: Moments, components: int | None = None, *, whiten: bool = False
) -> Principal:
    """Find the directions of greatest variance, the greatest first.

    Parameters
    ----------
    moments : Moments
        Of the rows.
    components : int, optional
        How many are kept; all of them if None.
    whiten : bool, default False
        Scale each to a variance of 1.

    Returns
    -------
    Principal
        ``weight @ row + bias`` are the components of a row about the mean. In each row of the
        weight the entry of the greatest magnitude is positive.

    Raises
    ------
    SettingsError
        If there are not so many components.
    InputError
        If there are fewer than two rows, or too little variance to whiten.
    """
    features = len(moments.mean)
    if moments.count < 2:
        raise InputError(f"variance needs two frames or more: there are {moments.count}")
    most = min(features, moments.count)
    kept = most if components is None else components
    if not 1 <= kept <= most:
        raise SettingsError(
            f"{moments.count} frames of {features} features have 1 to {most} components: "
            f"{components} were asked for"
        )
    check_finite(moments.scatter)
    values, vectors = np.linalg.eigh(moments.scatter / (moments.count - 1))
    variance = np.maximum(values[::-1], 0.0)
    weight = vectors[:, ::-1].T[:kept].copy()
    largest = np.abs(weight).argmax(axis=1)
    weight *= np.sign(weight[np.arange(kept), largest])[:, np.newaxis]
    total = variance.sum()
    ratio = variance[:kept] / total if total else np.zeros(kept)
    if whiten:
        if variance[kept - 1] <= variance[0] * features * np.finfo(np.float64).eps:
            rank = int((variance > variance[0] * features * np.finfo(np.float64).eps).sum())
            raise InputError(
                f"the data varies along {rank} directions only: whiten no more of them"
            )
        weight /= np.sqrt(variance[:kept])[:, np.newaxis]
    return Principal(weight, -weight @ moments.mean, variance[:kept], ratio)


def ridge(moments: Moments, targets: int, alpha: float = 1.0) -> tuple[Floats, Floats]:
    """Fit targets by least squares with an L2 penalty, the intercept free of it.

    It minimises ``sum |y - W x - b|^2 + alpha |W|^2`` (A. E. Hoerl and R. W. Kennard, "Ridge
    regression", Technometrics 12, 1970).

    Parameters
    ----------
    moments : Moments
        Of rows that hold the features first and then the targets.
    targets : int
        How many of the last columns are targets.
    alpha : float, default 1.0
        Weight of the penalty.

    Returns
    -------
    weight : ndarray, shape (targets, features)
    bias : ndarray, shape (targets,)

    Raises
    ------
    InputError
        If there are no rows, or without a penalty more than one solution.
    """
    if not moments.count:
        raise InputError("there are no frames to fit")
    check_finite(moments.scatter)
    features = len(moments.mean) - targets
    inner = moments.scatter[:features, :features] + alpha * np.eye(features)
    try:
        if not alpha and np.linalg.cond(inner) > 1 / (features * np.finfo(np.float64).eps):
            raise np.linalg.LinAlgError  # noqa: TRY301
        solved = np.linalg.solve(inner, moments.scatter[:features, features:])
        weight = np.asarray(solved.T, np.float64)
    except np.linalg.LinAlgError:
        raise InputError("the features do not determine a solution: give `alpha` above 0") from None
    return weight, moments.mean[features:] - weight @ moments.mean[:features]


def check_finite(squares: Floats) -> None:
    """Raise InputError if sums of squares are not finite."""
    if not np.isfinite(squares).all():
        raise InputError("values are NaN or infinite, or so large that their squares overflow")
