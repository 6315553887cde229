"""Frequency weightings: A and C of sound level meters, K of loudness, as gains over frequency."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stftcli.dsp.checks import check_value, rows_of
from stftcli.dsp.levels import levels_db
from stftcli.settings.choices import WeightingCurve

Floats = NDArray[np.float64]

_MAX_BINS = 1 << 13

# The analytic expressions of IEC 61672-1, annex E, with the frequencies that it gives for them.
_REFERENCE_HZ, _LOW_HZ, _HIGH_HZ, _A_HZ = 1000.0, 10**1.5, 10**3.9, 10**2.45

# The filter of ITU-R BS.1770 for 48 kHz, a shelf and a high-pass: b0 to b2, a0 to a2 of each.
_K_RATE_HZ = 48_000
_K_STAGES = (
    (
        (1.53512485958697, -2.69169618940638, 1.19839281085285),
        (1, -1.69065929318241, 0.73248077421585),
    ),
    ((1.0, -2.0, 1.0), (1, -1.99004745483398, 0.99007225036621)),
)


def weighting_db(curve: WeightingCurve, frequencies_hz: ArrayLike) -> Floats:
    """Give the gain of a weighting at frequencies.

    Parameters
    ----------
    curve : {"A", "C", "K"}
        A and C are the analytic expressions of IEC 61672-1, annex E, which are 0 dB at 1 kHz. K is
        the filter of ITU-R BS.1770 (loudness is 0.691 dB less than what it gives), evaluated at the
        coefficients for 48 kHz whatever the rate is, for another rate must have the same response;
        from 24 kHz on it stays what it is there.
    frequencies_hz : array_like, shape (any,)
        0 or more.

    Returns
    -------
    ndarray of float64, shape (any,)
        In dB, no less than -200, which stands for nothing at 0 Hz.

    Raises
    ------
    SettingsError
        If there is no such weighting.
    """
    (power,) = rows_of(CURVES, [curve], "weighting")
    hz = np.asarray(frequencies_hz, np.float64)
    return levels_db(power(hz))


def weighting_weights(rate_hz: float, filter_length: int, curve: WeightingCurve = "A") -> Floats:
    """Give the factors of a weighting for each bin of a power spectrum; else as `weighting_db`.

    Returns
    -------
    ndarray of float64, shape (filter_length // 2 + 1, filter_length // 2 + 1)
        ``10^(dB / 10)`` on the diagonal.
    """
    bins = filter_length // 2 + 1
    check_value("filter_length", filter_length, filter_length >= 2, "2 or more")
    rule = (
        f"at most {2 * _MAX_BINS}, for a file holds the square of its bins: `weighting` of the "
        "features needs no file"
    )
    check_value("filter_length", filter_length, filter_length <= 2 * _MAX_BINS, rule)
    check_value("rate_hz", rate_hz, 0 < rate_hz < math.inf, "above 0")
    frequencies_hz = np.arange(bins) * rate_hz / filter_length
    return np.diag(10 ** (weighting_db(curve, frequencies_hz) / 10))


def _c_poles() -> tuple[float, float]:
    """Give the frequencies f1 and f4 of the expressions."""
    d = math.sqrt(0.5)
    c = _LOW_HZ**2 * _HIGH_HZ**2
    b = _REFERENCE_HZ**2 + c / _REFERENCE_HZ**2 - d * (_LOW_HZ**2 + _HIGH_HZ**2)
    b /= 1 - d
    root = math.sqrt(b**2 - 4 * c)
    return math.sqrt((-b - root) / 2), math.sqrt((-b + root) / 2)


def _c_power(hz: Floats) -> Floats:
    f1, f4 = _c_poles()

    def response(hz: Floats) -> Floats:
        return f4**2 * hz**2 / ((hz**2 + f1**2) * (hz**2 + f4**2))

    return (response(hz) / response(np.array(_REFERENCE_HZ))) ** 2


def _a_power(hz: Floats) -> Floats:
    f2, f3 = ((3 - math.sqrt(5)) / 2 * _A_HZ, (3 + math.sqrt(5)) / 2 * _A_HZ)

    def more(hz: Floats) -> Floats:
        return hz**4 / ((hz**2 + f2**2) * (hz**2 + f3**2))

    return _c_power(hz) * more(hz) / more(np.array(_REFERENCE_HZ))


def _k_power(hz: Floats) -> Floats:
    delay = np.exp(-2j * np.pi * np.minimum(hz, _K_RATE_HZ / 2) / _K_RATE_HZ)
    power = np.ones_like(hz)
    for stage in _K_STAGES:
        above, below = (b0 + b1 * delay + b2 * delay**2 for b0, b1, b2 in stage)
        power *= np.abs(above / below) ** 2
    return power


CURVES: dict[str, Callable[[Floats], Floats]] = {
    "A": _a_power,
    "C": _c_power,
    "K": _k_power,
}
