"""Named arrays in .npz, .npy, .safetensors and .pt files, read without trust in their claims."""

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
import safetensors
from numpy.lib import format as npy
from numpy.typing import NDArray

from stftcli.errors import InputError, SettingsError, StftcliError
from stftcli.files import state_dict
from stftcli.files.atomic import atomic_write
from stftcli.frozen import Frozen

MAX_TENSOR_BYTES = 1 << 30
"""Bytes that one array may claim. Weights are far smaller, and a small zip can claim far more."""


class TensorFile(Frozen):
    """The names of the arrays in an open file, and the function that reads one of them."""

    names: tuple[str, ...]
    read: Callable[[str], NDArray[Any]]


def split_prefix(file: str | os.PathLike[str]) -> tuple[Path, str]:
    """Split ``FILE:PREFIX``, unless there is a file of the whole name, colon and all."""
    text = os.fspath(file)
    stem, colon, prefix = text.rpartition(":")
    if not colon or Path(text).exists() or not Path(stem).suffix:
        return Path(text), ""
    return Path(stem), prefix


@contextmanager
def open_tensors(path: Path) -> Iterator[TensorFile]:
    """Open a file of arrays; whatever is wrong with it ends as one InputError.

    A .npy file holds one array, named "weight".
    """
    opener = _OPENERS.get(path.suffix.lower())
    if opener is None:
        raise SettingsError(f"{path}: weights are read from {_endings()}")
    with as_input_error(path, f"a valid {path.suffix} file"), opener(path) as tensors:
        yield tensors


@contextmanager
def as_input_error(path: str | os.PathLike[str], expected: str) -> Iterator[None]:
    """Turn whatever goes wrong while a file is read into one InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    except StftcliError:
        raise
    except Exception as error:  # the parsers raise a dozen kinds on bad files
        raise InputError(f"{path} is not {expected}: {error}") from error


def write_tensors(path: Path, tensors: dict[str, NDArray[Any]]) -> None:
    """Write named arrays; a .npy file takes only a single one, the weight."""
    check_names(path, tuple(tensors))
    writer = _WRITERS[path.suffix.lower()]
    with atomic_write(path) as file:
        writer(file, tensors)


def check_names(path: Path, names: tuple[str, ...]) -> None:
    """Raise SettingsError if a file of this ending cannot take arrays of these names."""
    ending = path.suffix.lower()
    if ending not in _WRITERS:
        raise SettingsError(f"{path}: weights are written to {_endings()}")
    if ending == ".npy" and names != ("weight",):
        raise SettingsError(
            f"{path}: a .npy file takes one weight without a bias or a prefix; use .npz"
        )
    if ending in state_dict.ENDINGS:
        state_dict.check_torch()


def _write_npy(file: IO[bytes], tensors: dict[str, NDArray[Any]]) -> None:
    np.save(file, tensors["weight"], allow_pickle=False)


def _write_npz(file: IO[bytes], tensors: dict[str, NDArray[Any]]) -> None:
    np.savez(file, **tensors)  # type: ignore[arg-type]  # names are not its options


def _write_safetensors(file: IO[bytes], tensors: dict[str, NDArray[Any]]) -> None:
    from safetensors.numpy import save

    file.write(save({name: np.ascontiguousarray(array) for name, array in tensors.items()}))


@contextmanager
def _open_npy(path: Path) -> Iterator[TensorFile]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        yield TensorFile(("weight",), lambda _: _read_npy(file, size))


@contextmanager
def _open_npz(path: Path) -> Iterator[TensorFile]:
    with zipfile.ZipFile(path) as archive:
        members = {
            member.filename.removesuffix(".npy"): member
            for member in archive.infolist()
            if member.filename.endswith(".npy")
        }

        def read(name: str) -> NDArray[Any]:
            with archive.open(members[name]) as file:
                return _read_npy(file, members[name].file_size)

        yield TensorFile(tuple(members), read)


@contextmanager
def _open_safetensors(path: Path) -> Iterator[TensorFile]:
    path.open("rb").close()  # its own errors do not tell a missing file from a broken one
    with safetensors.safe_open(path, framework="numpy") as file:

        def read(name: str) -> NDArray[Any]:
            if file.get_slice(name).get_dtype() == "BF16":
                return _read_bfloat16(path, name)
            return _numbers(file.get_tensor(name))

        yield TensorFile(tuple(file.keys()), read)


@contextmanager
def _open_state_dict(path: Path) -> Iterator[TensorFile]:
    state = state_dict.load_state_dict(path)
    yield TensorFile(tuple(state), lambda name: _numbers(state[name]()))


def read_npy_header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Give shape, whether columns come first, and type; ValueError for what is not numbers."""
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    version = npy.read_magic(file)
    if version not in readers:
        raise ValueError(f"version {version} of the format is not known")
    shape, columns_first, dtype = readers[version](file)
    if dtype.hasobject:
        raise ValueError("it holds pickled Python objects, which are never opened")
    if any(size < 0 for size in shape):
        raise ValueError(f"its shape is {shape}")
    return shape, columns_first, dtype


def _read_npy(file: IO[bytes], size: int) -> NDArray[Any]:
    shape, columns_first, dtype = read_npy_header(file)
    claimed = prod(shape) * dtype.itemsize
    if claimed > min(MAX_TENSOR_BYTES, size):
        raise ValueError(
            f"it claims {claimed} bytes, of at most {min(MAX_TENSOR_BYTES, size)} that may be there"
        )
    content = file.read(claimed)
    if len(content) < claimed:
        raise ValueError(f"it ends early: {claimed} bytes were promised, {len(content)} are there")
    array = np.frombuffer(content, dtype)
    return _numbers(array.reshape(shape, order="F" if columns_first else "C"))


def _read_bfloat16(path: Path, name: str) -> NDArray[Any]:
    # numpy has no such type; safetensors has checked the header by now.
    with path.open("rb") as file:
        header_size = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(header_size))[name]
        begin, end = entry["data_offsets"]
        file.seek(8 + header_size + begin)
        halves = np.frombuffer(file.read(end - begin), "<u2")
    return (halves.astype(np.uint32) << 16).view(np.float32).reshape(entry["shape"])


def _numbers(array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype.kind not in "fiu":
        raise ValueError(f"it holds {array.dtype}, not real numbers")
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        return array.astype(np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


_OPENERS = {
    ".npz": _open_npz,
    ".npy": _open_npy,
    ".safetensors": _open_safetensors,
    **dict.fromkeys(state_dict.ENDINGS, _open_state_dict),
}
_WRITERS = {
    ".npz": _write_npz,
    ".npy": _write_npy,
    ".safetensors": _write_safetensors,
    **dict.fromkeys(state_dict.ENDINGS, state_dict.save_state_dict),
}


def _endings() -> str:
    return ", ".join(_OPENERS)
