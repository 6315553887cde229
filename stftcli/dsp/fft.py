"""The FFT of real frames and back, by whichever provider is installed.

Each row's bits are its own.
"""

import os
import warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from stftcli.errors import SettingsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rfft = Callable[["NDArray[Any]", "NDArray[Any]"], object]
"""From rows into an array that takes the result: of samples into bins, or the other way."""


class Provider(NamedTuple):
    """Makes the two transforms: of samples into bins, and of bins into samples."""

    forward: Callable[[], Rfft]
    backward: Callable[[], Rfft]


# ducc0 transforms as many rows at once as fit a vector of the processor, 4 of float32 or more, and
# the rest one by one with another algorithm, which rounds differently.
_DUCC0_ROWS = 4

# numpy's FFT of float64 slows down several times when a call works on more samples than this.
_NUMPY_SAMPLES = 1 << 16


def _load_ducc0() -> Rfft:
    import ducc0

    from stftcli.dsp.rows import in_groups

    def transform(frames: "NDArray[Any]", out: "NDArray[Any]") -> None:
        ducc0.fft.r2c(frames, axes=(1,), out=out, nthreads=1)

    return lambda frames, out: in_groups(transform, _DUCC0_ROWS, frames, out)


def _load_ducc0_back() -> Rfft:
    import ducc0

    from stftcli.dsp.rows import in_groups

    def transform(spectra: "NDArray[Any]", out: "NDArray[Any]") -> None:
        # Its inorm=2 divides by the length.
        ducc0.fft.c2r(
            spectra, axes=(1,), lastsize=out.shape[1], forward=False, inorm=2, out=out, nthreads=1
        )

    return lambda spectra, out: in_groups(transform, _DUCC0_ROWS, spectra, out)


def _load_numpy() -> Rfft:
    from numpy.fft import rfft

    # numpy multiplies with 1 or 1 / n, and takes the type of the work from that factor too. An
    # integer 1 makes it float64, whatever the frames are, which takes 2 to 5 times as long (2.0 to
    # 2.4 at least; where a release should do otherwise, the result is the same).
    def transform(frames: "NDArray[Any]", out: "NDArray[Any]") -> None:
        if out.dtype == "complex64":
            rfft(frames, norm="forward", out=out)
            out *= frames.shape[1]
        else:
            rfft(frames, out=out)

    return lambda frames, out: _by_rows(transform, frames, out)


def _load_numpy_back() -> Rfft:
    from numpy.fft import irfft

    # Here numpy's factor is 1 / n in the type of the result, so float32 stays float32 by itself.
    def transform(spectra: "NDArray[Any]", out: "NDArray[Any]") -> None:
        irfft(spectra, out.shape[1], out=out)

    return lambda spectra, out: _by_rows(transform, spectra, out)


def _by_rows(transform: Rfft, rows: "NDArray[Any]", out: "NDArray[Any]") -> None:
    step = max(1, _NUMPY_SAMPLES // max(rows.shape[1], out.shape[1]))
    for first in range(0, len(rows), step):
        transform(rows[first : first + step], out[first : first + step])


# Fastest first.
PROVIDERS: dict[str, Provider] = {
    "ducc0": Provider(_load_ducc0, _load_ducc0_back),
    "numpy": Provider(_load_numpy, _load_numpy_back),
}


def provider_name() -> str:
    """Name the provider in use: the fastest installed, or what STFTCLI_FFT asks for."""
    wanted = os.environ.get("STFTCLI_FFT")
    if wanted and (wanted not in PROVIDERS or not _is_usable(wanted)):
        raise SettingsError(
            f"STFTCLI_FFT is {wanted!r}: choose an installed one of {', '.join(PROVIDERS)}"
        )
    return wanted or next(name for name in PROVIDERS if _is_usable(name))


def load_rfft() -> Rfft:
    """Give the function that transforms the rows of its first argument into its second."""
    return _load(provider_name())


def load_irfft() -> Rfft:
    """Give the function that transforms rows of bins into rows of samples, dividing by n."""
    return _load_back(provider_name())


@cache
def _load(name: str) -> Rfft:
    return PROVIDERS[name].forward()


@cache
def _load_back(name: str) -> Rfft:
    return PROVIDERS[name].backward()


def _is_usable(name: str) -> bool:
    """Say whether a provider is installed and can be loaded; warn if only the second fails."""
    try:
        import_module(name)
    except ModuleNotFoundError as error:
        if error.name == name:
            return False
        reason: Exception = error
    except Exception as error:  # a library of it is missing or of another machine
        reason = error
    else:
        return True
    text = " ".join(str(reason).split()) or type(reason).__name__
    warnings.warn(f"{name} cannot be loaded ({text}): another FFT computes", stacklevel=2)
    return False
