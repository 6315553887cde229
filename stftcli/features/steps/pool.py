"""Frames pooled over time while they stream: one row for each stretch, or one for the sound."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from stftcli.errors import SettingsError
from stftcli.features.form import Form
from stftcli.features.step import Names, Step
from stftcli.settings.choices import POOLED_VALUES, PooledValues, Spectrum
from stftcli.settings.kinds import Choice
from stftcli.settings.option import Option
from stftcli.settings.statistics import DEFAULT_STATISTICS, Pooling

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage


class Pool(Step):
    """One row for each `period_s` of the sound, or one for all of it: statistics of its frames.

    Of logarithms, `of` "power" takes the mean of the powers, and the logarithm of that; "levels"
    the mean of the logarithms. To other statistics this makes no difference.
    """

    step = "pool"
    loses = "nothing is left of the single frames"
    no_form = "it makes rows of stretches of time: give it none, for one row of the sound"
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
            builder.pool(self.period_s, make, pooled)

    def form(self, stage: "Stage") -> Form:
        """Take the same of all frames, where there is one row."""
        from stftcli.features.statistics import log_unit_of, statistics_form

        if self.period_s is not None:
            return super().form(stage)
        log_unit = log_unit_of(stage.before) if self.of == "power" else None
        return statistics_form(self, self.statistics, log_unit)


def _hides_levels(stages: "list[Stage]") -> bool:
    """Say whether deltas stand beside logarithms, which then are no longer known as such."""
    return any(stage.step.step == "deltas" and stage.before.log is not None for stage in stages)
