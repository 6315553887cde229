"""The mel bank of torchaudio, which is computed in float32 and so has weights of its own."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.checks import check_value
from stftcli.dsp.filterbanks import BandNorm, check_bands
from stftcli.dsp.frequency_scales import SCALES
from stftcli.settings.choices import MelScale

Singles = NDArray[np.float32]


def torchaudio_mel_weights(
    rate_hz: int,
    filter_length: int,
    bands: int = 128,
    *,
    scale: MelScale = "htk",
    fmin_hz: float = 0.0,
    fmax_hz: float | None = None,
    norm: BandNorm = None,
) -> NDArray[np.float64]:
    """Give mel bands as torchaudio.functional.melscale_fbanks does, rounding included.

    Parameters are those of `stftcli.dsp.filterbanks.mel_weights`. The bins are placed as if the
    last one were at ``rate_hz // 2``, and the frequencies between the bands are off by what is
    lost where float32 takes 1 from ``10^(mel / 2595)``: up to 1e-5 of a weight.

    Returns
    -------
    ndarray of float64, shape (bands, filter_length // 2 + 1)
        Values of float32.
    """
    top_hz = float(rate_hz // 2) if fmax_hz is None else fmax_hz
    check_value("scale", scale, scale in _HZ_OF, f"one of {', '.join(_HZ_OF)}")
    check_value("norm", norm, norm in ("slaney", None), "slaney or None")
    check_value("filter_length", filter_length, filter_length >= 2, "2 or more")
    check_bands(rate_hz, bands, scale, fmin_hz, top_hz)
    # The two ends are taken to mel in float64 (Python's math), all else in float32 (torch).
    low, high = SCALES[scale][0](np.array([fmin_hz, top_hz], np.float64))
    edges = _HZ_OF[scale](_linspace(low, high, bands + 2))[:, np.newaxis]
    apart = bool((np.diff(edges, axis=0) > 0).all())
    check_value("bands", bands, apart, f"less, from {fmin_hz:g} to {top_hz:g} Hz")
    # An odd rate is halved in integers there, though the last bin lies at the half itself.
    bins = _linspace(0, rate_hz // 2, filter_length // 2 + 1)
    rising = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    weights = np.maximum(0, np.minimum(rising, falling))
    if norm is not None:
        weights *= np.float32(2) / (edges[2:] - edges[:-2])
    return np.asarray(weights, np.float64)


def _linspace(start: float, stop: float, steps: int) -> Singles:
    """Give what torch.linspace does: from both ends, with one rounding for each value."""
    first, last = np.float32(start), np.float32(stop)
    # The step is rounded to float32; then float64, which holds the products exactly, stands for a
    # fused multiply-add. Counted from the nearer end, both ends come out exact.
    step = float((last - first) / np.float32(steps - 1))
    number = np.arange(steps)
    below, above = first + step * number, last - step * (steps - 1 - number)
    return np.where(number < steps // 2, below, above).astype(np.float32)


def _hz_of_htk(mel: Singles) -> Singles:
    # A power is rounded once; the rest is float32 throughout.
    power = (10.0 ** (mel / np.float32(2595)).astype(np.float64)).astype(np.float32)
    return np.float32(700) * (power - np.float32(1))


def _hz_of_slaney(mel: Singles) -> Singles:
    step = math.log(6.4) / 27
    upper = np.exp((np.float32(step) * (mel - np.float32(15))).astype(np.float64))
    linear = np.float32(200 / 3) * mel
    return np.where(mel < 15, linear, np.float32(1000) * upper.astype(np.float32))


_HZ_OF: dict[str, Callable[[Singles], NDArray[Any]]] = {"htk": _hz_of_htk, "slaney": _hz_of_slaney}
