"""The values of feature arrays of any shape, type and layout, frame after frame."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from math import prod
from typing import IO, Any, Literal, NamedTuple

import numpy as np

from stftcli.arrays.rows import MAX_FEATURES, Batches
from stftcli.files.temporary import copy_rest, temp_space_errors, temporary_file
from stftcli.files.untrusted import read_exactly

_AT_ONCE = 1 << 18
_MAX_CHANNELS = 1 << 10
_MAX_FRAME = 1 << 22
"""Values of a frame of all channels."""


class Values(NamedTuple):
    """Where the values of an array lie, and how.

    Parameters
    ----------
    file : binary file
        Stands at the first value.
    shape : tuple of int
        Of the array.
    dtype : dtype
        Of the values.
    columns_first : bool
        Whether they lie in Fortran's order.
    layout : str or None
        "frames-first" or "bins-first", if the file says it.
    """

    file: IO[bytes]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    columns_first: bool = False
    layout: str | None = None


def shape_of(values: Values, *, bins_first: bool) -> tuple[int, ...]:
    """Give the shape (frames, [channels,] features); ValueError for what is no such array."""
    shape = values.shape
    if values.dtype.kind not in "fiuc":
        raise ValueError(f"it holds {values.dtype}, not numbers")
    if bins_first and shape:
        shape = (shape[-1], *shape[:-1])
    if len(shape) not in (2, 3) or not 1 <= shape[-1] <= MAX_FEATURES:
        raise ValueError(f"it has shape {shape}, not (frames, [channels,] features)")
    if not 1 <= prod(shape[1:-1]) <= _MAX_CHANNELS or prod(shape[1:]) > _MAX_FRAME:
        raise ValueError(f"its frames have the shape {shape[1:]}: no sound has so many channels")
    return shape


def read_frames(values: Values, *, bins_first: bool) -> Batches:
    """Give arrays of shape (any, [channels,] features), in order.

    Raises
    ------
    ValueError
        If the file ends early, or is no such array.
    """
    shape = shape_of(values, bins_first=bins_first)
    by_frames = bins_first == values.columns_first and (len(shape) == 2 or not bins_first)
    if by_frames:
        yield from _in_order(values, shape)
    else:
        yield from _from_map(values, bins_first)


def _in_order(values: Values, shape: tuple[int, ...]) -> Batches:
    frames, *frame_shape = shape
    for count in _counts(frames, prod(frame_shape)):
        size = count * prod(frame_shape) * values.dtype.itemsize
        content = read_exactly(values.file, size)
        yield np.frombuffer(content, values.dtype).reshape(count, *frame_shape)


def _from_map(values: Values, bins_first: bool) -> Batches:
    """Give frames whose values lie apart, from a map of the file or of a copy of it."""
    order: Literal["C", "F"] = "F" if values.columns_first else "C"
    if not prod(values.shape):
        return
    with _mappable(values) as (file, offset):
        size = os.fstat(file.fileno()).st_size - offset
        if prod(values.shape) * values.dtype.itemsize > size:
            raise ValueError(f"it ends early: {size} bytes of values are there")
        array = np.memmap(file, values.dtype, "r", offset, values.shape, order)
        frames = np.moveaxis(array, -1, 0) if bins_first else array
        first = 0
        for count in _counts(len(frames), prod(frames.shape[1:])):
            yield np.ascontiguousarray(frames[first : first + count])
            first += count


@contextmanager
def _mappable(values: Values) -> Iterator[tuple[IO[bytes], int]]:
    """Give the file if it lies on a disk, or else a copy that does, and where its values begin."""
    if isinstance(values.file, BufferedReader) and values.file.seekable():
        yield values.file, values.file.tell()
        return
    with temporary_file() as copy:
        with temp_space_errors():
            copy_rest(values.file, copy)
            copy.flush()
        yield copy, 0


def _counts(frames: int, values: int) -> Iterator[int]:
    step = max(1, _AT_ONCE // values)
    for first in range(0, frames, step):
        yield min(step, frames - first)
