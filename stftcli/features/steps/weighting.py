"""Frequency weighting: each bin by how much it counts, as in dB(A)."""

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from stftcli.dsp.tensors import Tensors, Value
from stftcli.errors import SettingsError
from stftcli.features.axis import AMOUNTS, Axis
from stftcli.features.form import Form, Sound, Weights
from stftcli.features.operations import Batch, FrameOperation
from stftcli.features.step import Step
from stftcli.settings.choices import DB_OF_UNIT, LOWEST_DB, WEIGHTING_CURVES, WeightingCurve
from stftcli.settings.kinds import NONE, Choice
from stftcli.settings.option import Option

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage


class Weighting(Step):
    """A weighting of the bins: powers times 10^(dB / 10), magnitudes times 10^(dB / 20)."""

    step = "weighting"
    curve: WeightingCurve = "A"

    on_bins = True
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "weighting",
            Choice((*WEIGHTING_CURVES, NONE)),
            "Weight the bins, before a bank: "
            + "; ".join(f"{name}: {source}" for name, source in WEIGHTING_CURVES.items())
            + "; none takes it out of settings.",
            "curve",
            makes=True,
            removed_by=NONE,
        ),
    )

    def build(self, builder: "Builder") -> None:
        """Weight each bin by the gain at its middle."""
        axis = builder.axis
        of_power = axis.quantity in AMOUNTS and axis.log != "log1p"
        if not (axis.bins and of_power):
            raise SettingsError(
                "a weighting is for the bins of a spectrum of powers or magnitudes, or of their "
                "logarithms: put it before other steps, and leave out `spectrum='phase'`"
            )
        builder.per_frame(self._applied(axis, self._gains_db(axis)))

    def undo(self, stage: "Stage") -> FrameOperation:
        """Take the gains back; what had none to speak of, at 0 Hz, stays as small as it became.

        A logarithm after the weighting has raised it to a floor, which is no 200 dB below the rest.
        """
        import numpy as np

        gains_db = self._gains_db(stage.before)
        gains_db = np.where(gains_db > LOWEST_DB, gains_db, 0)
        return self._applied(stage.before, -gains_db)

    def form(self, stage: "Stage") -> Form:
        """Weight each bin by the same gain."""
        axis = stage.before
        return WeightingForm(_in_units(axis, self._gains_db(axis)), axis.log is not None)

    def _gains_db(self, axis: Axis) -> Any:
        from stftcli.dsp.weightings import weighting_db

        assert axis.frequencies_hz is not None
        return weighting_db(self.curve, axis.frequencies_hz)

    def _applied(self, axis: Axis, gains_db: Any) -> FrameOperation:
        gains = _in_units(axis, gains_db)
        return partial(multiply, factors=gains) if axis.log is None else partial(add, terms=gains)


def _in_units(axis: Axis, gains_db: Any) -> Any:
    """Give gains as factors of the values, or as terms of their logarithms."""
    if axis.quantity == "magnitude":
        gains_db = gains_db / 2
    return 10 ** (gains_db / 10) if axis.log is None else gains_db / DB_OF_UNIT[axis.log]


def multiply(batch: Batch, factors: Any) -> Batch:
    """Multiply each frame, in place."""
    batch *= factors.astype(batch.dtype)
    return batch


def add(batch: Batch, terms: Any) -> Batch:
    """Add to each frame, in place."""
    batch += terms.astype(batch.dtype)
    return batch


class WeightingForm(Form):
    """What `multiply` or `add` does."""

    gains: Any
    of_logs: bool

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Weight each frame."""
        gains = t.constant(self.gains)
        return x + gains if self.of_logs else x * gains
