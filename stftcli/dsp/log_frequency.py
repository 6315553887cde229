"""Bands that lie evenly on a logarithmic scale of frequency, as the keys of a piano do."""

import math

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.checks import check_value

Floats = NDArray[np.float64]

MAX_PER_OCTAVE = 1200
C1_HZ = 440 * 2 ** (-45 / 12)

_SLACK = 1e-9
"""Share by which rounding may put an edge beyond where it belongs."""


def log_frequency_weights(
    rate_hz: float,
    filter_length: int,
    bins_per_octave: int = 36,
    *,
    fmin_hz: float = C1_HZ,
    fmax_hz: float | None = None,
    norm: str | None = None,
) -> Floats:
    """Give so many triangles in each octave, which end where their neighbours peak.

    Parameters
    ----------
    rate_hz, filter_length
        Samples per second, samples in one transform.
    bins_per_octave : int, default 36
        Number of bands in an octave.
    fmin_hz, fmax_hz : float, optional
        Where the first band peaks, and where the last one ends at the latest; C1, which is
        32.7 Hz, and rate_hz / 2 if not given.
    norm : {"slaney", None}, optional
        The height of a triangle: 2 / (its width in Hz), which makes its area 1 and white noise
        flat; or 1, which leaves a tone its power whatever its pitch.

    Returns
    -------
    ndarray of float64, shape (bands, filter_length // 2 + 1)
        What each bin of a power (or magnitude) spectrum counts for in each band. Either side of a
        triangle is at least as wide as a bin: below `resolved_from_hz` bands are closer together
        than bins, and show the spectrum interpolated between these. Above it the weights of a bin
        add up to 1, at a norm of None.
    """
    top_hz = rate_hz / 2 if fmax_hz is None else fmax_hz
    _check(rate_hz, filter_length, bins_per_octave, fmin_hz, top_hz)
    check_value("norm", norm, norm in ("slaney", None), "slaney or None")
    bin_hz = rate_hz / filter_length
    peaks_hz = _peaks(bins_per_octave, fmin_hz, top_hz)[:, None]
    sides_hz = np.maximum(np.diff(peaks_hz, axis=0), bin_hz)
    left, right = sides_hz[:-1], sides_hz[1:]
    away = np.arange(filter_length // 2 + 1) * bin_hz - peaks_hz[1:-1]
    weights = np.maximum(0, 1 - np.maximum(-away / left, away / right))
    return np.asarray(weights if norm is None else weights * (2 / (left + right)))


def resolved_from_hz(rate_hz: float, filter_length: int, bins_per_octave: int) -> float:
    """Give the frequency from which on bands are further apart than bins."""
    return float(rate_hz / filter_length / (2 ** (1 / bins_per_octave) - 1))


def resolution_warning(
    rate_hz: float, filter_length: int, bins_per_octave: int, fmin_hz: float
) -> str | None:
    """Say below which frequency bands cannot be told apart; None if there are none."""
    resolved_hz = resolved_from_hz(rate_hz, filter_length, bins_per_octave)
    if fmin_hz >= resolved_hz * (1 - _SLACK):
        return None
    needed = math.ceil(filter_length * resolved_hz / fmin_hz)
    return (
        f"below {resolved_hz:.4g} Hz the bands are closer together than the bins, which are "
        f"{rate_hz / filter_length:.4g} Hz apart, and cannot be told apart: `n_fft={needed}` "
        f"resolves them from {fmin_hz:.4g} Hz on"
    )


def _peaks(bins_per_octave: int, fmin_hz: float, top_hz: float) -> Floats:
    """Give where bands peak, and their neighbours at either end, of which the last is no band."""
    last = math.floor(bins_per_octave * math.log2(top_hz / fmin_hz) + _SLACK)
    return np.asarray(fmin_hz * 2 ** (np.arange(-1, last + 1) / bins_per_octave))


def _check(
    rate_hz: float, filter_length: int, bins_per_octave: int, fmin_hz: float, top_hz: float
) -> None:
    check_value("rate_hz", rate_hz, 0 < rate_hz < math.inf, "above 0")
    check_value("filter_length", filter_length, filter_length >= 2, "2 or more")
    good = 1 <= bins_per_octave <= MAX_PER_OCTAVE
    check_value("bins_per_octave", bins_per_octave, good, f"1 to {MAX_PER_OCTAVE}")
    half_hz = rate_hz / 2
    check_value("fmax_hz", top_hz, top_hz <= half_hz, f"{half_hz:g}, half the rate, or less")
    step = 2 ** (1 / bins_per_octave)
    good = 0 < fmin_hz <= top_hz / step * (1 + _SLACK)
    rule = f"above 0, and a band or more below `fmax_hz`, {top_hz:g}"
    check_value("fmin_hz", fmin_hz, good, rule)
