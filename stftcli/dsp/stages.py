"""What is done with the scaled bins of a frame, one stage after another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.linear import Linear
from stftcli.errors import SettingsError
from stftcli.settings import LOG_FLOOR, LOGS, Log

Reals = NDArray[Any]


def _ln(values: Reals) -> None:
    np.maximum(values, LOG_FLOOR, out=values)
    np.log(values, out=values)


def _scaled_ln(factor: float) -> Callable[[Reals], None]:
    def logarithm(values: Reals) -> None:
        _ln(values)
        np.multiply(values, factor, out=values)

    return logarithm


def _log1p(values: Reals) -> None:
    np.maximum(values, 0, out=values)
    np.log1p(values, out=values)


# Each works in place.
LOGARITHMS: dict[Log, Callable[[Reals], None]] = {
    "ln": _ln,
    "log10": _scaled_ln(1 / np.log(10)),
    "db": _scaled_ln(10 / np.log(10)),
    "log1p": _log1p,
}


@dataclass(frozen=True)
class Projection:
    """A Linear, and what messages call it."""

    name: str
    linear: Linear


Stage = Projection | Log


def widths(stages: Sequence[Stage], bins: int, source: str) -> int:
    """Give the number of features that the stages end with.

    Raises
    ------
    SettingsError
        If a Linear does not fit what comes before it, or there is no such logarithm. `source` says
        where the bins come from.
    """
    features = bins
    for stage in stages:
        if not isinstance(stage, Projection):
            if stage not in LOGARITHMS:
                raise SettingsError(f"there is no log {stage!r}: choose from {', '.join(LOGS)}")
            continue
        taken = stage.linear.in_features
        if taken != features:
            raise SettingsError(f"{stage.name} takes {taken} features, {source} gives {features}")
        features, source = stage.linear.out_features, stage.name
    return features


def run_stages(stages: Sequence[Stage], batch: Reals) -> Reals:
    """Pass a batch through the stages; it is overwritten, or given back as a new array."""
    for stage in stages:
        if isinstance(stage, Projection):
            batch = stage.linear(batch)
        else:
            LOGARITHMS[stage](batch)
    return batch
