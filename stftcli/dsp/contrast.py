"""Spectral contrast: how far the peaks of each octave stand above its valleys."""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.levels import decibels
from stftcli.errors import SettingsError

Reals = NDArray[Any]

OCTAVES = 6
"""Number of octaves from 200 Hz on; one band more lies below them."""

_FLOOR = 1e-10
_LOWEST_OCTAVE_HZ = 200.0
_QUANTILE = 0.02


class Band(NamedTuple):
    """An octave: its bins, and how many of the lowest and of the highest are looked at."""

    bins: slice
    extreme: int


def spectral_contrast(magnitudes: Reals, bands: Sequence[Band]) -> Reals:
    """Give how far the peaks of each octave stand above its valleys, in dB.

    Magnitudes have the bins on their last axis, the result the bands.
    """
    # D.-N. Jiang et al., "Music type classification by spectral contrast feature", ICME 2002: in
    # each octave the mean of the highest bins over that of the lowest.
    columns = []
    for band in bands:
        ordered = np.sort(magnitudes[..., band.bins], axis=-1)
        valley = ordered[..., : band.extreme].mean(axis=-1)
        peak = ordered[..., -band.extreme :].mean(axis=-1)
        columns.append(decibels(peak, _FLOOR) - decibels(valley, _FLOOR))
    return np.stack(columns, axis=-1)


def octaves(bins: int, bin_hz: float, rate_hz: float) -> list[Band]:
    """Lay out the bands: below 200 Hz, six octaves, and the last one up to the end.

    As in librosa, a band begins one bin below its edge and leaves out the last bin within it, but
    the first begins at 0 Hz and the last has all bins above.
    """
    highest_hz = _LOWEST_OCTAVE_HZ * 2 ** (OCTAVES - 1)
    if highest_hz >= rate_hz / 2:
        raise SettingsError(
            f"contrast needs a rate above {2 * highest_hz:g} Hz, as its highest octave begins at "
            f"{highest_hz:g} Hz: the rate is {rate_hz:g} Hz; leave contrast out, or resample"
        )
    if bin_hz > _LOWEST_OCTAVE_HZ:
        raise SettingsError(
            f"contrast needs bins {_LOWEST_OCTAVE_HZ:g} Hz apart or less: here they are "
            f"{bin_hz:g} Hz apart; transform {math.ceil(rate_hz / _LOWEST_OCTAVE_HZ)} samples or "
            "more at a time"
        )
    # In bins; an edge that lies on a bin must not miss it by rounding.
    edges = [round(_LOWEST_OCTAVE_HZ * 2**octave / bin_hz, 9) for octave in range(OCTAVES)]
    firsts = [0, *(math.ceil(edge) - 1 for edge in edges)]
    ends = [*(math.floor(edge) for edge in edges), bins]
    spans = enumerate(zip(firsts, ends, strict=True))
    return [_band(first, end, left_out=int(octave < OCTAVES)) for octave, (first, end) in spans]


def _band(first: int, end: int, *, left_out: int) -> Band:
    return Band(slice(first, end), max(1, round(_QUANTILE * (end - first + left_out))))
