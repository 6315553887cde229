"""What is taken of a complex spectrum, as a table of named scales."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import SettingsError
from stftcli.settings import FLOOR, SPECTRA, Spectrum

Spectra = NDArray[Any]


def _magnitude(spectra: Spectra) -> Spectra:
    return np.abs(spectra)


def _power(spectra: Spectra) -> Spectra:
    magnitude = np.abs(spectra)
    return np.square(magnitude, out=magnitude)


def _log(spectra: Spectra) -> Spectra:
    magnitude = np.abs(spectra)
    np.maximum(magnitude, FLOOR, out=magnitude)
    return np.log(magnitude, out=magnitude)


def _db(spectra: Spectra) -> Spectra:
    logarithm = _log(spectra)
    logarithm *= 20 / np.log(10)
    return logarithm


def _phase(spectra: Spectra) -> Spectra:
    return np.angle(spectra)


# Each takes complex spectra and gives a new array of the same shape (complex: the same array).
SCALES: dict[Spectrum, Callable[[Spectra], Spectra]] = {
    "complex": lambda spectra: spectra,
    "magnitude": _magnitude,
    "power": _power,
    "db": _db,
    "log": _log,
    "phase": _phase,
}


def scale_of(spectrum: Spectrum) -> Callable[[Spectra], Spectra]:
    """Give the scale of a name, or a SettingsError that lists the names."""
    if spectrum not in SCALES:
        raise SettingsError(f"there is no spectrum {spectrum!r}: choose from {', '.join(SPECTRA)}")
    return SCALES[spectrum]
