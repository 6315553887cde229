"""What calibration makes of the spectra: the correction of each bin, and what to warn of."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError, SettingsError
from stftcli.features.settings import FeatureSettings
from stftcli.features.steps.log import Log
from stftcli.files.curves import read_curve
from stftcli.settings.calibration import CalibrationSettings
from stftcli.settings.choices import Spectrum

Floats = NDArray[np.float64]

_AMOUNTS: tuple[Spectrum, ...] = ("magnitude", "power", "psd", "mean-square")


def with_curve(settings: FeatureSettings) -> FeatureSettings:
    """Put the points of the curve into settings, in the place of the file that holds them."""
    calibration = settings.calibration
    if calibration.file is None:
        return settings
    try:
        curve = read_curve(calibration.file)
        return replace(settings, calibration=replace(calibration, curve=curve, file=None))
    except SettingsError as error:
        raise InputError(f"{calibration.file}: {error}") from None


def check_levels(settings: FeatureSettings, spectrum: Spectrum, *, drawn: bool = False) -> None:
    """Raise SettingsError if what levels count from contradicts them.

    `drawn` says that powers and magnitudes become levels, as they do in pictures.
    """
    unit, _ = settings.unit, settings.full_scale  # which raise it too
    if not settings.calibration.is_absolute:
        return
    if settings.calibration.reference is not None and not _has_decibels(settings, spectrum, drawn):
        raise SettingsError(
            f"`ref` is {unit.reference:g} {unit.name}: of calibrated sound that is what decibels "
            "count from, and these values do not: give `log='db'` with `spectrum='psd'` or "
            "mean-square, or leave out `ref`"
        )
    if spectrum == "dbfs":
        raise SettingsError(
            "the spectrum dbfs counts from full scale, and calibrated sound from a pressure: "
            "choose `spectrum='mean-square'` or psd with `log='db'`"
        )


def _has_decibels(settings: FeatureSettings, spectrum: Spectrum, drawn: bool) -> bool:
    """Say whether anything counts from the reference; the spectra that are logarithms do not."""
    steps = settings.features.steps
    if spectrum not in _AMOUNTS or any(step.step == "descriptors" for step in steps):
        return False
    logs = [step.kind for step in steps if isinstance(step, Log)]
    return "db" in logs if logs else drawn


def correction(calibration: CalibrationSettings, hz: Floats) -> Floats | None:
    """Give what bins at these frequencies are multiplied by; None without a curve.

    The decibels of the curve are interpolated over the logarithm of the frequency. Beyond its ends
    they are those of its ends.

    Returns
    -------
    ndarray, shape (bins,)
        ``10^(-dB / 20)`` where the curve is a response, ``10^(dB / 20)`` where it is added.

    Raises
    ------
    InputError
        If no bin lies within the curve.
    """
    if not calibration.curve:
        return None
    curve_hz, curve_db = np.array(calibration.curve).T
    if not ((curve_hz[0] <= hz) & (hz <= curve_hz[-1])).any():
        raise InputError(
            f"the calibration curve goes from {curve_hz[0]:g} to {curve_hz[-1]:g} Hz, and no bin "
            f"lies there, of {len(hz)} up to {hz[-1]:g} Hz: are its frequencies in Hz?"
        )
    levels_db = np.interp(np.log(np.maximum(hz, curve_hz[0])), np.log(curve_hz), curve_db)
    return np.asarray(10 ** (levels_db / (20 if calibration.sign == "add" else -20)))


def calibration_warnings(calibration: CalibrationSettings, hz: Floats) -> list[str]:
    """Say what the user should know of a calibration of bins, one of which is within its curve."""
    warnings = []
    sensor, curve = calibration.sensor, calibration.curve
    # With a curve, a sensitivity of 0 dB may leave all to that.
    if sensor is not None and not (curve and sensor.db == 0) and (odd := sensor.complaint()):
        warnings.append(odd)
    if curve and not (curve[0][0] <= hz[1] and hz[-1] <= curve[-1][0]):
        warnings.append(
            f"the calibration curve goes from {curve[0][0]:g} to {curve[-1][0]:g} Hz, the spectrum "
            f"from {hz[1]:g} to {hz[-1]:g} Hz: beyond its ends, the curve is taken to go on flat"
        )
    return warnings
