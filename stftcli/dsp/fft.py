"""The FFT of real frames, by whichever provider is installed; each row's bits are its own."""

import os
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from stftcli.errors import SettingsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rfft = Callable[["NDArray[Any]", "NDArray[Any]"], object]

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

    def by_rows(frames: "NDArray[Any]", out: "NDArray[Any]") -> None:
        rows = max(1, _NUMPY_SAMPLES // frames.shape[1])
        for first in range(0, len(frames), rows):
            transform(frames[first : first + rows], out[first : first + rows])

    return by_rows


# Fastest first.
PROVIDERS: dict[str, Callable[[], Rfft]] = {"ducc0": _load_ducc0, "numpy": _load_numpy}


def provider_name() -> str:
    """Name the provider in use: the fastest installed, or what STFTCLI_FFT asks for."""
    wanted = os.environ.get("STFTCLI_FFT")
    if wanted and (wanted not in PROVIDERS or find_spec(wanted) is None):
        raise SettingsError(
            f"STFTCLI_FFT is {wanted!r}: choose an installed one of {', '.join(PROVIDERS)}"
        )
    return wanted or next(name for name in PROVIDERS if find_spec(name))


def load_rfft() -> Rfft:
    """Give the function that transforms the rows of its first argument into its second."""
    return _load(provider_name())


@cache
def _load(name: str) -> Rfft:
    return PROVIDERS[name]()
