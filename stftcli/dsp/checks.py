"""What the engine takes: real numbers, in two precisions, and buffers that fit."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from stftcli.errors import SettingsError
from stftcli.settings.record import nearest

Row = TypeVar("Row")

Reals = NDArray[np.floating[Any]]
Complexes = NDArray[np.complexfloating[Any, Any]]
RealDType = np.dtype[np.floating[Any]]
ComplexDType = np.dtype[np.complexfloating[Any, Any]]


def real_dtype(dtype: DTypeLike | None) -> RealDType:
    """Give float32 for None, else what is asked for; SettingsError unless float32 or float64."""
    try:
        chosen = np.dtype(np.float32 if dtype is None else dtype)
    except (TypeError, ValueError, SyntaxError):  # numpy parses texts
        chosen = None
    if chosen not in (np.float32, np.float64):
        raise SettingsError(f"`dtype` is {dtype!r}: choose float32 or float64")
    return np.dtype(np.float64 if chosen == np.float64 else np.float32)


def complex_of(dtype: RealDType) -> ComplexDType:
    """Give the complex type whose parts are of a real one."""
    return np.result_type(dtype, np.complex64)


def finite_array(values: ArrayLike, name: str, dtype: DTypeLike) -> NDArray[Any]:
    """Give a copy of real values in a type; SettingsError unless they are finite in it."""
    given = real_array(values, name)
    with np.errstate(over="ignore"):
        array = np.array(given, dtype)
    if not np.isfinite(given).all():
        raise SettingsError(f"the {name} holds NaN or infinite values")
    if not np.isfinite(array).all():
        raise SettingsError(f"the {name} holds values beyond the largest {array.dtype}")
    return array


def real_array(values: ArrayLike, name: str) -> NDArray[Any]:
    """Give values as an array; SettingsError unless they are real."""
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of different lengths
        raise SettingsError(f"the {name} is no array: {error}") from None
    if array.dtype.kind not in "fiub":
        raise SettingsError(f"the {name} holds {array.dtype}: it must hold real numbers")
    return array


def check_out(
    out: NDArray[Any], shape: tuple[int, ...], dtype: np.dtype[Any], *, contiguous: bool = True
) -> None:
    """Raise SettingsError unless a result of this shape and type can be put into `out`."""
    if out.shape != shape or out.dtype != dtype or (contiguous and not out.flags.c_contiguous):
        kind = "a contiguous " if contiguous else ""
        raise SettingsError(
            f"out has shape {out.shape} of {out.dtype}: it must be {kind}{shape} of {dtype}"
        )


def rows_of(table: Mapping[str, Row], names: Sequence[str], kind: str) -> list[Row]:
    """Give the rows of these names; SettingsError tells the nearest name, or else all."""
    if not names:
        raise SettingsError(f"no {kind} is named: choose from {', '.join(table)}")
    for name in names:
        if name not in table:
            raise SettingsError(f"there is no {kind} {name!r}: {nearest(name, table)}")
    return [table[name] for name in names]


def check_device(device: str | None, of_torch: str) -> None:
    """Raise SettingsError unless numpy computes there; `of_torch` is what computes elsewhere."""
    if device not in (None, "cpu"):
        raise SettingsError(
            f"`device` is {str(device)!r}: numpy computes on 'cpu' only; {of_torch} takes other "
            "devices"
        )


def check_value(name: str, value: object, good: bool, rule: str) -> None:
    """Raise SettingsError, with the rule, unless a value is good."""
    if not good:
        raise SettingsError(f"`{name}` is {value!r}: it must be {rule}")


def narrowed(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Give values in a narrower type; SettingsError if one of them is too large for it."""
    try:
        with np.errstate(over="raise"):
            return values.astype(dtype, copy=False)
    except FloatingPointError:
        raise SettingsError(
            f"a value is beyond the largest {dtype} ({np.finfo(dtype).max:.0f}): choose "
            "`dtype='float32'`, `spectrum='db'` or `spectrum='log'`"
        ) from None
