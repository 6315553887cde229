"""What is done with the scaled bins of a frame, one stage after another."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.linear import Linear
from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.settings.choices import LOG_FLOOR, LOGS, LogKind

Reals = NDArray[Any]


class Projection(Frozen):
    """A Linear, and what messages call it."""

    name: str
    linear: Linear

    def width(self, features: int, source: str) -> int:
        """Give the number of features that come out; SettingsError if so many cannot go in."""
        taken = self.linear.in_features
        if taken != features:
            raise SettingsError(f"{self.name} takes {taken} features, {source} gives {features}")
        return self.linear.out_features


# Factors of the natural logarithm.
LOGARITHMS: dict[LogKind, float] = {
    "ln": 1.0,
    "log10": 1 / np.log(10),
    "db": 10 / np.log(10),
    "log1p": 1.0,
}


class Logarithm(Frozen):
    """A logarithm of ``max(y, floor) / ref``, or of ``(max(y, 0) + offset) / ref``."""

    kind: LogKind
    floor: float = LOG_FLOOR
    offset: float | None = None
    ref: float = 1.0

    def __post_init__(self) -> None:
        if self.kind not in LOGARITHMS:
            raise SettingsError(f"there is no log {self.kind!r}: choose from {', '.join(LOGS)}")
        for name, value in (("floor", self.floor), ("ref", self.ref), ("offset", self.offset)):
            if value is not None and not 0 < value < np.inf:
                raise SettingsError(f"the log's {name} is {value:g}: it must be above 0")

    def __call__(self, values: Reals) -> None:
        """Take it in place."""
        if self.kind == "log1p":
            np.maximum(values, 0, out=values)
            np.log1p(values, out=values)
            return
        if self.offset is None:
            np.maximum(values, self.floor, out=values)
        else:
            np.maximum(values, 0, out=values)
            values += self.offset
        np.log(values, out=values)
        factor = LOGARITHMS[self.kind]
        if factor != 1:
            np.multiply(values, factor, out=values)
        if self.ref != 1:
            values -= factor * np.log(self.ref)


class Standardization(Frozen):
    """``(y - mean) / deviation``, with numbers that do not depend on the sound."""

    mean: float
    deviation: float

    def __post_init__(self) -> None:
        if not 0 < self.deviation < np.inf:
            raise SettingsError(f"the deviation is {self.deviation:g}: it must be above 0")

    def __call__(self, values: Reals) -> None:
        """Do it in place."""
        values -= self.mean
        values /= self.deviation


class Measured(Frozen):
    """One number a frame, taken from its samples, as a feature beside the others.

    Parameters
    ----------
    measure : function
        From frames of shape (channels, frames, frame_length) to (channels, frames).
    place : {"first", "replace", "last"}
        Before the other features, in the place of the first, or after them.
    """

    measure: Callable[[Reals], Reals]
    place: Literal["first", "replace", "last"]

    def put(self, column: Reals, batch: Reals) -> Reals:
        """Put the numbers, shape (channels, frames), beside features of the same frames."""
        column = column[..., np.newaxis].astype(batch.dtype, copy=False)
        if self.place == "last":
            return np.concatenate((batch, column), axis=-1)
        rest = batch[..., 1:] if self.place == "replace" else batch
        return np.concatenate((column, rest), axis=-1)


class LogEnergy(Frozen):
    """The natural logarithm of the sum of squares, and no less than that of the floor (Kaldi)."""

    floor: float

    def __call__(self, frames: Reals) -> Reals:
        """Measure frames of shape (channels, frames, frame_length)."""
        energy = np.einsum("cfn,cfn->cf", frames, frames)
        return np.asarray(np.log(np.maximum(energy, self.floor)))


Local = Logarithm | Standardization
"""What works on each value alone, in place."""

Stage = Projection | Measured | Local | Callable[[Reals], Reals]
"""A function gives frames of the same number of features."""


def widths(stages: Sequence[Stage], bins: int, source: str) -> int:
    """Give the number of features that the stages end with.

    Raises
    ------
    SettingsError
        If a Linear does not fit what comes before it. `source` says where the bins come from.
    """
    features = bins
    for stage in stages:
        if isinstance(stage, Projection):
            features, source = stage.width(features, source), stage.name
        elif isinstance(stage, Measured):
            features += stage.place != "replace"
    return features


def run_stages(
    stages: Sequence[Stage], batch: Reals, columns: Mapping[Stage, Reals] | None = None
) -> Reals:
    """Pass a batch through the stages; it is overwritten, or given back as a new array.

    `columns` holds what the Measured stages have measured.
    """
    for stage in stages:
        if isinstance(stage, Projection):
            batch = stage.linear(batch)
        elif isinstance(stage, Local):
            stage(batch)
        elif isinstance(stage, Measured):
            assert columns is not None, "frames are measured by an Analyzer"
            batch = stage.put(columns[stage], batch)
        else:
            batch = stage(batch)
    return batch
