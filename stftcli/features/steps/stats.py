"""One row for the whole sound: statistics of each feature over its frames."""

import math
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from stftcli.features.operations import Batch, Batches
from stftcli.features.step import Names, Step
from stftcli.settings.choices import STATISTICS, Statistic
from stftcli.settings.kinds import Names as NamesKind
from stftcli.settings.option import Option

if TYPE_CHECKING:
    from stftcli.dsp.feature_moments import FeatureMoments
    from stftcli.features.axis import Axis
    from stftcli.features.builder import Builder


class Stats(Step):
    """One row for the sound: statistics of each feature over the frames.

    std is numpy's (of the population), skewness ``m3 / m2^1.5`` and kurtosis the excess,
    ``m4 / m2^2 - 3``, of central moments m as scipy.stats has them by default; both are 0 for a
    feature that does not vary.
    """

    step = "stats"
    loses = "nothing is left of the single frames"
    names: tuple[Statistic, ...] = ("mean", "std")

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "stats",
            NamesKind(STATISTICS),
            f"One row for the sound, of each feature: {', '.join(STATISTICS)}; or all.",
            "names",
            makes=True,
        ),
    )

    def feature_names(self, before: Names) -> Names:
        """Name each feature once for each statistic."""
        return tuple(f"{name}_{statistic}" for statistic in self.names for name in before)

    def build(self, builder: "Builder") -> None:
        """Gather all frames into one row."""
        builder.stream(partial(_one_row, self.names))
        before = builder.axis
        units = tuple(unit for name in self.names for unit in _units(name, before))
        names = self.feature_names(before.names)
        builder.become(before.renamed(names, units=units, per_frame=False), "the statistics")


def _units(name: Statistic, before: "Axis") -> tuple[str, ...]:
    if name == "std":
        return before.units_of_differences()
    return before.units if name in ("mean", "min", "max") else ("",) * len(before.units)


def _one_row(names: tuple[Statistic, ...], batches: Batches) -> Batches:
    yield summarize(batches, names)


def summarize(batches: Iterable[Batch], names: tuple[Statistic, ...]) -> Batch:
    """Give the statistics of all frames of a sound.

    Parameters
    ----------
    batches : iterable of ndarray, shape (any, [channels,] features)
        All frames, in order.
    names : tuple of str
        Names of `ROWS`.

    Returns
    -------
    ndarray, shape (1, [channels,] statistics * features)
        For one statistic after another all features, of the type of the batches.

    Raises
    ------
    InputError
        If there are no frames, or powers of the values overflow.
    """
    import numpy as np

    from stftcli.dsp.feature_moments import FeatureMoments

    seen = FeatureMoments(order=4)
    for batch in batches:
        seen.add(batch)
    seen.finish()
    row = np.concatenate([ROWS[name](seen) for name in names], axis=-1)
    return row[np.newaxis].astype(seen.dtype)


def _skewness(seen: "FeatureMoments") -> Any:
    return _ratio(math.sqrt(seen.count) * seen.sums[3], seen.sums[2] ** 1.5)


def _kurtosis(seen: "FeatureMoments") -> Any:
    squares = seen.sums[2]
    return _ratio(seen.count * seen.sums[4] - 3 * squares**2, squares**2)


def _ratio(above: Any, below: Any) -> Any:
    import numpy as np

    return np.divide(above, below, out=np.zeros_like(below), where=below > 0)


ROWS: dict[Statistic, Callable[["FeatureMoments"], Any]] = {
    "mean": lambda seen: seen.mean,
    "std": lambda seen: seen.deviation(),
    "min": lambda seen: seen.least,
    "max": lambda seen: seen.greatest,
    "skewness": _skewness,
    "kurtosis": _kurtosis,
}
"""Statistics of a feature over the frames; those that need to be sorted do not stream."""
