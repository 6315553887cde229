"""The two precisions that the engine computes in."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from stftcli.errors import SettingsError


def real_dtype(dtype: DTypeLike | None) -> np.dtype[Any]:
    """Give float32 for None, else what is asked for; SettingsError unless float32 or float64."""
    try:
        chosen = np.dtype(np.float32 if dtype is None else dtype)
    except TypeError:
        chosen = None
    if chosen not in (np.float32, np.float64):
        raise SettingsError(f"dtype is {dtype!r}: choose float32 or float64")
    return chosen


def complex_of(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Give the complex type whose parts are of a real one."""
    return np.result_type(dtype, np.complex64)
