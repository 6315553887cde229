"""What is taken of a complex spectrum, as a table of named scales, and the way back."""

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.design import Design
from stftcli.dsp.levels import (
    decibels,
    density_factors,
    full_scale_power,
    levels_of_power,
    mean_square_factors,
)
from stftcli.dsp.tensors import Tensors, Value
from stftcli.dsp.workspace import Workspace
from stftcli.errors import SettingsError
from stftcli.settings.choices import FLOOR, LOWEST_POWER, SPECTRA, Spectrum

Spectra = NDArray[Any]
Reals = NDArray[Any]


class Scale:
    """Base of the scales: what is made of each value X of a spectrum.

    `takes_epsilon` says whether an epsilon can be added, `is_of_fourier` whether only a Fourier
    transform has it, whose window says how large a spectrum is.

    Parameters
    ----------
    stft : STFT
        What the spectra are of.
    rate_hz : float
        Samples per second.
    epsilon : float
        Is added to abs(X)^2.
    full_scale : float
        The largest sample.
    """

    takes_epsilon: ClassVar[bool] = False
    is_of_fourier: ClassVar[bool] = False

    def __init__(
        self,
        stft: Design,  # noqa: ARG002
        rate_hz: float,  # noqa: ARG002
        epsilon: float,
        full_scale: float,  # noqa: ARG002
    ) -> None:
        self._epsilon = epsilon
        self._workspace = Workspace()

    def take(self, spectra: Spectra, out: Reals) -> None:
        """Fill `out`, which is real and of the same shape as the spectra."""
        raise NotImplementedError

    def _take_power(self, spectra: Spectra, out: Reals) -> None:
        # Rounded less often than the square of a magnitude; without AVX-512 1.4 times as fast too.
        np.square(spectra.real, out=out)
        scratch = self._workspace.take("squares", out.shape, out.dtype)
        out += np.square(spectra.imag, out=scratch)

    def of_parts(self, t: Tensors, real: Value, imaginary: Value) -> Value:
        """Give the same for the parts of spectra, as operations on tensors."""
        raise NotImplementedError

    def magnitudes(self, values: Reals) -> Reals:  # noqa: ARG002
        """Give abs(X) for values that were taken; what lay below a floor stays there.

        Raises
        ------
        SettingsError
            If the values do not tell.
        """
        raise SettingsError(
            "the spectrum phase does not say how large the values were: magnitude, power, psd, "
            "mean-square, dbfs, db and log do"
        )


class _Magnitude(Scale):
    takes_epsilon = True

    def take(self, spectra: Spectra, out: Reals) -> None:
        if not self._epsilon:
            np.abs(spectra, out=out)
            return
        self._take_power(spectra, out)
        out += self._epsilon
        np.sqrt(out, out=out)

    def of_parts(self, t: Tensors, real: Value, imaginary: Value) -> Value:
        if not self._epsilon:
            return t.magnitude(real, imaginary)
        return t.sqrt(_power_of_parts(real, imaginary) + self._epsilon)

    def magnitudes(self, values: Reals) -> Reals:
        return _lowered(np.maximum(values, 0), self._epsilon)


class _Power(Scale):
    takes_epsilon = True

    def take(self, spectra: Spectra, out: Reals) -> None:
        self._take_power(spectra, out)
        if self._epsilon:
            out += self._epsilon

    def of_parts(self, t: Tensors, real: Value, imaginary: Value) -> Value:  # noqa: ARG002
        power = _power_of_parts(real, imaginary)
        return power + self._epsilon if self._epsilon else power

    def magnitudes(self, values: Reals) -> Reals:
        return _lowered(np.sqrt(np.maximum(values, 0)), self._epsilon)


class _Density(Scale):
    is_of_fourier = True

    def __init__(self, stft: Design, rate_hz: float, epsilon: float, full_scale: float) -> None:
        super().__init__(stft, rate_hz, epsilon, full_scale)
        self._factors = self._factors_of(stft, rate_hz).astype(stft.dtype)

    def _factors_of(self, stft: Design, rate_hz: float) -> Reals:
        return density_factors(_known(stft, "psd"), rate_hz, stft.plan.filter_length)

    def take(self, spectra: Spectra, out: Reals) -> None:
        self._take_power(spectra, out)
        out *= self._factors

    def of_parts(self, t: Tensors, real: Value, imaginary: Value) -> Value:
        return _power_of_parts(real, imaginary) * t.constant(self._factors)

    def magnitudes(self, values: Reals) -> Reals:
        return np.asarray(np.sqrt(np.maximum(values, 0) / self._factors))


class _MeanSquare(_Density):
    def _factors_of(self, stft: Design, rate_hz: float) -> Reals:  # noqa: ARG002
        return mean_square_factors(_known(stft, "mean-square"), stft.plan.filter_length)


class _FullScale(Scale):
    is_of_fourier = True

    def __init__(self, stft: Design, rate_hz: float, epsilon: float, full_scale: float) -> None:
        super().__init__(stft, rate_hz, epsilon, full_scale)
        self._full_scale_power = full_scale_power(_known(stft, "dbfs"), full_scale)

    def take(self, spectra: Spectra, out: Reals) -> None:
        self._take_power(spectra, out)
        out *= 1 / self._full_scale_power
        levels_of_power(out, out=out)

    def of_parts(self, t: Tensors, real: Value, imaginary: Value) -> Value:
        power = _power_of_parts(real, imaginary) * (1 / self._full_scale_power)
        return t.log(t.at_least(power, LOWEST_POWER)) * (10 / math.log(10))

    def magnitudes(self, values: Reals) -> Reals:
        return np.asarray(np.exp(values * (math.log(10) / 20)) * math.sqrt(self._full_scale_power))


class _Decibels(Scale):
    def take(self, spectra: Spectra, out: Reals) -> None:
        np.abs(spectra, out=out)
        decibels(out, FLOOR, 20, out=out)

    def of_parts(self, t: Tensors, real: Value, imaginary: Value) -> Value:
        return t.log(t.at_least(t.magnitude(real, imaginary), FLOOR)) * (20 / math.log(10))

    def magnitudes(self, values: Reals) -> Reals:
        return np.asarray(np.exp(values * (math.log(10) / 20)))


class _Log(Scale):
    def take(self, spectra: Spectra, out: Reals) -> None:
        np.abs(spectra, out=out)
        np.maximum(out, FLOOR, out=out)
        np.log(out, out=out)

    def of_parts(self, t: Tensors, real: Value, imaginary: Value) -> Value:
        return t.log(t.at_least(t.magnitude(real, imaginary), FLOOR))

    def magnitudes(self, values: Reals) -> Reals:
        return np.asarray(np.exp(values))


class _Phase(Scale):
    def take(self, spectra: Spectra, out: Reals) -> None:
        np.arctan2(spectra.imag, spectra.real, out=out)

    def of_parts(self, t: Tensors, real: Value, imaginary: Value) -> Value:
        return t.angle(real, imaginary)


SCALES: dict[Spectrum, type[Scale] | None] = {
    "complex": None,
    "magnitude": _Magnitude,
    "power": _Power,
    "psd": _Density,
    "mean-square": _MeanSquare,
    "dbfs": _FullScale,
    "db": _Decibels,
    "log": _Log,
    "phase": _Phase,
}


def scale_of(
    spectrum: Spectrum,
    stft: Design,
    rate_hz: float = 1.0,
    *,
    epsilon: float = 0.0,
    full_scale: float = 1.0,
) -> Scale | None:
    """Give the scale of a name; None leaves spectra complex.

    Raises
    ------
    SettingsError
        If there is no such spectrum, or none that takes an epsilon, or none of this transform.
    """
    if spectrum not in SCALES:
        raise SettingsError(f"there is no spectrum {spectrum!r}: choose from {', '.join(SPECTRA)}")
    kind = SCALES[spectrum]
    if epsilon and not (kind and kind.takes_epsilon and 0 < epsilon < np.inf):
        raise SettingsError(
            f"`epsilon` is {epsilon:g} for the spectrum {spectrum}: a magnitude or power takes one "
            "above 0, all else `epsilon=0`"
        )
    return None if kind is None else kind(stft, rate_hz, epsilon, full_scale)


def _power_of_parts(real: Value, imaginary: Value) -> Value:
    return real * real + imaginary * imaginary


def _lowered(magnitudes: Reals, epsilon: float) -> Reals:
    if not epsilon:
        return magnitudes
    return np.asarray(np.sqrt(np.maximum(np.square(magnitudes) - epsilon, 0)))


def _known(stft: Design, spectrum: Spectrum) -> Reals:
    """Give the window, if it says how large a spectrum is."""
    if not stft.freeze_parameters:
        raise SettingsError(
            f"the spectrum {spectrum} is of a Fourier transform, and a `kernel` is another: choose "
            "magnitude, power or db"
        )
    return stft.window
