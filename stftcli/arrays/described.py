"""What feature arrays say of themselves: shape, type, names and settings, read without trust."""

import json
import os
import zipfile
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.tensor_header import find_tensor
from stftcli.files.tensors import as_input_error, read_npy_header
from stftcli.frozen import Frozen

_MAX_SETTINGS, _MAX_NAMES, _MAX_FILE = 1 << 20, 1 << 22, 1 << 23
_CHARACTER_BYTES = 4


class Description(Frozen):
    """What a file tells of its array.

    Parameters
    ----------
    shape : tuple of int
        Shape of the array.
    dtype : str
        Type of its values.
    names : tuple of str, optional
        What its features are called.
    settings : dict, optional
        How it was made, as `stftcli features` stored it.
    """

    shape: tuple[int, ...]
    dtype: str
    names: tuple[str, ...] | None = None
    settings: dict[str, Any] | None = None


def read_description(path: str) -> Description:
    """Read what a file tells of its array, and no value of the array.

    Parameters
    ----------
    path : str
        A .npz or .safetensors file; a .npy file, whose names and settings stand in the file
        `<path>.json`, if there is one; such a .json file itself, or an array of any other format
        that has one beside it.

    Raises
    ------
    InputError
        If it is none of these, broken, or claims more than can be true.
    """
    file = Path(path)
    reader = _READERS.get(file.suffix.lower(), _of_any)
    with as_input_error(path, "an array with a description"):
        return reader(file)


def _of_npy(path: Path) -> Description:
    with path.open("rb") as file:
        shape, dtype = _claimed(file, os.fstat(file.fileno()).st_size)
    sidecar = _sidecar(path)
    if not sidecar.exists():
        return Description(shape, str(dtype))
    described = _of_json(sidecar)
    if (described.shape, described.dtype) != (shape, str(dtype)):
        raise ValueError(
            f"{sidecar.name} describes {described.shape} of {described.dtype}, but the array is "
            f"{shape} of {dtype}: remove it if it belongs to another"
        )
    return described


def _of_npz(path: Path) -> Description:
    with zipfile.ZipFile(path) as archive:
        with archive.open("features.npy") as member:
            shape, dtype = _claimed(member, archive.getinfo("features.npy").file_size)
        names = _stored_text(archive, "names", 1, _MAX_NAMES)
        settings = _stored_text(archive, "settings", 0, _MAX_SETTINGS)
    return Description(
        shape,
        str(dtype),
        None if names is None else _names(names.tolist()),
        None if settings is None else _settings(str(settings)),
    )


def _of_safetensors(path: Path) -> Description:
    with path.open("rb") as file:
        tensor = find_tensor(file, "features")
    names, settings = (tensor.texts.get(name) for name in ("names", "settings"))
    return Description(
        tensor.shape,
        str(tensor.dtype),
        None if names is None else _names(json.loads(names)),
        None if settings is None else _settings(settings),
    )


def _of_json(path: Path) -> Description:
    # It may be read for the array beside it, and is the one to be named all the same.
    with as_input_error(path, "a description of an array"):
        described = _object(_content(path))
        if missing := {"shape", "dtype", "names", "settings"} - set(described):
            raise ValueError(f"it says nothing of {', '.join(sorted(missing))}")
        shape, settings = described["shape"], described["settings"]
        if not all(type(length) is int and length >= 0 for length in shape):
            raise ValueError(f"its shape is {shape}")
        if not isinstance(settings, dict):
            raise ValueError("its settings are no JSON object")  # noqa: TRY004
        return Description(
            tuple(shape), str(described["dtype"]), _names(described["names"]), _checked(settings)
        )


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_MAX_FILE + 1)
    if len(content) > _MAX_FILE:
        raise ValueError(f"it is longer than {_MAX_FILE} bytes")
    return content


def _of_any(path: Path) -> Description:
    path.open("rb").close()  # a missing array is another fault than a missing description
    sidecar = _sidecar(path)
    if not sidecar.exists():
        raise ValueError(f"there is no {sidecar.name} beside it")
    return _of_json(sidecar)


def _sidecar(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _claimed(file: IO[bytes], size: int) -> tuple[tuple[int, ...], np.dtype[Any]]:
    shape, _, dtype = read_npy_header(file)
    if file.tell() + prod(shape) * dtype.itemsize > size:
        raise ValueError("it claims more than it holds")
    return shape, dtype


def _stored_text(
    archive: zipfile.ZipFile, name: str, axes: int, longest: int
) -> NDArray[np.str_] | None:
    if f"{name}.npy" not in archive.namelist():
        return None
    with archive.open(f"{name}.npy") as member:
        shape, _, dtype = read_npy_header(member)
        claimed = prod(shape) * dtype.itemsize
        if dtype.kind != "U" or len(shape) != axes or claimed > longest * _CHARACTER_BYTES:
            raise ValueError(
                f"its {name} are {claimed} bytes of {dtype}, of shape {shape}, and should be text "
                f"of at most {longest} characters"
            )
        return np.ndarray(shape, dtype, member.read(claimed))


def _names(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError("its names are no list of texts")
    return tuple(values)


def _settings(text: str) -> dict[str, Any]:
    if len(text) > _MAX_SETTINGS:
        raise ValueError(f"its settings are longer than {_MAX_SETTINGS} characters")
    return _checked(_object(text))


def _checked(settings: dict[str, Any]) -> dict[str, Any]:
    for name in ("input", "features"):
        if not isinstance(settings.get(name, {}), dict):
            raise ValueError(f"its {name} is no JSON object")  # noqa: TRY004
    return settings


def _object(text: str | bytes) -> dict[str, Any]:
    values = json.loads(text)
    if not isinstance(values, dict):
        raise ValueError("what should be a JSON object is none")  # noqa: TRY004
    return values


_READERS: dict[str, Callable[[Path], Description]] = {
    ".npy": _of_npy,
    ".npz": _of_npz,
    ".safetensors": _of_safetensors,
    ".json": _of_json,
}
