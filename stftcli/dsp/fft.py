"""The FFT of real frames, by whichever provider is installed."""

import os
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from stftcli.errors import SettingsError

if TYPE_CHECKING:
    from numpy.typing import NDArray

Rfft = Callable[["NDArray[Any]", "NDArray[Any]"], object]

# numpy's FFT slows down several times when a call works on more samples than this.
_NUMPY_SAMPLES = 1 << 16

# ducc0 works on 16 rows side by side where it gets so many. Rows that lie whole pages apart push
# each other out of the first cache then, which makes 2048 samples take 1.6 times as long.
_DUCC0_ROWS, _PAGE_BYTES = 12, 4096


def _load_ducc0() -> Rfft:
    import ducc0

    def transform(frames: "NDArray[Any]", out: "NDArray[Any]") -> None:
        rows = _DUCC0_ROWS if frames.strides[0] % _PAGE_BYTES == 0 else len(frames)
        for some in _pieces(len(frames), rows):
            ducc0.fft.r2c(frames[some], axes=(1,), out=out[some], nthreads=1)

    return transform


def _load_numpy() -> Rfft:
    from numpy.fft import rfft

    def transform(frames: "NDArray[Any]", out: "NDArray[Any]") -> None:
        for some in _pieces(len(frames), max(1, _NUMPY_SAMPLES // frames.shape[1])):
            rfft(frames[some], out=out[some])

    return transform


def _pieces(rows: int, at_once: int) -> Iterator[slice]:
    return (slice(first, first + at_once) for first in range(0, rows, at_once))


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
