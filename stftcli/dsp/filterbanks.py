"""Weights of filter banks, chroma and the cosine transform, to be made into a `Linear`.

Rows are outputs and columns are bins (or other inputs), in float64. A value outside what is allowed
raises a SettingsError that names it.
"""

import math
from typing import Literal, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stftcli.dsp.checks import check_value
from stftcli.dsp.frequency_scales import SCALES, Floats
from stftcli.settings.choices import Lifter, MelScale, Triangles
from stftcli.settings.memory import check_memory

BandScale = Literal["slaney", "htk", "bark", "erb"]
BandNorm = Literal["slaney"] | None

_WEIGHT_BYTES = 40
"""That a weight takes while it is computed: five numbers of float64."""

# Beyond these nothing is left of the formulas but overflow.
_MIN_LIFTER, _MIN_OCTAVES, _MAX_STEPS = 0.001, 0.001, 1000


class BandOptions(TypedDict, total=False):
    """What all banks of triangles take by name; `band_weights` describes it."""

    fmin_hz: float
    fmax_hz: float | None
    norm: BandNorm
    triangles: Triangles


def band_weights(
    rate_hz: float,
    filter_length: int,
    bands: int = 128,
    *,
    scale: BandScale = "slaney",
    fmin_hz: float = 0.0,
    fmax_hz: float | None = None,
    norm: BandNorm = "slaney",
    triangles: Triangles = "hz",
) -> Floats:
    """Give bands spaced evenly on a scale, triangles that end where their neighbours peak.

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
    triangles : {"hz", "mel"}, default "hz"
        Whether their sides are straight over Hz, or over the scale itself, as in Kaldi and VGGish.

    Returns
    -------
    ndarray of float64, shape (bands, filter_length // 2 + 1)
        What each bin of a power (or magnitude) spectrum counts for in each band. A band so narrow
        that it falls between two bins is all zero: see `empty_bands`.
    """
    check_value("norm", norm, norm in ("slaney", None), "slaney or None")
    check_value("triangles", triangles, triangles in ("hz", "mel"), "hz or mel")
    _check_weights(bands, filter_length // 2 + 1)
    bin_hz = _bins(rate_hz, filter_length)
    edges_hz = _edges(rate_hz, bands, scale, fmin_hz, fmax_hz)[:, None]
    left, center, right = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    straight = SCALES[scale][0] if triangles == "mel" else np.asarray
    x, start, peak, end = straight(bin_hz), straight(left), straight(center), straight(right)
    weights = np.maximum(0, np.minimum((x - start) / (peak - start), (end - x) / (end - peak)))
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
    check_value("scale", scale, scale in ("slaney", "htk"), "slaney or htk")
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
    check_value("bands", bands, bands >= 1, "1 or more")
    check_value("tuning", tuning, abs(tuning) <= _MAX_STEPS, f"from {-_MAX_STEPS} to {_MAX_STEPS}")
    check_value("ctroct", ctroct, abs(ctroct) <= _MAX_STEPS, f"from {-_MAX_STEPS} to {_MAX_STEPS}")
    wide = octwidth is None or octwidth >= _MIN_OCTAVES
    check_value("octwidth", octwidth, wide, f"{_MIN_OCTAVES} or more, or None")
    check_value("norm", norm, norm is None or norm > 0, "above 0, or None")
    _check_weights(bands, filter_length // 2 + 1)
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


def dct_weights(
    outputs: int, inputs: int, *, lifter: float = 0, lifter_form: Lifter = "librosa"
) -> Floats:
    """Give the orthonormal cosine transform of type 2, which makes MFCC of log mel.

    Parameters
    ----------
    outputs, inputs : int
        Coefficients to keep, from the first on; number of bands.
    lifter : float, default 0
        Multiplies row k (from 0) with ``1 + lifter / 2 sin(pi (k + 1) / lifter)``. 0: not at all.
    lifter_form : {"librosa", "htk"}, default "librosa"
        HTK and Kaldi have k in the place of the k + 1 of librosa.feature.mfcc.

    Returns
    -------
    ndarray of float64, shape (outputs, inputs)
        ``sqrt(2 / inputs) cos(pi k (n + 0.5) / inputs)``, row 0 divided by sqrt(2): N. Ahmed,
        T. Natarajan, K. R. Rao, "Discrete cosine transform", IEEE Trans. Computers C-23 (1974).
    """
    check_value("outputs", outputs, 1 <= outputs <= inputs, f"1 to inputs, which is {inputs}")
    lifts = lifter == 0 or _MIN_LIFTER <= lifter < math.inf
    check_value("lifter", lifter, lifts, f"0, or {_MIN_LIFTER} or more")
    known = lifter_form in ("librosa", "htk")
    check_value("lifter_form", lifter_form, known, "librosa or htk")
    _check_weights(outputs, inputs)
    k = np.arange(outputs)[:, None]
    weights: Floats = np.sqrt(2 / inputs) * np.cos(np.pi / inputs * k * (np.arange(inputs) + 0.5))
    weights[0] /= np.sqrt(2)
    if lifter:
        weights *= 1 + lifter / 2 * np.sin(np.pi * (k + (lifter_form == "librosa")) / lifter)
    return weights


def check_bands(rate_hz: float, bands: int, scale: str, fmin_hz: float, top_hz: float) -> None:
    """Raise SettingsError unless there can be such bands."""
    check_value("rate_hz", rate_hz, 0 < rate_hz < math.inf, "above 0")
    half_hz = rate_hz / 2
    check_value("scale", scale, scale in SCALES, f"one of {', '.join(SCALES)}")
    check_value("bands", bands, bands >= 1, "1 or more")
    check_value("fmax_hz", top_hz, top_hz <= half_hz, f"{half_hz:g}, half the rate, or less")
    good = 0 <= fmin_hz < top_hz
    check_value("fmin_hz", fmin_hz, good, f"0 or more, and below `fmax_hz`, {top_hz:g}")


def _edges(rate_hz: float, bands: int, scale: str, fmin_hz: float, fmax_hz: float | None) -> Floats:
    top_hz = rate_hz / 2 if fmax_hz is None else fmax_hz
    check_bands(rate_hz, bands, scale, fmin_hz, top_hz)
    scale_of, hz_of = SCALES[scale]
    low, high = scale_of(np.array([fmin_hz, top_hz], np.float64))
    edges_hz = hz_of(np.linspace(low, high, bands + 2))
    edges_hz[[0, -1]] = fmin_hz, top_hz  # unrounded, so that a bin that lies there weighs nothing
    apart = bool((np.diff(edges_hz) > 0).all())
    check_value("bands", bands, apart, f"less, from {fmin_hz} to {top_hz} Hz")
    return edges_hz


def _check_weights(outputs: int, inputs: int) -> None:
    check_memory(
        _WEIGHT_BYTES * outputs * inputs,
        f"the weights of {outputs} outputs of {inputs} inputs",
        "give fewer, or shorter frames",
    )


def _bins(rate_hz: float, filter_length: int) -> Floats:
    check_value("rate_hz", rate_hz, 0 < rate_hz < math.inf, "above 0")
    check_value("filter_length", filter_length, filter_length >= 2, "2 or more")
    last = filter_length // 2
    return np.linspace(0, last * rate_hz / filter_length, last + 1)
