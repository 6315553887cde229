"""One row for the whole sound: statistics of each feature over its frames."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from stftcli.features.form import Form
from stftcli.features.step import Names, Step
from stftcli.settings.choices import STATISTICS
from stftcli.settings.option import Option
from stftcli.settings.statistics import StatisticNames

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage


class Stats(Step):
    """One row for the sound: statistics of each feature as it is, over the frames."""

    step = "stats"
    loses = "nothing is left of the single frames"
    names: tuple[str, ...] = ("mean", "std")

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "stats",
            StatisticNames(),
            f"One row for the sound: {', '.join(STATISTICS)} of each feature as it is, or all of "
            "these; median and percentiles such as p10. A mean of decibels is no level: see pool.",
            "names",
            makes=True,
        ),
    )

    @property
    def is_one_row(self) -> bool:
        """It does."""
        return True

    def feature_names(self, before: Names) -> Names:
        """Name each feature once for each statistic."""
        return tuple(f"{name}_{statistic}" for statistic in self.names for name in before)

    def build(self, builder: "Builder") -> None:
        """Gather all frames into one row."""
        from stftcli.features.statistics import FeatureStatistics

        axis = builder.axis
        make = partial(FeatureStatistics, self.names, are_amounts=axis.are_amounts)
        units = tuple(unit for name in self.names for unit in axis.units_of(name))
        builder.summarize(make, axis.renamed(self.feature_names(axis.names), units=units))

    def form(self, stage: "Stage") -> Form:  # noqa: ARG002
        """Take the same of all frames."""
        from stftcli.features.statistics import statistics_form

        return statistics_form(self, self.names)
