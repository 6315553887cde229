"""Window functions by name, periodic or symmetric, equal to scipy.signal.get_window.

Coefficients and formulas: F. J. Harris, "On the use of windows for harmonic analysis with the
discrete Fourier transform", Proc. IEEE 66 (1978); Nuttall's minimum 4-term window: A. H. Nuttall,
IEEE Trans. ASSP 29 (1981); flat top: G. D'Antona and A. Ferrero, "Digital Signal Processing for
Measurement Systems" (2006). The povey window is Kaldi's own, a Hann window to the power 0.85.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stftcli.dsp.checks import finite_array
from stftcli.errors import SettingsError
from stftcli.settings.choices import WINDOWS, window_names
from stftcli.settings.record import nearest

Floats = NDArray[np.float64]
WindowLike = str | tuple[str, float] | ArrayLike


def _cosine_sum(*coefficients: float) -> Callable[[Floats, int], Floats]:
    def window(n: Floats, period: int) -> Floats:
        angle = 2 * np.pi * n / period
        terms = [(-1) ** k * a * np.cos(k * angle) for k, a in enumerate(coefficients)]
        return np.asarray(np.sum(terms, axis=0))

    return window


def _bartlett(n: Floats, period: int) -> Floats:
    return 1 - np.abs(2 * n / period - 1)


def _bohman(n: Floats, period: int) -> Floats:
    x = np.abs(2 * n / period - 1)
    inside = (1 - x) * np.cos(np.pi * x) + np.sin(np.pi * x) / np.pi
    return np.where(x < 1, inside, 0.0)


def _cosine(n: Floats, period: int) -> Floats:
    return np.sin(np.pi * (n + 0.5) / (period + 1))


def _kaiser(n: Floats, period: int, beta: float) -> Floats:
    inside = np.sqrt(np.maximum(0, 1 - (2 * n / period - 1) ** 2))
    return np.asarray(np.i0(beta * inside) / np.i0(beta))


def _tukey(n: Floats, period: int, alpha: float) -> Floats:
    if alpha <= 0:
        return np.ones_like(n)
    distance = np.minimum(n, period - n)  # from the nearer end
    edge = min(alpha, 1.0) * period / 2
    return np.where(distance < edge, 0.5 - 0.5 * np.cos(np.pi * distance / edge), 1.0)


def _povey(n: Floats, period: int) -> Floats:
    return np.asarray(_cosine_sum(0.5, 0.5)(n, period) ** 0.85)


def _gaussian(n: Floats, period: int, std: float) -> Floats:
    return np.exp(-0.5 * ((n - period / 2) / std) ** 2)


# Coefficients and parameters are those of scipy's windows of the same names.
SHAPES: dict[str, Callable[..., Floats]] = {
    "hann": _cosine_sum(0.5, 0.5),
    "hamming": _cosine_sum(0.54, 0.46),
    "blackman": _cosine_sum(0.42, 0.5, 0.08),
    "blackmanharris": _cosine_sum(0.35875, 0.48829, 0.14128, 0.01168),
    "nuttall": _cosine_sum(0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "flattop": _cosine_sum(0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
    "bartlett": _bartlett,
    "bohman": _bohman,
    "cosine": _cosine,
    "boxcar": lambda n, _: np.ones_like(n),
    "povey": _povey,
    "kaiser": _kaiser,
    "tukey": _tukey,
    "gaussian": _gaussian,
}


def make_window(window: WindowLike, length: int, *, periodic: bool = True) -> Floats:
    """Give a window of `length` samples.

    Parameters
    ----------
    window : str, (str, float) or array_like
        A name ("hann"), a name with its parameter ("kaiser:14" or ("kaiser", 14.0)), or the
        window's own values, `length` of them.
    length : int
        Number of samples.
    periodic : bool, default True
        Whether a named window is one period of what repeats (so that the sample after it would be
        its first), or symmetric.

    Returns
    -------
    ndarray of float64, shape (length,)
        The window.

    Raises
    ------
    SettingsError
        If there is no such window, its parameter is missing or out of range, or the values are not
        `length` finite numbers.
    """
    if isinstance(window, str):
        name, _, parameter = window.partition(":")
        return _named_window(name, parameter, length, periodic)
    if isinstance(window, tuple) and len(window) == 2 and isinstance(window[0], str):
        return _named_window(window[0], str(window[1]), length, periodic)
    values = finite_array(window, "window", np.float64)
    if values.shape != (length,):
        raise SettingsError(f"the window has shape {values.shape}: it must have ({length},)")
    return values


def is_named(window: WindowLike) -> bool:
    """Say whether a window is given by a name, and not by its values."""
    return isinstance(window, str) or (
        isinstance(window, tuple) and len(window) == 2 and isinstance(window[0], str)
    )


def _named_window(name: str, text: str, length: int, periodic: bool) -> Floats:
    if name not in WINDOWS:
        hint = nearest(name, WINDOWS, window_names())
        raise SettingsError(f"there is no window {name!r}: {hint}")
    parameter = WINDOWS[name]
    if parameter is None and text:
        raise SettingsError(f"the window {name} takes no parameter: {text!r} was given")
    values = () if parameter is None else (_parameter(name, parameter, text),)
    if length == 1:
        return np.ones(1)
    period = length if periodic else length - 1
    with np.errstate(over="ignore", invalid="ignore"):
        samples = SHAPES[name](np.arange(length, dtype=np.float64), period, *values)
    if not np.isfinite(samples).all():
        raise SettingsError(f"the window {name}:{text} is beyond what can be computed")
    return samples


def _parameter(name: str, parameter: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not 0 <= value < np.inf or (parameter == "std" and value == 0):
        example = {"beta": 14, "std": 100}.get(parameter, 0.5)
        raise SettingsError(
            f"the window {name} needs its {parameter}, a positive number: write {name}:{example} "
            f"(given: {text or 'none'})"
        )
    return value
