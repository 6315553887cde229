"""Frames pooled over time while they stream: one row for each stretch, or one for the sound."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from stftcli.errors import SettingsError
from stftcli.features.operations import Batches
from stftcli.features.step import Names, Step
from stftcli.settings.choices import POOLED_VALUES, PooledValues, Spectrum
from stftcli.settings.kinds import Choice
from stftcli.settings.option import Option
from stftcli.settings.statistics import DEFAULT_STATISTICS, Pooling

if TYPE_CHECKING:
    from stftcli.dsp.stretches import Stretches
    from stftcli.features.builder import Builder, Stage
    from stftcli.features.statistics import FeatureStatistics

    MakeStatistics = Callable[[], FeatureStatistics]
else:
    MakeStatistics = Any  # numpy is imported where a step is built


class Pool(Step):
    """One row for each `period_s` of the sound, or one for all of it: statistics of its frames.

    Of logarithms, `of` "power" takes the mean of the powers, and the logarithm of that; "levels"
    the mean of the logarithms. To other statistics this makes no difference.
    """

    step = "pool"
    loses = "nothing is left of the single frames"
    period_s: float | None = None
    statistics: tuple[str, ...] = DEFAULT_STATISTICS
    of: PooledValues = "power"

    before = ("background", "stats")
    keeps_bins = True
    default_spectrum: ClassVar[Spectrum | None] = "power"
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "pool",
            Pooling(),
            "One row for each TIME (60s, 10min), or all for the sound, of its frames: mean "
            "(default), median, max, min, std, percentiles such as p10, and more. The mean of "
            "levels is the level of the mean power.",
            ("period_s", "statistics"),
            makes=True,
        ),
        Option(
            "pool_of",
            Choice(POOLED_VALUES),
            "What a mean of logarithms is of: power, or the levels themselves.",
            "of",
            default="power",
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            period_s, names = Pooling().read((self.period_s, self.statistics))
        except ValueError as error:
            given = f"{self.period_s!r}, {self.statistics!r}"
            raise SettingsError(f"`pool` is {given}: {error}") from None
        vars(self).update(period_s=period_s, statistics=names)

    @property
    def is_one_row(self) -> bool:
        """Whether there is no period."""
        return self.period_s is None

    def feature_names(self, before: Names) -> Names:
        """Name each feature once for each statistic; one statistic changes no name."""
        from stftcli.features.axis import Axis

        return Axis(before).pooled(self.statistics).names

    def build(self, builder: "Builder") -> None:
        """Gather the frames of each stretch."""
        from stftcli.features.statistics import FeatureStatistics, log_unit_of

        axis = builder.axis
        if axis.quantity == "phase":
            raise SettingsError(
                "`pool` is for numbers in order, and angles go round: choose another `spectrum`"
            )
        if "mean" in self.statistics and self.of == "power" and _hides_levels(builder.stages):
            builder.warnings.append(
                "with `deltas`, `pool` takes the mean of the levels as they are: say so by "
                "`pool_of='levels'`, or leave out `deltas` for the level of the mean power"
            )
        make = partial(
            FeatureStatistics,
            self.statistics,
            log_unit=log_unit_of(axis) if self.of == "power" else None,
            are_amounts=axis.are_amounts,
        )
        pooled = axis.pooled(self.statistics)
        if self.period_s is None:
            builder.summarize(make, pooled)
        else:
            stretches = builder.stretch(self.period_s)
            builder.stream(partial(pooled_rows, make, stretches))
            builder.become(pooled, "the pooled features")


def _hides_levels(stages: "list[Stage]") -> bool:
    """Say whether deltas stand beside logarithms, which then are no longer known as such."""
    return any(stage.step.step == "deltas" and stage.before.log is not None for stage in stages)


def pooled_rows(make: MakeStatistics, stretches: "Stretches", batches: Batches) -> Batches:
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
