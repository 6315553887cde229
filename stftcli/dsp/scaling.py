"""What is taken of a complex spectrum, as a table of named scales."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import SettingsError
from stftcli.settings.choices import FLOOR, SPECTRA, Spectrum

Spectra = NDArray[Any]
Reals = NDArray[Any]
Scale = Callable[[Spectra, Reals], None]


def decibels(values: Reals, floor: float, factor: float = 10, out: Reals | None = None) -> Reals:
    """Give ``factor log10 max(values, floor)``: a factor of 10 for powers, 20 for magnitudes."""
    levels = np.maximum(values, floor, out=out)
    np.log(levels, out=levels)  # a quarter of the time of log10 in float32
    levels *= factor / math.log(10)
    return levels


def levels_dbfs(power: Reals, window_sum: float) -> Reals:
    """Give levels for powers |X|^2, a full-scale sine at the centre of a bin being 0 dBFS.

    Such a sine has the magnitude ``sum(window) / 2``. A power of zero becomes -200 dBFS.
    """
    return levels_db(power / (window_sum / 2) ** 2)


def levels_db(power: Reals) -> Reals:
    """Give ``10 log10 power``, no lower than -200 dB; log10 is exact at powers of ten."""
    return np.asarray(10 * np.log10(np.maximum(power, 1e-20)))


def magnitudes_of(values: Reals, spectrum: Spectrum, epsilon: float = 0.0) -> Reals:
    """Give the magnitudes that a spectrum was taken of; what lay below its floor stays there.

    Raises
    ------
    SettingsError
        If the spectrum does not hold them.
    """
    if spectrum not in _MAGNITUDES:
        raise SettingsError(
            f"the spectrum {spectrum} does not say how large the values were: magnitude, power, db "
            "and log do"
        )
    magnitudes = _MAGNITUDES[spectrum](values)
    if epsilon:
        magnitudes = np.sqrt(np.maximum(np.square(magnitudes) - epsilon, 0))
    return np.asarray(magnitudes, values.dtype)


_MAGNITUDES: dict[Spectrum, Callable[[Reals], Reals]] = {
    "magnitude": lambda values: np.maximum(values, 0),
    "power": lambda values: np.sqrt(np.maximum(values, 0)),
    "db": lambda values: np.exp(values * (math.log(10) / 20)),
    "log": np.exp,
}


def _magnitude(spectra: Spectra, out: Reals) -> None:
    np.abs(spectra, out=out)


def _power(spectra: Spectra, out: Reals) -> None:
    # Rounded less often than the square of a magnitude; without AVX-512 1.4 times as fast too.
    np.square(spectra.real, out=out)
    out += np.square(spectra.imag)


def _log(spectra: Spectra, out: Reals) -> None:
    np.abs(spectra, out=out)
    np.maximum(out, FLOOR, out=out)
    np.log(out, out=out)


def _db(spectra: Spectra, out: Reals) -> None:
    np.abs(spectra, out=out)
    decibels(out, FLOOR, 20, out=out)


def _phase(spectra: Spectra, out: Reals) -> None:
    np.arctan2(spectra.imag, spectra.real, out=out)


# Each fills `out`, which is real and of the same shape as the spectra.
SCALES: dict[Spectrum, Scale | None] = {
    "complex": None,
    "magnitude": _magnitude,
    "power": _power,
    "db": _db,
    "log": _log,
    "phase": _phase,
}


def scale_of(spectrum: Spectrum, epsilon: float = 0.0) -> Scale | None:
    """Give the scale of a name; None leaves spectra complex.

    `epsilon` is added to abs(X)^2, before the root of a magnitude.

    Raises
    ------
    SettingsError
        If there is no such spectrum, or none that takes an epsilon.
    """
    if spectrum not in SCALES:
        raise SettingsError(f"there is no spectrum {spectrum!r}: choose from {', '.join(SPECTRA)}")
    if not epsilon:
        return SCALES[spectrum]
    if spectrum not in ("magnitude", "power") or not 0 < epsilon < np.inf:
        raise SettingsError(
            f"`epsilon` is {epsilon:g} for the spectrum {spectrum}: a magnitude or power takes one "
            "above 0, all else `epsilon=0`"
        )
    return partial(_raised, epsilon=epsilon, root=spectrum == "magnitude")


def _raised(spectra: Spectra, out: Reals, *, epsilon: float, root: bool) -> None:
    _power(spectra, out)
    out += epsilon
    if root:
        np.sqrt(out, out=out)
