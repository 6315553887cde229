"""The log energy of a frame, as Kaldi has it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

from stftcli.dsp.tensors import Tensors, Value
from stftcli.features.form import Form, Sound, Weights
from stftcli.features.operations import Batch, FrameFeature, FrameOperation
from stftcli.features.step import Names, Step
from stftcli.frozen import Frozen
from stftcli.settings.choices import KALDI_FLOOR
from stftcli.settings.kinds import Flag
from stftcli.settings.option import Option

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage


class Energy(Step):
    """The log energy of the frame before pre-emphasis and window, as Kaldi has it.

    It takes the place of the first feature, or is put before it.
    """

    step = "energy"
    loses = "it took the place of the first feature, which is lost: give `energy=False`"
    replace: bool = True
    floor: float = KALDI_FLOOR

    after = ("dct", "top_db", "log", "pcen", "mel", "chroma", "bands", "linear", "linear_out")
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "energy",
            Flag(),
            "The log energy of the frame's samples, as in Kaldi: in the place of the first MFCC, "
            "or before the other features.",
            makes=True,
            removed_by=False,
            off="no_energy",
        ),
    )

    @classmethod
    def made(cls, fields: dict[str, Any], others: Sequence[Step]) -> Self:  # noqa: ARG003
        """Take the place of the first coefficient where there are any."""
        return cls(replace=any(step.step == "dct" for step in others))

    def feature_names(self, before: Names) -> Names:
        """Put one more in front, or in the place of the first."""
        return ("energy", *before[self.replace :])

    def build(self, builder: "Builder") -> None:
        """Measure it of the frames."""
        builder.measure(FrameFeature(LogEnergy(self.floor), "replace" if self.replace else "first"))
        before = builder.axis
        axis = before.renamed(self.feature_names(before.names), before.label, first=before.first)
        builder.become(axis, "the energy")

    def undo(self, stage: "Stage") -> FrameOperation:
        """Take it off again; what it took the place of is lost."""
        return super().undo(stage) if self.replace else without_first

    def form(self, stage: "Stage") -> Form:
        """Measure it of the frames as well."""
        return LogEnergyForm(self.floor, slice(int(self.replace), len(stage.before.names)))


def without_first(batch: Batch) -> Batch:
    """Leave the first feature out."""
    return batch[..., 1:]


class LogEnergy(Frozen):
    """The natural logarithm of the sum of squares, and no less than that of the floor (Kaldi)."""

    floor: float

    def __call__(self, frames: Batch) -> Batch:
        """Measure frames of shape (channels, frames, frame_length)."""
        import numpy as np

        energy = np.einsum("cfn,cfn->cf", frames, frames)
        return np.asarray(np.log(np.maximum(energy, self.floor)))


class LogEnergyForm(Form):
    """What `LogEnergy` does; these of the features stay beside it."""

    floor: float
    kept: slice

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Put the energy before the features."""
        samples = sound.samples
        energy = t.log(t.at_least(t.sum(samples * samples), self.floor))
        return t.join([energy, t.part(x, self.kept)])
