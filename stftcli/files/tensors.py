"""Named arrays in .npz, .npy, .safetensors and .pt files, read without trust in their claims."""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError, SettingsError
from stftcli.files import state_dict
from stftcli.files.atomic import atomic_write
from stftcli.files.here import located
from stftcli.files.npy import read_npy_header, read_npy_values
from stftcli.files.npz import open_npz
from stftcli.files.places import exists
from stftcli.files.safetensors_header import StoredTensor, read_header
from stftcli.files.untrusted import as_input_error, read_exactly
from stftcli.frozen import Frozen
from stftcli.settings.memory import VARIABLE, max_memory, spell_bytes

COPIES = 6
"""How many times its own size an array takes, while it is checked, converted and laid out."""

_COMPUTED_BYTES = 4
"""Of a value at least: what is stored in fewer becomes float32."""

MAX_UNPACKED_BYTES, MAX_PACKING = 1 << 26, 20
"""Bytes of an array that a zip may pack at will, and how often it may pack a larger one.

Weights of noise are packed 1.1 times, zeros a thousand times: a file of 1 MB would take 1 GB.
"""


class TensorFile(Frozen):
    """The names of the arrays in an open file, and the function that reads one of them."""

    names: tuple[str, ...]
    read: Callable[[str], NDArray[Any]]


@contextmanager
def open_tensors(path: Path) -> Iterator[TensorFile]:
    """Open a file of arrays; whatever is wrong with it ends as one InputError.

    A .npy file holds one array, named "weight".
    """
    opener = _OPENERS.get(path.suffix.lower())
    if opener is None:
        raise SettingsError(f"{path}: weights are read from {_endings()}")
    if not path.is_absolute() and not exists(located(path)):
        raise InputError(
            f"{path} cannot be read: No such file or directory; weights that settings name are "
            "looked for in the current folder: name them in full, or go there"
        )
    with (
        as_input_error(path, f"a valid {path.suffix} file"),
        opener(Path(located(path))) as tensors,
    ):
        yield tensors


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

        def read(name: str) -> NDArray[Any]:
            header = read_npy_header(file, os.fstat(file.fileno()).st_size)
            _check_size(name, header.nbytes, header.dtype.itemsize)
            return _numbers(read_npy_values(file, header))

        yield TensorFile(("weight",), read)


@contextmanager
def _open_npz(path: Path) -> Iterator[TensorFile]:
    with open_npz(path) as archive:
        members = archive.arrays()

        def read(name: str) -> NDArray[Any]:
            with archive.open_array(name) as (file, header):
                _check_size(name, header.nbytes, header.dtype.itemsize)
                _check_packing(name, members[name])
                return _numbers(read_npy_values(file, header))

        yield TensorFile(tuple(members), read)


@contextmanager
def _open_safetensors(path: Path) -> Iterator[TensorFile]:
    with path.open("rb") as file:
        header = read_header(file)

        def read(name: str) -> NDArray[Any]:
            tensor = header.tensor(name)
            _check_size(name, tensor.end - tensor.begin, tensor.itemsize)
            file.seek(tensor.begin)
            return _numbers(_stored_values(file, tensor))

        yield TensorFile(tuple(header.tensors), read)


@contextmanager
def _open_state_dict(path: Path) -> Iterator[TensorFile]:
    state = state_dict.load_state_dict(path)

    def read(name: str) -> NDArray[Any]:
        _check_size(name, state[name].nbytes, state[name].tensor.element_size())
        return _numbers(state[name].read())

    yield TensorFile(tuple(state), read)


def _check_size(name: str, claimed: int, itemsize: int) -> None:
    copies = COPIES * max(1, _COMPUTED_BYTES // max(1, itemsize))
    if claimed > (largest := max_memory() // copies):
        raise ValueError(
            f"{name} claims {claimed} bytes, of at most {largest}: give a smaller one, or set "
            f"{VARIABLE}={-(-claimed * copies // 10**9)}GB"
        )


def _check_packing(name: str, member: zipfile.ZipInfo) -> None:
    size, packed = member.file_size, member.compress_size
    if size > max(MAX_UNPACKED_BYTES, MAX_PACKING * packed):
        raise ValueError(
            f"{name} takes {spell_bytes(size)} and is {spell_bytes(packed)} in the file: what is "
            f"packed more than {MAX_PACKING} times may take {spell_bytes(MAX_UNPACKED_BYTES)}; "
            "write it with numpy.savez, which does not pack"
        )


def _stored_values(file: IO[bytes], tensor: StoredTensor) -> NDArray[Any]:
    content = read_exactly(file, tensor.end - tensor.begin)
    if tensor.type_name == "BF16":  # numpy has no such type: the upper halves of float32
        halves = np.frombuffer(content, "<u2")
        return (halves.astype(np.uint32) << 16).view(np.float32).reshape(tensor.shape)
    return np.frombuffer(content, tensor.dtype).reshape(tensor.shape)


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
