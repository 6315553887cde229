"""What needs the whole file: steps that see it once before they change it, and its statistics."""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.checks import rows_of
from stftcli.dsp.feature_moments import FeatureMoments
from stftcli.dsp.moments import Floats
from stftcli.errors import SettingsError

Reals = NDArray[Any]


class WholeFileStep(Protocol):
    """Goes through a file twice; batches have shape (frames, [channels,] features).

    Both times they are the values that come to this step: what an earlier step changes has to be
    changed before they are observed. The sizes of the batches change no bit of the result.
    """

    def observe(self, batch: Reals) -> None:
        """See some frames; all of them, before any is changed."""

    def apply(self, batch: Reals) -> Reals:
        """Give the new values of some frames, of the same type."""


class _Largest:
    """Remembers the largest value of a file."""

    def __init__(self) -> None:
        self._largest = -math.inf

    def observe(self, batch: Reals) -> None:
        """Look for a larger value, over all channels and features."""
        # Which of 0 and -0 is found depends on where batches end; 0 is remembered.
        self._largest = max(self._largest, float(batch.max(initial=-np.inf)) + 0.0)


class LimitRange(_Largest):
    """Raise what lies further than `below` under the largest value of the file.

    ``max(y, largest - below)``: top_db of librosa.power_to_db, and Whisper's 8 in units of log10.

    Raises
    ------
    SettingsError
        If `below` is negative or not finite.
    """

    def __init__(self, below: float) -> None:
        super().__init__()
        self._below = _not_negative("below", below)

    def apply(self, batch: Reals) -> Reals:
        """Give ``max(y, largest - below)``."""
        return np.asarray(np.maximum(batch, self._largest - self._below))


class RelativeToPeak(_Largest):
    """Subtract the largest value of the file: after a logarithm, ref=np.max in librosa."""

    def apply(self, batch: Reals) -> Reals:
        """Give ``y - largest``."""
        return np.asarray(batch - self._largest)


class Normalize:
    """Normalise by the statistics of the file, for each channel and feature.

    Parameters
    ----------
    kind : str
        A name of `NORMALIZATIONS`.
    ddof : int, default 0
        Taken off the number of frames that the variance is divided by (at least 1 is left): 0 as
        Kaldi's apply-cmvn, 1 as NeMo.
    epsilon : float, default 0.0
        Added to the standard deviation; 1e-5 in NeMo.

    Raises
    ------
    SettingsError
        If the kind is unknown, or a number is negative or not finite.
    InputError
        From `apply`, if there are no statistics or they are not finite.
    """

    def __init__(self, kind: str, ddof: int = 0, epsilon: float = 0.0) -> None:
        (self._terms_of,) = rows_of(NORMALIZATIONS, [kind], "normalization")
        self._ddof = int(_not_negative("ddof", ddof))
        self._epsilon = _not_negative("epsilon", epsilon)
        self._seen = FeatureMoments()

    def observe(self, batch: Reals) -> None:
        """Gather statistics."""
        self._seen.add(batch)

    def apply(self, batch: Reals) -> Reals:
        """Subtract and divide in float64; what does not vary becomes 0."""
        if not len(batch):
            return batch
        offset, divisor = self._terms
        return np.asarray((batch - offset) / divisor, batch.dtype)

    @cached_property
    def _terms(self) -> tuple[Floats, Floats]:
        self._seen.finish()
        return self._terms_of(self._seen, self._ddof, self._epsilon)


def _by_mean(seen: FeatureMoments, _ddof: int, _epsilon: float) -> tuple[Floats, Floats]:
    return seen.mean, np.ones(1)


def _by_deviation(seen: FeatureMoments, ddof: int, epsilon: float) -> tuple[Floats, Floats]:
    deviation = seen.deviation(ddof) + epsilon
    return seen.mean, np.where(deviation > 0, deviation, 1)


def _by_peak(seen: FeatureMoments, _ddof: int, _epsilon: float) -> tuple[Floats, Floats]:
    peak = max(seen.greatest.max(), -seen.least.min())
    return np.zeros(1), np.full(1, peak if peak > 0 else 1)


NORMALIZATIONS: dict[str, Callable[[FeatureMoments, int, float], tuple[Floats, Floats]]] = {
    "mean": _by_mean,
    "meanvar": _by_deviation,
    "peak": _by_peak,
}
"""What is subtracted, and what divides then: peak is the largest magnitude of the whole file."""


def scale_frames_to_peak(batch: Reals) -> Reals:
    """Divide each frame of each channel by its largest magnitude; silence stays as it is.

    librosa.util.normalize with norm=np.inf does this to chroma.
    """
    peaks = np.abs(batch).max(axis=-1, keepdims=True)
    return np.asarray(batch / np.where(peaks < np.finfo(batch.dtype).tiny, 1, peaks))


def _skewness(seen: FeatureMoments) -> Floats:
    return _ratio(math.sqrt(seen.count) * seen.sums[3], seen.sums[2] ** 1.5)


def _kurtosis(seen: FeatureMoments) -> Floats:
    squares = seen.sums[2]
    return _ratio(seen.count * seen.sums[4] - 3 * squares**2, squares**2)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(below), where=below > 0)


STATISTICS: dict[str, Callable[[FeatureMoments], Floats]] = {
    "mean": lambda seen: seen.mean,
    "std": lambda seen: seen.deviation(),
    "min": lambda seen: seen.least,
    "max": lambda seen: seen.greatest,
    "skewness": _skewness,
    "kurtosis": _kurtosis,
}
"""Statistics of a feature over the frames; those that need to be sorted do not stream."""


def summarize(batches: Iterable[Reals], names: Sequence[str]) -> Reals:
    """Give one row for a file: statistics of each feature over the frames.

    Parameters
    ----------
    batches : iterable of ndarray, shape (any, [channels,] features)
        All frames of the file.
    names : sequence of str
        Names of `STATISTICS`. std is numpy's (of the population), skewness ``m3 / m2^1.5`` and
        kurtosis the excess, ``m4 / m2^2 - 3``, of central moments m as scipy.stats has them by
        default; both are 0 for a feature that does not vary.

    Returns
    -------
    ndarray, shape (1, [channels,] statistics * features)
        For one statistic after another all features, of the type of the batches.

    Raises
    ------
    SettingsError
        If a name is unknown.
    InputError
        If there are no frames, or powers of the values overflow.
    """
    statistics = rows_of(STATISTICS, names, "statistic")
    seen = FeatureMoments(order=4)
    for batch in batches:
        seen.add(batch)
    seen.finish()
    row = np.concatenate([statistic(seen) for statistic in statistics], axis=-1)
    return row[np.newaxis].astype(seen.dtype)


def _not_negative(name: str, value: float) -> float:
    if not 0 <= value < math.inf:
        raise SettingsError(f"{name} is {value!r}: it must be a finite number, 0 or more")
    return value
