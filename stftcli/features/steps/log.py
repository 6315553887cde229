"""The logarithm of each value."""

from collections.abc import Sequence
from dataclasses import replace
from math import log, sqrt
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from stftcli.dsp.tensors import Tensors, Value
from stftcli.errors import SettingsError
from stftcli.features.axis import OF_HIGHEST, SQUARES, Axis
from stftcli.features.form import Form, Sound, Weights
from stftcli.features.operations import Batch, FrameOperation, Largest
from stftcli.features.step import AT_THE_END, Step
from stftcli.frozen import Frozen
from stftcli.settings.choices import DB_OF_UNIT, LOG_FLOOR, LOGS, LOWEST_POWER, LogKind
from stftcli.settings.kinds import NONE, Choice, Number
from stftcli.settings.option import Option
from stftcli.settings.units import Reference

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage

_MAX = 1e30

# Factors of the natural logarithm.
_FACTORS: dict[LogKind, float] = {
    **{kind: DB_OF_UNIT["ln"] / unit_db for kind, unit_db in DB_OF_UNIT.items()},
    "log1p": 1.0,
}


class Log(Step):
    """A logarithm of ``max(y, floor)``, or of ``max(y, 0) + offset`` where an offset is given.

    `floor` None is 1e-10; of densities and mean squares, of what banks make of them, and of powers
    of calibrated sound it is 1e-20 times the square of the samples' reference. `ref` divides that:
    "max" stands for its largest value in the sound. Decibels of calibrated sound count from its
    reference besides.
    """

    step = "log"
    kind: LogKind = "ln"
    floor: float | None = None
    offset: float | None = None
    ref: float | Literal["max"] = 1.0

    in_order = True
    takes_place = True
    before = AT_THE_END
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "log",
            Choice((*LOGS, NONE)),
            "Take the logarithm of each value y, after the bank: "
            + "; ".join(f"{name}: {meaning}" for name, meaning in LOGS.items())
            + "; none takes a preset's away.",
            "kind",
            makes=True,
            removed_by=NONE,
            repeats=True,
            common=True,
        ),
        Option(
            "floor",
            Number(0, _MAX, above=True),
            "Raise values below X to X before the logarithm.",
            "floor",
            default=f"{LOG_FLOOR:g}; {LOWEST_POWER:g} of the spectra psd and mean-square, and of "
            "calibrated powers",
            excludes="log_offset",
        ),
        Option(
            "log_offset",
            Number(0, _MAX, above=True),
            "Add X to each value before the logarithm, in the place of a floor.",
            "offset",
        ),
        Option(
            "ref",
            Reference(),
            "What a logarithm counts from: values are divided by X, max is the largest of the "
            "sound. Of calibrated sound X is a pressure, which is squared: 20uPa, 1uPa.",
            "ref",
            default="1; 20uPa of a sensitivity per Pa, 1uPa of one per uPa",
        ),
    )

    def __post_init__(self) -> None:
        if self.kind not in LOGS:
            raise SettingsError(f"there is no log {self.kind!r}: choose from {', '.join(LOGS)}")
        super().__post_init__()
        if isinstance(self.ref, str) and self.ref != "max":
            raise SettingsError(
                f"`ref` is {self.ref}, which is for calibrated sound: give `sensitivity` too"
            )
        if self.kind == "log1p" and (self.floor, self.offset, self.ref) != (None, None, 1):
            raise SettingsError("log1p is ln(1 + y): it takes no `floor`, `offset` or `ref`")

    def changed(self, fields: dict[str, Any]) -> Self:
        """Change it; log1p has none of the details that another kind may have had."""
        if fields.get("kind") == "log1p":
            return type(self)("log1p")
        # A floor and an offset take each other's place.
        return super().changed({"offset": None, **fields} if "floor" in fields else fields)

    def refined(self, fields: dict[str, Any], alike: Sequence[Self]) -> Self:
        """Change a detail; of several logarithms, log1p has none."""
        if self.kind == "log1p" and any(step.kind != "log1p" for step in alike):
            return self
        return self.changed(fields)

    def build(self, builder: "Builder") -> None:
        """Take it of each value; relative to the largest, that is subtracted in a second pass."""
        before = builder.axis
        if self.kind == "db":
            builder.warnings += halved(before)
        builder.per_frame(self._logarithm(before))
        builder.axis = before.with_values(before.quantity, self.kind)
        if self.ref == "max":
            builder.two_pass(RelativeToLargest)
            if self.kind == "db" and before.quantity in SQUARES:
                builder.axis = replace(builder.axis, units=(OF_HIGHEST,) * builder.features)
        elif self.ref != 1:
            builder.axis = builder.axis.relative_to(sqrt(self.ref))

    def _logarithm(self, before: Axis) -> "Logarithm":
        return Logarithm(self.kind, self._floor(before), self.offset, self._divisor(before))

    def _divisor(self, before: Axis) -> float:
        """Give what values are divided by: for decibels by what the samples count from, too."""
        ref = 1.0 if self.ref == "max" else self.ref
        if self.kind != "db":
            return ref
        reference = before.samples.reference
        if before.quantity in SQUARES:
            return ref * reference**2
        return ref * (reference if before.quantity == "magnitude" else 1)

    def _floor(self, before: Axis) -> float:
        if self.floor is not None:
            return self.floor
        samples = before.samples
        if before.quantity in SQUARES and (before.of_densities or samples.is_calibrated):
            return LOWEST_POWER * samples.reference**2
        return LOG_FLOOR * (samples.reference if before.quantity == "magnitude" else 1)

    def undo(self, stage: "Stage") -> FrameOperation:
        """Take the power of each value; what lay below the floor stays at it.

        Relative to the largest, that is taken to have been 1, for nothing says how large it was.
        """
        return Exponential(self.kind, self.offset or 0.0, self._divisor(stage.before))

    def form(self, stage: "Stage") -> Form:
        """Take it of each value, and subtract the largest if it is relative to that."""
        return LogarithmForm(self._logarithm(stage.before), self.ref == "max")


def halved(axis: Axis) -> list[str]:
    """Warn of what 10 log10 gives no level of."""
    if axis.quantity == "magnitude":
        return [
            "10 log10 of magnitudes is half of their level in dB: `spectrum='power'`, or "
            "mean-square, gives levels"
        ]
    if "rms" in axis.names:
        return ["10 log10 of rms is half of its level in dB: take it twice"]
    return []


class Exponential(Frozen):
    """What a `Logarithm` with this offset and reference was taken of."""

    kind: LogKind
    offset: float = 0.0
    ref: float = 1.0

    def __call__(self, values: Batch) -> Batch:
        """Give ``exp(y / factor) * ref - offset``, never below zero."""
        import numpy as np

        if self.kind == "log1p":
            return np.asarray(np.maximum(np.expm1(values), 0))
        powers = np.exp(values * (1 / _FACTORS[self.kind]))
        # The reference divides the sum of the value and its offset.
        return np.asarray(np.maximum(powers * self.ref - self.offset, 0))


class Logarithm(Frozen):
    """A logarithm of ``max(y, floor) / ref``, or of ``(max(y, 0) + offset) / ref``, in place."""

    kind: LogKind
    floor: float = LOG_FLOOR
    offset: float | None = None
    ref: float = 1.0

    def __call__(self, values: Batch) -> Batch:
        """Take it of values of any shape."""
        import numpy as np

        if self.kind == "log1p":
            np.maximum(values, 0, out=values)
            return np.log1p(values, out=values)
        if self.offset is None:
            np.maximum(values, self.floor, out=values)
        else:
            np.maximum(values, 0, out=values)
            values += self.offset
        np.log(values, out=values)
        # A plain number: one of numpy's would have float32 multiplied as float64.
        factor = _FACTORS[self.kind]
        if factor != 1:
            np.multiply(values, factor, out=values)
        if self.ref != 1:
            values -= factor * log(self.ref)
        return values


class RelativeToLargest(Largest):
    """Subtract the largest value of the sound: after a logarithm, ref=np.max in librosa."""

    def apply(self, batch: Batch) -> Batch:
        """Give ``y - largest``."""
        return batch - self.largest


class LogarithmForm(Form):
    """A logarithm, and where it is relative the same less its largest value in the sound."""

    of: Logarithm
    relative: bool

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Compute as `Logarithm` and `RelativeToLargest` do."""
        how = self.of
        if how.kind == "log1p":
            return t.log1p(t.at_least(x, 0))
        x = t.at_least(x, how.floor) if how.offset is None else t.at_least(x, 0) + how.offset
        x = t.log(x) * _FACTORS[how.kind]
        if how.ref != 1:
            x = x - _FACTORS[how.kind] * log(how.ref)
        return x - t.largest(sound.largest(x)) if self.relative else x
