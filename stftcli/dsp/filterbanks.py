"""Weights of filter banks, chroma and the cosine transform, to be made into a `Linear`.

Rows are outputs and columns are bins (or other inputs), in float64. A value outside what is allowed
raises a SettingsError that names it.
"""

import math
from collections.abc import Callable
from typing import Literal, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stftcli.errors import SettingsError
from stftcli.settings import MelScale

Floats = NDArray[np.float64]
BandScale = Literal["slaney", "htk", "bark", "erb"]
BandNorm = Literal["slaney"] | None


class BandOptions(TypedDict, total=False):
    """What all banks of triangles take by name; `band_weights` describes it."""

    fmin_hz: float
    fmax_hz: float | None
    norm: BandNorm
    last_bin_hz: float | None


def _slaney_of(hz: Floats) -> Floats:
    upper = 15 + 27 * np.log(np.maximum(hz, 1000) / 1000) / math.log(6.4)
    return np.where(hz < 1000, 3 * hz / 200, upper)


def _hz_of_slaney(mel: Floats) -> Floats:
    return np.where(mel < 15, 200 * mel / 3, 1000 * 6.4 ** ((mel - 15) / 27))


def _bark_of(hz: Floats) -> Floats:
    bark = 26.81 * hz / (1960 + hz) - 0.53
    return bark + 0.15 * np.maximum(2 - bark, 0) + 0.22 * np.maximum(bark - 20.1, 0)


def _hz_of_bark(bark: Floats) -> Floats:
    low, high = (bark - 0.3) / 0.85, (bark + 4.422) / 1.22
    plain = np.where(bark < 2, low, np.where(bark > 20.1, high, bark))
    return 1960 * (plain + 0.53) / (26.28 - plain)


# Name -> (scale of Hz, Hz of scale); the functions of these names below tell the sources.
SCALES: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "slaney": (_slaney_of, _hz_of_slaney),
    "htk": (lambda hz: 2595 * np.log10(1 + hz / 700), lambda mel: 700 * (10 ** (mel / 2595) - 1)),
    "bark": (_bark_of, _hz_of_bark),
    "erb": (
        lambda hz: 21.4 * np.log10(1 + 0.00437 * hz),
        lambda erb: (10 ** (erb / 21.4) - 1) / 0.00437,
    ),
}


def band_weights(
    rate_hz: float,
    filter_length: int,
    bands: int = 128,
    *,
    scale: BandScale = "slaney",
    fmin_hz: float = 0.0,
    fmax_hz: float | None = None,
    norm: BandNorm = "slaney",
    last_bin_hz: float | None = None,
) -> Floats:
    """Give bands spaced evenly on a scale, triangles over Hz that end where their neighbours peak.

    Parameters
    ----------
    rate_hz, filter_length, bands
        Samples per second, samples in one transform, number of bands.
    scale : {"slaney", "htk", "bark", "erb"}, default "slaney"
        The first two are those of `mel_weights`; see also `bark_weights` and `erb_weights`.
    fmin_hz, fmax_hz : float, optional
        Where the first band begins and where the last one ends; 0 and rate_hz / 2 if not given.
    norm : {"slaney", None}, default "slaney"
        The height of a triangle: 2 / (its width in Hz), which makes its area 1, or else 1.
    last_bin_hz : float, optional
        The frequency taken for the last bin, to which the others rise evenly from 0. None is the
        true one, as in librosa. torchaudio and transformers take rate_hz // 2, which is another
        only if `rate_hz` or `filter_length` is odd.

    Returns
    -------
    ndarray of float64, shape (bands, filter_length // 2 + 1)
        What each bin of a power (or magnitude) spectrum counts for in each band. A band so narrow
        that it falls between two bins is all zero: see `empty_bands`.
    """
    _check("norm", norm, norm in ("slaney", None), "slaney or None")
    bin_hz = _bins(rate_hz, filter_length, last_bin_hz)
    edges_hz = _edges(rate_hz, bands, scale, fmin_hz, fmax_hz)[:, None]
    left, center, right = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising = (bin_hz - left) / (center - left)
    falling = (right - bin_hz) / (right - center)
    weights = np.maximum(0, np.minimum(rising, falling))
    return weights if norm is None else weights * (2 / (right - left))


def mel_weights(
    rate_hz: float,
    filter_length: int,
    bands: int = 128,
    *,
    scale: MelScale = "slaney",
    **options: Unpack[BandOptions],
) -> Floats:
    """Give mel bands, the same as librosa.filters.mel; else as `band_weights`.

    Slaney's scale is linear below 1 kHz (3 mel in 200 Hz) and logarithmic above (27 mel from 1 to
    6.4 kHz): M. Slaney, "Auditory Toolbox", version 2, Interval Research report 1998-010, also for
    the norm. HTK's is ``2595 log10(1 + f / 700)``, f in Hz: S. Young et al., "The HTK Book".
    """
    _check("scale", scale, scale in ("slaney", "htk"), "slaney or htk")
    return band_weights(rate_hz, filter_length, bands, scale=scale, **options)


def bark_weights(
    rate_hz: float, filter_length: int, bands: int = 128, **options: Unpack[BandOptions]
) -> Floats:
    """Give bands spaced on the Bark scale; else as `band_weights`.

    The scale is ``z = 26.81 f / (1960 + f) - 0.53``, f in Hz, plus 0.15 (2 - z) where z < 2 and
    plus 0.22 (z - 20.1) where z > 20.1: H. Traunmüller, "Analytical expressions for the
    tonotopic sensory scale", J. Acoust. Soc. Am. 88 (1990).
    """
    return band_weights(rate_hz, filter_length, bands, scale="bark", **options)


def erb_weights(
    rate_hz: float, filter_length: int, bands: int = 128, **options: Unpack[BandOptions]
) -> Floats:
    """Give bands spaced on the ERB-rate scale, triangles, not gammatones; else as `band_weights`.

    The scale is ``21.4 log10(1 + 0.00437 f)``, f in Hz: B. R. Glasberg and B. C. J. Moore,
    "Derivation of auditory filter shapes from notched-noise data", Hearing Research 47 (1990).
    """
    return band_weights(rate_hz, filter_length, bands, scale="erb", **options)


def band_centers_hz(
    rate_hz: float,
    bands: int = 128,
    *,
    scale: BandScale = "slaney",
    fmin_hz: float = 0.0,
    fmax_hz: float | None = None,
) -> Floats:
    """Give where the bands of `band_weights` peak, in Hz, shape (bands,)."""
    return _edges(rate_hz, bands, scale, fmin_hz, fmax_hz)[1:-1]


def empty_bands(weights: ArrayLike) -> NDArray[np.intp]:
    """Give the indices of the rows that are all zero: there are more bands than bins can carry."""
    return np.flatnonzero(~np.any(weights, axis=1))


def chroma_weights(
    rate_hz: float,
    filter_length: int,
    bands: int = 12,
    *,
    tuning: float = 0.0,
    ctroct: float = 5.0,
    octwidth: float | None = 2.0,
    norm: float | None = 2,
    base_c: bool = True,
) -> Floats:
    """Give pitch classes, each the same step of every octave, as librosa.filters.chroma does.

    Parameters
    ----------
    rate_hz, filter_length, bands
        Samples per second, samples in one transform, steps in an octave.
    tuning : float, default 0.0
        How far A is above 440 Hz, in steps.
    ctroct, octwidth : float, optional
        Centre and standard deviation, in octaves above A0 = 27.5 Hz, of a Gaussian that weights
        the bins; with `octwidth` None all octaves count alike.
    norm : float, optional
        Order of the norm that is made 1 for each bin before that; None leaves the bins alone.
    base_c : bool, default True
        Whether row 0 is C, taken to lie 3 (bands // 12) steps above A, or else A.

    Returns
    -------
    ndarray of float64, shape (bands, filter_length // 2 + 1)
        Gaussians of the distance from bin to step, wider where bins are further apart than steps:
        D. P. W. Ellis, "Chroma feature analysis and synthesis" (2007).
    """
    _check("bands", bands, bands >= 1, "1 or more")
    _check("tuning", tuning, math.isfinite(tuning), "finite")
    _check("ctroct", ctroct, math.isfinite(ctroct), "finite")
    _check("octwidth", octwidth, octwidth is None or octwidth > 0, "above 0, or None")
    _check("norm", norm, norm is None or norm > 0, "above 0, or None")
    bin_hz = _bins(rate_hz, filter_length)
    # One bin more than there are gives the last one its width; 0 Hz is put low, but not at -inf.
    octaves = np.log2(np.append(bin_hz[1:], bin_hz[-1] + bin_hz[1]) / 27.5) - tuning / bands
    octaves = np.append(octaves[0] - 1.5, octaves)
    width, octaves = np.maximum(bands * np.diff(octaves), 1), octaves[:-1]
    half = round(bands / 2)  # odd numbers of steps are rounded as in librosa
    away = (bands * octaves - np.arange(bands)[:, None] + half) % bands - half
    weights = np.exp(-0.5 * (2 * away / width) ** 2)
    if norm is not None:
        weights /= np.linalg.norm(weights, norm, axis=0)
    if octwidth is not None:
        weights *= np.exp(-0.5 * ((octaves - ctroct) / octwidth) ** 2)
    return np.roll(weights, -3 * (bands // 12), axis=0) if base_c else weights


def dct_weights(outputs: int, inputs: int, *, lifter: float = 0) -> Floats:
    """Give the orthonormal cosine transform of type 2, which makes MFCC of log mel.

    Parameters
    ----------
    outputs, inputs : int
        Coefficients to keep, from the first on; number of bands.
    lifter : float, default 0
        Multiplies row k (from 0) with ``1 + lifter / 2 sin(pi (k + 1) / lifter)``, as
        librosa.feature.mfcc does; HTK and Kaldi have k there for k + 1. 0: not at all.

    Returns
    -------
    ndarray of float64, shape (outputs, inputs)
        ``sqrt(2 / inputs) cos(pi k (n + 0.5) / inputs)``, row 0 divided by sqrt(2): N. Ahmed,
        T. Natarajan, K. R. Rao, "Discrete cosine transform", IEEE Trans. Computers C-23 (1974).
    """
    _check("outputs", outputs, 1 <= outputs <= inputs, f"1 to inputs, which is {inputs}")
    _check("lifter", lifter, 0 <= lifter < math.inf, "0 or more")
    k = np.arange(outputs)[:, None]
    weights: Floats = np.sqrt(2 / inputs) * np.cos(np.pi / inputs * k * (np.arange(inputs) + 0.5))
    weights[0] /= np.sqrt(2)
    if lifter:
        weights *= 1 + lifter / 2 * np.sin(np.pi * (k + 1) / lifter)
    return weights


def _edges(rate_hz: float, bands: int, scale: str, fmin_hz: float, fmax_hz: float | None) -> Floats:
    _check("rate_hz", rate_hz, 0 < rate_hz < math.inf, "above 0")
    half_hz = rate_hz / 2
    top_hz = half_hz if fmax_hz is None else fmax_hz
    _check("scale", scale, scale in SCALES, f"one of {', '.join(SCALES)}")
    _check("bands", bands, bands >= 1, "1 or more")
    _check("fmax_hz", top_hz, top_hz <= half_hz, f"{half_hz}, half the rate, or less")
    _check("fmin_hz", fmin_hz, 0 <= fmin_hz < top_hz, f"0 or more, and below fmax_hz, {top_hz}")
    scale_of, hz_of = SCALES[scale]
    low, high = scale_of(np.array([fmin_hz, top_hz], np.float64))
    edges_hz = hz_of(np.linspace(low, high, bands + 2))
    edges_hz[[0, -1]] = fmin_hz, top_hz  # unrounded, so that a bin that lies there weighs nothing
    apart = bool((np.diff(edges_hz) > 0).all())
    _check("bands", bands, apart, f"less, from {fmin_hz} to {top_hz} Hz")
    return edges_hz


def _bins(rate_hz: float, filter_length: int, last_bin_hz: float | None = None) -> Floats:
    _check("rate_hz", rate_hz, 0 < rate_hz < math.inf, "above 0")
    _check("filter_length", filter_length, filter_length >= 2, "2 or more")
    last = filter_length // 2
    last_hz = last * rate_hz / filter_length if last_bin_hz is None else last_bin_hz
    _check("last_bin_hz", last_hz, 0 < last_hz <= rate_hz / 2, f"above 0, to {rate_hz / 2}")
    return np.linspace(0, last_hz, last + 1)


def _check(name: str, value: object, good: bool, rule: str) -> None:
    if not good:
        raise SettingsError(f"{name} is {value!r}: it must be {rule}")
