"""Powers as levels, and what a power spectrum is of: full scale, or the density of a noise."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.settings.choices import LOWEST_POWER

Reals = NDArray[Any]


def decibels(values: Reals, floor: float, factor: float = 10, out: Reals | None = None) -> Reals:
    """Give ``factor log10 max(values, floor)``: a factor of 10 for powers, 20 for magnitudes."""
    levels = np.maximum(values, floor, out=out)
    np.log(levels, out=levels)  # a quarter of the time of log10 in float32
    levels *= factor / math.log(10)
    return levels


def levels_of_power(power: Reals, out: Reals | None = None) -> Reals:
    """Give what `levels_db` gives, but for the last digits, in a quarter of its time."""
    return decibels(power, LOWEST_POWER, out=out)


def levels_db(power: Reals) -> Reals:
    """Give ``10 log10 power``, no lower than -200 dB, and exact at powers of ten."""
    return np.asarray(10 * np.log10(np.maximum(power, LOWEST_POWER)))


def levels_dbfs(power: Reals, window: Reals) -> Reals:
    """Give levels for powers |X|^2, a full-scale sine at the centre of a bin being 0 dBFS."""
    return levels_db(power / full_scale_power(window))


def full_scale_power(window: Reals, full_scale: float = 1.0) -> float:
    """Give |X|^2 of a full-scale sine at the centre of a bin: ``(sum(window) / 2)^2``."""
    return (full_scale * float(np.sum(window, dtype=np.float64)) / 2) ** 2


def density_factors(window: Reals, rate_hz: float, filter_length: int) -> NDArray[np.float64]:
    """Give what makes a one-sided power spectral density of powers |X|^2.

    Parameters
    ----------
    window : ndarray, shape (any,)
        The window of the frames.
    rate_hz : float
        Samples per second.
    filter_length : int
        Number of points of the transform.

    Returns
    -------
    ndarray of float64, shape (filter_length // 2 + 1,)
        ``2 / (rate_hz sum(window^2))``, half of that for the bins that have no twin at a negative
        frequency: at 0 Hz, and at half the rate. The density times the width of a bin, summed over
        all bins, is the mean square of the windowed samples over that of the window. That is
        ``scaling="density"`` of scipy.signal (P. D. Welch, IEEE Trans. Audio and Electroacoustics
        15, 1967).
    """
    energy = float(np.sum(np.square(window, dtype=np.float64)))
    return _one_sided(rate_hz * energy, filter_length)


def mean_square_factors(window: Reals, filter_length: int) -> NDArray[np.float64]:
    """Give what makes one-sided mean squares of powers |X|^2.

    Parameters
    ----------
    window : ndarray, shape (any,)
        The window of the frames.
    filter_length : int
        Number of points of the transform.

    Returns
    -------
    ndarray of float64, shape (filter_length // 2 + 1,)
        ``2 / sum(window)^2``, half of that at 0 Hz and at half the rate: a sine at the centre of
        a bin has its own mean square there. That is ``scaling="spectrum"`` of scipy.signal
        (G. Heinzel et al., "Spectrum and spectral density estimation by the DFT", 2002, section 9).
    """
    return _one_sided(float(np.sum(window, dtype=np.float64)) ** 2, filter_length)


def _one_sided(divisor: float, filter_length: int) -> NDArray[np.float64]:
    factors = np.full(filter_length // 2 + 1, 2 / divisor if divisor else 0.0)
    factors[0] /= 2
    if filter_length % 2 == 0:
        factors[-1] /= 2
    return factors
