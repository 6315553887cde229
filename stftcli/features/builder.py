"""Joins steps to a chain of operations, and carries the axis along."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from stftcli.dsp.linear import Linear
from stftcli.dsp.plan import FramePlan
from stftcli.errors import SettingsError
from stftcli.features.axis import Axis, spectrum_axis
from stftcli.features.operations import (
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
    from stftcli.dsp.stretches import Stretches
    from stftcli.features.statistics import MakeStatistics


class Stage(Frozen):
    """A step where it stands in a chain; its inverse and its form are made of that.

    `before` is the axis of what comes to it, `linear` what it projects with, if it does. `by_sound`
    says whether a frame depends on all frames of its sound. `rate_hz` and `hop_length` are those of
    the samples that are cut into frames. `operations` are what it adds to the frame-wise part of
    the chain; it `is_frame_wise` if it does nothing else.
    """

    step: Step
    before: Axis
    linear: Linear | None
    by_sound: bool
    rate_hz: int
    hop_length: int
    operations: tuple[FrameOperation | FrameFeature, ...]
    is_frame_wise: bool


class Joint(Frozen):
    """Where the frames of several recordings are joined, so that they are pooled as those of one.

    Attributes
    ----------
    operations : int
        How many operations each recording goes through by itself.
    axis : Axis
        What its frames are then.
    line_operations : tuple of StreamOperation
        What is done with the frames of all of them; those that are NaN are gaps, and do not count.
    """

    operations: int
    axis: Axis
    line_operations: tuple[StreamOperation, ...] = ()


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
    joint : Joint or None
        Where frames are pooled, if they are.
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
        self.joint: Joint | None = None
        self.new_linears: list[Linear] = []
        self.warnings: list[str] = []
        self.stages: list[Stage] = []
        self._projected: Linear | None = None
        self._by_sound = False
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
        before, self._projected, self._by_sound = self.axis, None, False
        there = len(self.frame_operations)
        step.build(self)
        where = (self._projected, self._by_sound, self.rate_hz, self.plan.hop_length)
        added, alone = tuple(self.frame_operations[there:]), not self.stream_operations
        self.stages.append(Stage(step, before, *where, added, alone))

    def per_frame(self, operation: FrameOperation) -> None:
        """Add what works on each frame alone."""
        if self.stream_operations:
            self.stream(partial(map, operation))
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

    def stream(
        self, operation: StreamOperation, line_operation: StreamOperation | None = None
    ) -> None:
        """Add what works on the batches in order, and what does the same where they have gaps."""
        self.stream_operations.append(operation)
        if self.joint is not None:
            line_operations = (*self.joint.line_operations, line_operation or operation)
            self.joint = replace(self.joint, line_operations=line_operations)

    def two_pass(self, make_step: Callable[[], WholeSoundStep]) -> None:
        """Add what has to see the whole sound before it changes it."""
        self._by_sound = self.joint is None
        self.stream(two_pass(make_step), two_pass(make_step, known_only=True))

    def pool(self, period_s: float, make: "MakeStatistics", axis: Axis) -> None:
        """Add what makes a row, of this axis, of each stretch of so many seconds.

        Raises
        ------
        SettingsError
            If rows are such stretches already, or a hop is longer.
        """
        from stftcli.dsp.stretches import Stretches
        from stftcli.features.statistics import pooled_rows

        if self.stretches is not None:
            raise SettingsError("there are two steps `pool`: frames are pooled once")
        stretches = self.stretches = Stretches.of_time(self.plan, period_s, self.rate_hz)
        self._join(lambda each: partial(pooled_rows, each, stretches), make)
        self.become(axis, "the pooled features")

    def summarize(self, make: "MakeStatistics", axis: Axis) -> None:
        """Add what makes one row, of this axis, of the whole sound."""
        from stftcli.features.statistics import one_row

        self._join(lambda each: partial(one_row, each), make)
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

    def _join(
        self, rows: "Callable[[MakeStatistics], StreamOperation]", make: "MakeStatistics"
    ) -> None:
        self.joint = self.joint or Joint(len(self.stream_operations), self.axis)
        self.stream(rows(make), rows(partial(make, known_only=True)))
