"""The header of a .safetensors file, written and read.

The file is the header's length in eight bytes (little-endian), the header in JSON, and the tensors,
one directly after another (https://huggingface.co/docs/safetensors, "Format").
"""

import json
import os
from collections.abc import Mapping
from math import prod
from typing import IO, Any, NamedTuple

import numpy as np

from stftcli.files.untrusted import check_shape, parse_object

_MAX_HEADER = 1 << 23

TYPES = {
    **{f"F{8 * size}": np.dtype(f"<f{size}") for size in (2, 4, 8)},
    **{f"I{8 * size}": np.dtype(f"<i{size}") for size in (1, 2, 4, 8)},
    **{f"U{8 * size}": np.dtype(f"<u{size}") for size in (1, 2, 4, 8)},
    "C64": np.dtype("<c8"),
}
"""The types that numpy has too, by the names of the format."""

_NAMES = {dtype: name for name, dtype in TYPES.items()}
_METADATA = "__metadata__"
_BFLOAT16_BYTES = 2


class StoredTensor(NamedTuple):
    """A tensor in a file: the name of its type, its shape, and the bytes where it lies."""

    type_name: str
    shape: tuple[int, ...]
    begin: int
    end: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its values; ValueError if numpy has none."""
        if self.type_name not in TYPES:
            raise ValueError(f"it holds {self.type_name}, not real numbers")
        return TYPES[self.type_name]

    @property
    def itemsize(self) -> int:
        """Bytes of a value."""
        return _BFLOAT16_BYTES if self.type_name == "BF16" else self.dtype.itemsize


class SafetensorsHeader(NamedTuple):
    """What a file holds: tensors, and texts beside them."""

    tensors: dict[str, StoredTensor]
    texts: dict[str, str]

    def tensor(self, name: str) -> StoredTensor:
        """Give a tensor; ValueError if it is not there."""
        if name not in self.tensors:
            raise ValueError(f"it has no tensor named {name}")
        return self.tensors[name]


def has_type(dtype: np.dtype[Any]) -> bool:
    """Say whether the format has numbers of a type."""
    return dtype.newbyteorder("<") in _NAMES


def make_header(
    tensors: Mapping[str, tuple[np.dtype[Any], tuple[int, ...]]], texts: Mapping[str, str]
) -> bytes:
    """Give the beginning of a file of these tensors, in this order; a multiple of 8 bytes.

    Parameters
    ----------
    tensors : mapping of str to (dtype, shape)
        Those of larger values first, so that each begins at a multiple of its values' size.
    texts : mapping of str to str
        What stands beside them.
    """
    entries: dict[str, Any] = {_METADATA: dict(texts)}
    end = 0
    for name, (dtype, shape) in tensors.items():
        begin, end = end, end + prod(shape) * dtype.itemsize
        entries[name] = {"dtype": _NAMES[dtype], "shape": shape, "data_offsets": (begin, end)}
    content = json.dumps(entries, separators=(",", ":")).encode()
    content += b" " * (-len(content) % 8)
    return len(content).to_bytes(8, "little") + content


def read_header(file: IO[bytes]) -> SafetensorsHeader:
    """Read a header; ValueError, or another error, if it cannot be true of this file."""
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if not 0 < length <= min(_MAX_HEADER, size - 8):
        raise ValueError(f"its header claims {length} bytes")
    entries = parse_object(file.read(length))
    texts = entries.pop(_METADATA, {})
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise ValueError("the texts in its header are none")
    first = 8 + length
    tensors = {name: _stored(name, entry, first) for name, entry in entries.items()}
    _check_places(tensors, first, size)
    return SafetensorsHeader(tensors, texts)


def _stored(name: str, entry: Any, first: int) -> StoredTensor:
    type_name, shape = entry["dtype"], check_shape(entry["shape"])
    begin, end = check_shape(entry["data_offsets"])
    if not isinstance(type_name, str):
        raise ValueError(f"{name} has type {type_name}")  # noqa: TRY004
    item_bytes = 2 if type_name == "BF16" else None
    if type_name in TYPES:
        item_bytes = TYPES[type_name].itemsize
    if item_bytes is not None and end - begin != prod(shape) * item_bytes:
        raise ValueError(f"{name} has shape {shape} in {end - begin} bytes")
    return StoredTensor(type_name, shape, first + begin, first + end)


def _check_places(tensors: dict[str, StoredTensor], first: int, size: int) -> None:
    # One after another, without gaps: two that share bytes would be a file larger than itself.
    end = first
    for name, tensor in sorted(tensors.items(), key=lambda item: (item[1].begin, item[1].end)):
        if tensor.begin != end or tensor.end < end:
            raise ValueError(f"{name} does not lie directly after the tensor before it")
        end = tensor.end
    if end != size:
        raise ValueError(f"it claims {end} bytes and has {size}")
