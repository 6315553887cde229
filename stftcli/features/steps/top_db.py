"""A floor that follows the loudest of the sound: top_db in librosa, Whisper's 8 in log10."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from stftcli.dsp.tensors import Tensors, Value
from stftcli.errors import SettingsError
from stftcli.features.form import Form, Sound, Weights
from stftcli.features.operations import Batch, FrameOperation, Largest
from stftcli.features.step import Step
from stftcli.settings.choices import DB_OF_UNIT
from stftcli.settings.kinds import NONE, Number
from stftcli.settings.option import Option

if TYPE_CHECKING:
    from stftcli.features.axis import Axis
    from stftcli.features.builder import Builder, Stage


class TopDb(Step):
    """Raise what lies more than so many decibels below the largest value of the sound."""

    step = "top_db"
    db: float = 80.0

    after = ("log",)
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "top_db",
            Number(0, 1e4, NONE, above=True, metavar="DB|none"),
            "Raise what lies more than this below the sound's largest value.",
            "db",
            makes=True,
            removed_by=NONE,
        ),
    )

    def build(self, builder: "Builder") -> None:
        """Limit the range in two passes, in units of the logarithm that there is."""
        builder.two_pass(partial(LimitedRange, self._below(builder.axis)))

    def undo(self, stage: "Stage") -> FrameOperation:  # noqa: ARG002
        """Leave the values as they are: what was raised stays so far below the loudest."""
        return unchanged

    def form(self, stage: "Stage") -> Form:
        """Raise them as well."""
        return LimitedRangeForm(self._below(stage.before))

    def _below(self, axis: "Axis") -> float:
        if axis.log not in DB_OF_UNIT:
            raise SettingsError(
                "`top_db` needs a logarithm before it: give `log='db'`, ln or log10, or "
                "`top_db='none'`"
            )
        of_magnitude = axis.quantity == "magnitude" and axis.log != "db"
        return self.db / (DB_OF_UNIT[axis.log] * (2 if of_magnitude else 1))


def unchanged(batch: Batch) -> Batch:
    """Give the same values."""
    return batch


class LimitedRange(Largest):
    """Raise what lies further than `below` under the largest value of the sound."""

    def __init__(self, below: float) -> None:
        super().__init__()
        self._below = below

    def apply(self, batch: Batch) -> Batch:
        """Give ``max(y, largest - below)``."""
        import numpy as np

        return np.asarray(np.maximum(batch, self.largest - self._below))


class LimitedRangeForm(Form):
    """What `LimitedRange` does."""

    below: float

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Give ``max(y, largest - below)``."""
        return t.at_least(x, t.largest(sound.largest(x)) - self.below)
