"""Feature arrays in, a few rows at a time."""

import zipfile
from collections.abc import Iterator
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError
from stftcli.files.tensors import explained, read_npy_header

ENDINGS = (".npy", ".npz")
_VALUES, _MOST_FEATURES = 1 << 22, 1 << 20


def read_rows(path: str) -> Iterator[NDArray[Any]]:
    """Give the rows of a feature array, batch after batch.

    Parameters
    ----------
    path : str
        A .npy file, or a .npz file as `stftcli features` writes it, of shape (frames, features).

    Yields
    ------
    ndarray, shape (any, features)
        Some rows.

    Raises
    ------
    InputError
        If it is no such array, or holds NaN or infinite values.
    """
    batches = _npz_batches(path) if path.lower().endswith(".npz") else _npy_batches(path)
    while True:
        # Only the reading: what goes wrong with a batch elsewhere is not this file's fault.
        with explained(path, "a feature array"):
            batch = next(batches, None)
        if batch is None:
            return
        if not np.isfinite(batch).all():
            raise InputError(f"{path} holds NaN or infinite values")
        yield batch


def _npy_batches(path: str) -> Iterator[NDArray[Any]]:
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    _check(array.shape, array.dtype)
    step = _rows_at_once(array.shape[1])
    for row in range(0, len(array), step):
        yield np.asarray(array[row : row + step])


def _npz_batches(path: str) -> Iterator[NDArray[Any]]:
    with zipfile.ZipFile(Path(path)) as archive, archive.open("features.npy") as member:
        shape, columns_first, dtype = read_npy_header(member)
        _check(shape, dtype)
        if columns_first:  # they could not be read row by row
            raise ValueError("its layout is bins-first: write it frames-first")
        rows, features = shape
        if prod(shape) * dtype.itemsize > archive.getinfo("features.npy").file_size:
            raise ValueError("it claims more than it holds")
        step = _rows_at_once(features)
        for row in range(0, rows, step):
            yield _read(member, (min(step, rows - row), features), dtype)


def _read(member: IO[bytes], shape: tuple[int, int], dtype: np.dtype[Any]) -> NDArray[Any]:
    wanted = prod(shape) * dtype.itemsize
    content = member.read(wanted)
    if len(content) < wanted:
        raise ValueError("it ends early")
    return np.frombuffer(content, dtype).reshape(shape)


def _rows_at_once(features: int) -> int:
    return max(1, _VALUES // features)


def _check(shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if len(shape) != 2 or dtype.kind not in "fiu" or not 1 <= shape[1] <= _MOST_FEATURES:
        raise ValueError(f"it has shape {shape} of {dtype}, not (frames, features) of real numbers")
