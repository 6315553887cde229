"""Arrays that are given as sound: real, finite, at the scale of sound files."""

from typing import Any, Never

import numpy as np
from numpy.typing import ArrayLike, NDArray

from stftcli.errors import InputError
from stftcli.features.telling import warn_caller
from stftcli.settings.choices import Nonfinite

Signals = NDArray[np.floating[Any]]

# Type -> what full scale is, and where silence lies: as soundfile reads files of such samples.
_INTEGERS: dict[str, tuple[float, float]] = {
    "int16": (2.0**15, 0.0),
    "int32": (2.0**31, 0.0),
    "uint8": (2.0**7, 2.0**7),
}
_MAX_CHANNELS, _MANY_SIGNALS = 8, 64


def as_signals(
    waveform: ArrayLike,
    dtype: np.dtype[Any],
    *,
    empty: bool = False,
    nonfinite: Nonfinite = "error",
) -> Signals:
    """Give a waveform as an array of signals along its last axis.

    Parameters
    ----------
    waveform : array_like, shape (..., samples)
        What the user has; integers are scaled to full scale 1.
    dtype : dtype
        float32 or float64.
    empty : bool, default False
        Whether there may be no samples.
    nonfinite : {"error", "zero", "keep"}
        What becomes of samples that are NaN or infinite; of zeros a warning counts them.

    Raises
    ------
    InputError
        If it is not an array of finite real numbers, or holds none.
    """
    array = _as_array(waveform)
    _check_shape(array, empty)
    if array.dtype.kind in "iu":
        full_scale, silence = _scale_of(array.dtype)
        array = (array.astype(dtype) - dtype.type(silence)) / dtype.type(full_scale)
    with np.errstate(all="ignore"):
        signals = np.ascontiguousarray(array, dtype)
        # A sum is finite only if all its terms are; it is cheaper than asking for each.
        good = np.isfinite(signals.sum()) or np.isfinite(signals).all()
    if good or nonfinite == "keep":
        return signals
    if nonfinite == "error":
        _raise_not_finite(array, signals)
    bad = ~np.isfinite(signals)
    warn_caller(
        f"the waveform holds NaN or infinite samples: {np.count_nonzero(bad)} of them count as 0"
    )
    return np.where(bad, signals.dtype.type(0), signals)


def _raise_not_finite(array: NDArray[Any], signals: Signals) -> Never:
    at = tuple(map(int, np.argwhere(~np.isfinite(signals))[0]))
    if np.isfinite(array[at]):
        raise InputError(
            f"the waveform holds {array[at]:g} at {list(at)}, too much for {signals.dtype}: choose "
            "`dtype='float64'`"
        )
    raise InputError(
        f"the waveform holds NaN or infinite samples, the first at {list(at)}: leave them out, "
        "mend them, or give `nonfinite='zero'`"
    )


def _as_array(waveform: ArrayLike) -> NDArray[Any]:
    try:
        array = np.asarray(waveform)
    except (TypeError, ValueError, RuntimeError) as error:
        # A tensor of torch says so where it lives on a device or has a gradient.
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            f"the waveform cannot be taken as an array: {reason} (of a tensor give "
            "x.detach().cpu())"
        ) from None
    if array.dtype.kind not in "fiu":
        raise InputError(
            f"the waveform holds {array.dtype}: give real numbers, float32 or float64, full scale "
            "being 1"
        )
    return array


def _check_shape(array: NDArray[Any], empty: bool) -> None:
    if array.ndim == 0:
        raise InputError("the waveform is a single number: its shape must be (..., samples)")
    if array.shape[-1] == 0 and not empty:
        raise InputError(f"the waveform has shape {array.shape}: there are no samples")
    if array.ndim > 1 and array.shape[-1] <= _MAX_CHANNELS and array.shape[-2] > _MANY_SIGNALS:
        raise InputError(
            f"the waveform has shape {array.shape}, that is {array.shape[-2]} signals of "
            f"{array.shape[-1]} samples: samples go last, give waveform.T"
        )


def _scale_of(dtype: np.dtype[Any]) -> tuple[float, float]:
    if dtype.name not in _INTEGERS:
        raise InputError(
            f"the waveform holds {dtype}, whose full scale nobody knows: give floats, full scale "
            f"being 1, or one of {', '.join(_INTEGERS)}"
        )
    return _INTEGERS[dtype.name]
