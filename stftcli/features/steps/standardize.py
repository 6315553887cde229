"""Fixed numbers that are subtracted and divided by."""

from functools import partial
from math import inf
from typing import TYPE_CHECKING, ClassVar

from stftcli.dsp.tensors import Tensors, Value
from stftcli.errors import SettingsError
from stftcli.features.form import Form, Sound, Weights
from stftcli.features.operations import Batch, FrameOperation
from stftcli.features.step import AT_THE_END, Step
from stftcli.frozen import Frozen
from stftcli.settings.kinds import NONE, Pair, as_float
from stftcli.settings.option import Option

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage


class Standardize(Step):
    """Subtract a fixed mean and divide by a fixed deviation."""

    step = "standardize"
    mean: float = 0.0
    deviation: float = 1.0

    before = ("normalize", "deltas", *AT_THE_END)
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "standardize",
            Pair(metavar="MEAN,STD|none"),
            "Subtract this mean, divide by this deviation.",
            ("mean", "deviation"),
            makes=True,
            removed_by=NONE,
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not abs(as_float(self.mean)) < inf:
            raise SettingsError(f"the mean is {self.mean!r}: it must be a finite number")
        if not 0 < as_float(self.deviation) < inf:
            raise SettingsError(f"the deviation is {self.deviation!r}: it must be above 0")

    def build(self, builder: "Builder") -> None:
        """Do it with each value."""
        builder.per_frame(Standardization(self.mean, self.deviation))
        builder.axis = builder.axis.with_values()

    def undo(self, stage: "Stage") -> FrameOperation:  # noqa: ARG002
        """Multiply and add."""
        return partial(scale_and_add, factor=self.deviation, offset=self.mean)

    def form(self, stage: "Stage") -> Form:  # noqa: ARG002
        """Subtract and divide."""
        return StandardizationForm(self.mean, self.deviation)


def scale_and_add(values: Batch, factor: float, offset: float) -> Batch:
    """Give ``values * factor + offset``."""
    return values * factor + offset


class Standardization(Frozen):
    """``(y - mean) / deviation``, with numbers that do not depend on the sound, in place."""

    mean: float
    deviation: float

    def __call__(self, values: Batch) -> Batch:
        """Do it with values of any shape."""
        values -= self.mean
        values /= self.deviation
        return values


class StandardizationForm(Form):
    """What `Standardization` does."""

    mean: float
    deviation: float

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Give ``(y - mean) / deviation``."""
        return (x - self.mean) / self.deviation
