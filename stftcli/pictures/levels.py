"""Levels in decibels, by the definition that the pictures use."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def levels_dbfs(power: NDArray[Any], window_sum: float) -> NDArray[Any]:
    """Give levels for powers |X|^2, a full-scale sine at the centre of a bin being 0 dBFS.

    Such a sine has the magnitude ``sum(window) / 2``. A power of zero becomes -200 dBFS.
    """
    return levels_db(power / (window_sum / 2) ** 2)


def levels_db(power: NDArray[Any]) -> NDArray[Any]:
    """Give ``10 log10 power``, no lower than -200 dB."""
    return np.asarray(10 * np.log10(np.maximum(power, 1e-20)))
