"""Scales of frequency on which the bands of filterbanks lie evenly."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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


# Name -> (scale of Hz, Hz of scale); `filterbanks` tells the sources.
SCALES: dict[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]] = {
    "slaney": (_slaney_of, _hz_of_slaney),
    "htk": (lambda hz: 2595 * np.log10(1 + hz / 700), lambda mel: 700 * (10 ** (mel / 2595) - 1)),
    "bark": (_bark_of, _hz_of_bark),
    "erb": (
        lambda hz: 21.4 * np.log10(1 + 0.00437 * hz),
        lambda erb: (10 ** (erb / 21.4) - 1) / 0.00437,
    ),
}
