"""Statistics of each feature over several frames: of a stretch of a sound, or of all of it."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.feature_moments import FeatureMoments
from stftcli.dsp.percentiles import Percentiles
from stftcli.dsp.stretches import Stretches
from stftcli.dsp.tensors import Tensors, Value
from stftcli.features.axis import Axis
from stftcli.features.form import Form, Sound, Weights
from stftcli.features.operations import Batches, known
from stftcli.features.step import Step
from stftcli.settings.choices import DB_OF_UNIT, Statistic
from stftcli.settings.statistics import percent_of

Batch = NDArray[Any]


class FeatureStatistics:
    """Gathers frames, then gives one row: for one statistic after another all features.

    std is numpy's (of the population), skewness ``m3 / m2^1.5`` and kurtosis the excess,
    ``m4 / m2^2 - 3``, of central moments m as scipy.stats has them by default; both are 0 for a
    feature that does not vary. Percentiles are numpy's, of a long sound with the error that
    `Percentiles` has.

    Parameters
    ----------
    names : sequence of str
        Of the statistics.
    log_unit : float, optional
        Where the values are logarithms and a mean is to be that of powers: the natural logarithm of
        the power that one unit stands for.
    are_amounts : bool, default False
        Whether the values are powers or magnitudes.
    known_only : bool, default False
        Whether frames may be gaps of a time line, which do not count; the row of gaps alone is NaN.
    """

    def __init__(
        self,
        names: Iterable[str],
        *,
        log_unit: float | None = None,
        are_amounts: bool = False,
        known_only: bool = False,
    ) -> None:
        self._names = tuple(names)
        self._known_only, self._known = known_only, 0
        self._gap: Batch | None = None
        self._log_unit = log_unit
        self._percents = {
            name: percent for name in self._names if (percent := percent_of(name)) is not None
        }
        orders = [_ORDERS[name] for name in self._names if name in _ORDERS and self._is_plain(name)]
        self._moments = FeatureMoments(max(orders)) if orders else None
        self._powers = None
        if not all(map(self._is_plain, self._names)):
            self._powers = FeatureMoments(order=1)
        self._percentiles = Percentiles(as_levels=are_amounts) if self._percents else None

    def add(self, batch: Batch) -> None:
        """Take a batch of shape (any, [channels,] features)."""
        if self._known_only:
            self._gap = batch[:1] if len(batch) else self._gap
            batch = known(batch)
            self._known += len(batch)
        if self._moments is not None:
            self._moments.add(batch)
        if self._powers is not None and len(batch):
            with np.errstate(all="ignore"):  # what is not finite is found at the end
                self._powers.add(np.exp(batch * batch.dtype.type(self._log_unit)))
        if self._percentiles is not None:
            self._percentiles.add(batch)
        self._dtype = batch.dtype

    def row(self) -> Batch:
        """Give the statistics of what was added.

        Returns
        -------
        ndarray, shape (1, [channels,] statistics * features)
            Of the type of the batches.

        Raises
        ------
        InputError
            If there are no frames, or powers of the values overflow.
        """
        if self._gap is not None and not self._known:
            return np.tile(self._gap, len(self._names))
        found = dict[str, Any]()
        if self._moments is not None:
            self._moments.finish()
            found |= {name: row(self._moments) for name, row in ROWS.items() if name in self._names}
        if self._powers is not None:
            self._powers.finish()
            found["mean"] = np.log(self._powers.mean) / self._log_unit
        if self._percentiles is not None:
            values = self._percentiles.at(list(self._percents.values()))
            found |= zip(self._percents, values, strict=True)
        row = np.concatenate([found[name] for name in self._names], axis=-1)
        return row[np.newaxis].astype(self._dtype)

    def row_of(self, batches: Iterable[Batch]) -> Batch:
        """Give the statistics of all frames of a sound, as `row` does."""
        for batch in batches:
            self.add(batch)
        return self.row()

    def _is_plain(self, name: str) -> bool:
        return name != "mean" or self._log_unit is None


MakeStatistics = Callable[..., FeatureStatistics]


def one_row(make: MakeStatistics, batches: Batches) -> Batches:
    """Give the one row of a sound."""
    yield make().row_of(batches)


def pooled_rows(make: MakeStatistics, stretches: Stretches, batches: Batches) -> Batches:
    """Give a row for each stretch, as soon as the frame after its last one is there.

    Parameters
    ----------
    make : callable
        Makes what gathers the frames of a row.
    stretches : Stretches
        Which frames these are.
    batches : iterator of ndarray, shape (any, [channels,] features)
        All frames of a sound, in order.

    Yields
    ------
    ndarray, shape (1, [channels,] statistics * features)
    """
    gathered, at = None, 0
    for row, frames in stretches.split(batches):
        if gathered is not None and row > at:
            yield gathered.row()
            gathered = None
        gathered, at = gathered or make(), row
        gathered.add(frames)
    if gathered is not None:
        yield gathered.row()


def log_unit_of(axis: Axis) -> float | None:
    """Give the natural logarithm of the power that one unit of an axis stands for; None: no log."""
    if axis.log is None:
        return None
    unit = DB_OF_UNIT.get(axis.log, DB_OF_UNIT["ln"]) / DB_OF_UNIT["ln"]
    return 2 * unit if axis.quantity == "magnitude" else unit


def _skewness(seen: FeatureMoments) -> Any:
    return _ratio(math.sqrt(seen.count) * seen.sums[3], seen.sums[2] ** 1.5)


def _kurtosis(seen: FeatureMoments) -> Any:
    squares = seen.sums[2]
    return _ratio(seen.count * seen.sums[4] - 3 * squares**2, squares**2)


def _ratio(above: Any, below: Any) -> Any:
    return np.divide(above, below, out=np.zeros_like(below), where=below > 0)


ROWS: dict[Statistic, Callable[[FeatureMoments], Any]] = {
    "mean": lambda seen: seen.mean,
    "std": lambda seen: seen.deviation(),
    "min": lambda seen: seen.least,
    "max": lambda seen: seen.greatest,
    "skewness": _skewness,
    "kurtosis": _kurtosis,
}
"""Statistics of a feature over the frames, of moments."""

_ORDERS: dict[str, int] = {
    "mean": 1,
    "std": 2,
    "min": 1,
    "max": 1,
    "skewness": 3,
    "kurtosis": 4,
}
"""The moments that each of them needs."""


class StatisticsForm(Form):
    """What `FeatureStatistics` gives of all frames, but for percentiles."""

    names: tuple[str, ...]
    log_unit: float | None = None

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Give the one row of each sound."""
        rows = {name: _OF_SOUND[name](t, sound, x) for name in self.names}
        if self.log_unit is not None and "mean" in rows:
            rows["mean"] = t.log(sound.mean(t.exp(x * self.log_unit))) / self.log_unit
        return t.join([rows[name] for name in self.names])


def statistics_form(
    step: Step, names: tuple[str, ...], log_unit: float | None = None
) -> StatisticsForm:
    """Give the form of a step that takes these statistics; SettingsError for percentiles."""
    if not set(names) <= _OF_SOUND.keys():
        raise step.without_form("percentiles are not among what it can compute: leave them out")
    return StatisticsForm(names, log_unit)


def _skewness_of(t: Tensors, sound: Sound, x: Value) -> Value:
    centred, deviation = x - sound.mean(x), sound.deviation(x)
    cubes = deviation * deviation * deviation
    return sound.mean(centred * centred * centred) / t.above_or_one(cubes, 0)


def _kurtosis_of(t: Tensors, sound: Sound, x: Value) -> Value:
    squares = (x - sound.mean(x)) * (x - sound.mean(x))
    variance = sound.mean(squares)
    above = sound.mean(squares * squares) - 3 * variance * variance
    return above / t.above_or_one(variance * variance, 0)


_OF_SOUND: dict[str, Callable[[Tensors, Sound, Value], Value]] = {
    "mean": lambda _, sound, x: sound.mean(x),
    "std": lambda _, sound, x: sound.deviation(x),
    "min": lambda _, sound, x: -1 * sound.largest(-1 * x),
    "max": lambda _, sound, x: sound.largest(x),
    "skewness": _skewness_of,
    "kurtosis": _kurtosis_of,
}
"""The same as operations on tensors."""
