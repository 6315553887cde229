"""Joins steps to a chain of operations, and carries the axis along."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from stftcli.dsp.linear import Linear
from stftcli.dsp.plan import FramePlan
from stftcli.dsp.stretches import Stretches
from stftcli.errors import SettingsError
from stftcli.features.axis import Axis, spectrum_axis
from stftcli.features.operations import (
    Batches,
    FrameFeature,
    FrameOperation,
    StreamOperation,
    WholeSoundStep,
    two_pass,
)
from stftcli.features.step import Step
from stftcli.frozen import Frozen
from stftcli.settings.choices import Spectrum
from stftcli.settings.units import SampleUnit

if TYPE_CHECKING:
    from stftcli.features.statistics import FeatureStatistics


class Stage(Frozen):
    """A step where it stands in a chain; its inverse is made of that.

    `before` is the axis of what comes to it, `linear` what it projects with, if it does.
    """

    step: Step
    before: Axis
    linear: Linear | None


class Builder:
    """What has been built so far; each step adds to it.

    Parameters
    ----------
    plan : FramePlan
        Where the frames lie.
    rate_hz : int
        Samples per second.
    spectrum : str
        What the steps begin with.
    dtype : str
        float32 or float64.
    seed : int or None
        New Linears are drawn from it.
    samples : SampleUnit
        What the samples are counted in.

    Attributes
    ----------
    axis : Axis
        What the features are at this point.
    bins : slice
        The bins of the spectrum that there are, or that were there before a bank.
    frame_operations : list
        What is done with each frame alone, or measured of it.
    stream_operations : list
        What is done with the stream of batches after that.
    stretches : Stretches or None
        What a row is of, where it is not of a frame.
    new_linears : list of Linear
        Those that were drawn.
    stages : list of Stage
        The steps that were added.
    warnings : list of str
        What the user should know.
    """

    def __init__(
        self,
        plan: FramePlan,
        rate_hz: int,
        spectrum: Spectrum,
        dtype: str,
        seed: int | None,
        samples: SampleUnit,
    ) -> None:
        self.plan, self.rate_hz, self.spectrum = plan, rate_hz, spectrum
        self.dtype, self.seed = dtype, seed
        self.axis = spectrum_axis(spectrum, plan.bins, rate_hz, plan.filter_length, samples)
        self.bins = slice(0, plan.bins)
        self.frame_operations: list[FrameOperation | FrameFeature] = []
        self.stream_operations: list[StreamOperation] = []
        self.stretches: Stretches | None = None
        self.new_linears: list[Linear] = []
        self.warnings: list[str] = []
        self.stages: list[Stage] = []
        self._projected: Linear | None = None
        self._source = f"the spectrum (`n_fft` {plan.filter_length})"

    @property
    def features(self) -> int:
        """How many features there are at this point."""
        return len(self.axis.names)

    def add(self, step: Step) -> None:
        """Add a step.

        Raises
        ------
        SettingsError
            If it does not fit what comes before it.
        """
        if not self.axis.per_frame:
            raise SettingsError(f"{step.step}: {step.after_one_row}")
        before, self._projected = self.axis, None
        step.build(self)
        self.stages.append(Stage(step, before, self._projected))

    def per_frame(self, operation: FrameOperation) -> None:
        """Add what works on each frame alone."""
        if self.stream_operations:
            self.stream_operations.append(partial(map, operation))
        else:
            self.frame_operations.append(operation)

    def measure(self, feature: FrameFeature) -> None:
        """Add a number that is measured of each frame's samples."""
        if self.stream_operations:
            raise SettingsError(
                "the energy is taken frame by frame, before what looks at other frames too: leave "
                "out `top_db`, `ref='max'`, `pcen` and the like"
            )
        self.frame_operations.append(feature)

    def stream(self, operation: StreamOperation) -> None:
        """Add what works on the batches in order."""
        self.stream_operations.append(operation)

    def two_pass(self, make_step: Callable[[], WholeSoundStep]) -> None:
        """Add what has to see the whole sound before it changes it."""
        self.stream_operations.append(two_pass(make_step))

    def stretch(self, period_s: float) -> Stretches:
        """Say that a row is a stretch of so many seconds from now on.

        Raises
        ------
        SettingsError
            If rows are such stretches already, or a hop is longer.
        """
        if self.stretches is not None:
            raise SettingsError("there are two steps `pool`: frames are pooled once")
        self.stretches = Stretches.of_time(self.plan, period_s, self.rate_hz)
        return self.stretches

    def summarize(self, make: "Callable[[], FeatureStatistics]", axis: Axis) -> None:
        """Add what makes one row, of this axis, of the whole sound."""
        self.stream(partial(_one_row, make))
        self.become(replace(axis, per_frame=False), "the statistics")

    def project(self, linear: Linear, axis: Axis, name: str) -> None:
        """Add a Linear; `name` is what messages call it.

        Raises
        ------
        SettingsError
            If it takes another number of features than there are.
        """
        if linear.in_features != self.features:
            raise SettingsError(
                f"{name} takes {linear.in_features} features, {self._source} gives {self.features}"
            )
        self.per_frame(linear)
        self._projected = linear
        self.become(axis, name)

    def keep(self, kept: slice) -> None:
        """Say that of the bins these alone are left."""
        first = self.bins.start
        self.bins = slice(first + kept.start, first + kept.stop)
        axis = self.axis.part(kept)
        self.become(axis, f"the spectrum from {axis.names[0]} to {axis.names[-1]}")

    def become(self, axis: Axis, source: str) -> None:
        """Say that the features are others from now on; `source` is what messages call them."""
        self.axis, self._source = axis, source


def _one_row(make: "Callable[[], FeatureStatistics]", batches: Batches) -> Batches:
    yield make().row_of(batches)
