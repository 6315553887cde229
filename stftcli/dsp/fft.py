"""The FFT of real frames, by whichever provider is installed."""

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import SettingsError

Provider = Callable[[NDArray[Any], NDArray[Any]], object]

# numpy's FFT slows down several times when a call works on more than its scratch in cache.
_NUMPY_ROWS = 16


def _numpy_rfft(frames: NDArray[Any], out: NDArray[Any]) -> None:
    for row in range(0, len(frames), _NUMPY_ROWS):
        np.fft.rfft(frames[row : row + _NUMPY_ROWS], out=out[row : row + _NUMPY_ROWS])


def _make_numpy() -> Provider:
    return _numpy_rfft


def _make_ducc0() -> Provider:
    import ducc0

    return lambda frames, out: ducc0.fft.r2c(frames, axes=(1,), out=out, nthreads=1)


# Fastest first.
PROVIDERS: dict[str, Callable[[], Provider]] = {"ducc0": _make_ducc0, "numpy": _make_numpy}


def provider_name() -> str:
    """Name the provider in use: the fastest installed, or what STFTCLI_FFT asks for."""
    wanted = os.environ.get("STFTCLI_FFT")
    if wanted and (wanted not in PROVIDERS or find_spec(wanted) is None):
        raise SettingsError(
            f"STFTCLI_FFT is {wanted!r}: choose an installed one of {', '.join(PROVIDERS)}"
        )
    return wanted or next(name for name in PROVIDERS if find_spec(name))


@cache
def _provider(name: str) -> Provider:
    return PROVIDERS[name]()


def load_rfft() -> Provider:
    """Give the function that transforms the rows of its first argument into its second."""
    return _provider(provider_name())
