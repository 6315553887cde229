"""A result whose columns the first sound has fixed, and which sounds fit into it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.spec import ArraySpec
from stftcli.errors import InputError, SettingsError
from stftcli.features.chain import Chain
from stftcli.features.steps.descriptors import Descriptors
from stftcli.jobs.segments.store import Store


class Begun(NamedTuple):
    """The rows, what the first sound went through, the columns, and the sound's name."""

    store: Store
    chain: Chain
    names: tuple[str, ...]
    name: str

    def check(self, chain: Chain, names: tuple[str, ...], name: str) -> None:
        """Raise InputError if the features of another sound are others, or mean something else."""
        if self.names != names:
            raise InputError(
                f"{name} gives other features than {self.name}: `rate` and `channel` make them "
                "alike"
            )
        if not np.array_equal(_scale_hz(self.chain), _scale_hz(chain)):
            raise InputError(
                f"{name} has the features of {self.name} at other frequencies: `rate`, or an "
                "`fmax` that both have, makes them alike"
            )


def columns_of(chain: Chain, shape: tuple[int, ...], name: str) -> tuple[str, ...]:
    """Name the columns of a sound's features; SettingsError if a table cannot hold them."""
    if chain.stored_dtype.kind == "c":
        raise SettingsError("a table holds real numbers: choose another `spectrum`")
    units = chain.axis.sample_units() if chain.settings.calibration.is_absolute else ()
    return ArraySpec(
        *(shape, chain.stored_dtype, "frames-first", chain.axis.names, name), units=units
    ).column_names


def _scale_hz(chain: Chain) -> NDArray[np.float64]:
    """Give the frequencies that features stand for, or are made of; none for descriptors."""
    if any(isinstance(stage.step, Descriptors) for stage in chain.stages):
        return np.empty(0)
    axes = [chain.axis, *(stage.before for stage in reversed(chain.stages))]
    hz = (axis.frequencies_hz for axis in axes if axis.frequencies_hz is not None)
    return next(hz, np.empty(0))
