"""Feature arrays in, a few rows at a time."""

import zipfile
from collections.abc import Callable, Iterator
from math import prod
from pathlib import Path, PurePath
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.tensor_header import find_tensor
from stftcli.errors import InputError
from stftcli.files.tensors import as_input_error, read_npy_header

_VALUES, _MAX_FEATURES = 1 << 22, 1 << 20

Batches = Iterator[NDArray[Any]]


def read_rows(path: str) -> Batches:
    """Give the rows of a feature array, batch after batch.

    Parameters
    ----------
    path : str
        A .npy file, or a .npz or .safetensors file as `stftcli features` writes it, of shape
        (frames, features).

    Yields
    ------
    ndarray, shape (any, features)
        Some rows.

    Raises
    ------
    InputError
        If it is no such array, or holds NaN or infinite values.
    """
    batches = _READERS.get(PurePath(path).suffix.lower(), _npy_batches)(path)
    while True:
        # Only the reading: what goes wrong with a batch elsewhere is not this file's fault.
        with as_input_error(path, "a feature array"):
            batch = next(batches, None)
        if batch is None:
            return
        if not np.isfinite(batch).all():
            raise InputError(f"{path} holds NaN or infinite values")
        yield batch


def _npy_batches(path: str) -> Batches:
    array = np.load(path, mmap_mode="r", allow_pickle=False)
    _check(array.shape, array.dtype)
    step = _rows_at_once(array.shape[1])
    for row in range(0, len(array), step):
        yield np.asarray(array[row : row + step])


def _npz_batches(path: str) -> Batches:
    with zipfile.ZipFile(Path(path)) as archive, archive.open("features.npy") as member:
        shape, columns_first, dtype = read_npy_header(member)
        _check(shape, dtype, columns_first)
        if prod(shape) * dtype.itemsize > archive.getinfo("features.npy").file_size:
            raise ValueError("it claims more than it holds")
        yield from _batches(member, shape, dtype)


def _safetensors_batches(path: str) -> Batches:
    with Path(path).open("rb") as file:
        tensor = find_tensor(file, "features")
        _check(tensor.shape, tensor.dtype, tensor.texts.get("layout") == "bins-first")
        file.seek(tensor.begin)
        yield from _batches(file, tensor.shape, tensor.dtype)


def _batches(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> Batches:
    rows, features = shape
    step = _rows_at_once(features)
    for row in range(0, rows, step):
        yield _read(file, (min(step, rows - row), features), dtype)


def _read(file: IO[bytes], shape: tuple[int, int], dtype: np.dtype[Any]) -> NDArray[Any]:
    wanted = prod(shape) * dtype.itemsize
    content = file.read(wanted)
    if len(content) < wanted:
        raise ValueError("it ends early")
    return np.frombuffer(content, dtype).reshape(shape)


def _rows_at_once(features: int) -> int:
    return max(1, _VALUES // features)


def _check(shape: tuple[int, ...], dtype: np.dtype[Any], bins_first: bool = False) -> None:
    if len(shape) != 2 or dtype.kind not in "fiu" or not 1 <= shape[1] <= _MAX_FEATURES:
        raise ValueError(f"it has shape {shape} of {dtype}, not (frames, features) of real numbers")
    if bins_first:  # they could not be read row by row
        raise ValueError("its layout is bins-first: write it frames-first")


_READERS: dict[str, Callable[[str], Batches]] = {
    ".npy": _npy_batches,
    ".npz": _npz_batches,
    ".safetensors": _safetensors_batches,
}

ENDINGS = tuple(_READERS)
"""The endings of files that are read as feature arrays."""
