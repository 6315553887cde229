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

_MAX_HEADER = 1 << 23

TYPES = {
    **{f"F{8 * size}": np.dtype(f"<f{size}") for size in (2, 4, 8)},
    **{f"I{8 * size}": np.dtype(f"<i{size}") for size in (1, 2, 4, 8)},
    **{f"U{8 * size}": np.dtype(f"<u{size}") for size in (1, 2, 4, 8)},
    "C64": np.dtype("<c8"),
}
"""The types that numpy has too, by the names of the format."""

_NAMES = {dtype: name for name, dtype in TYPES.items()}


class StoredTensor(NamedTuple):
    """A tensor in a file: its type and shape, the byte it begins at, and the file's own texts."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    begin: int
    texts: dict[str, str]


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
    entries: dict[str, Any] = {"__metadata__": dict(texts)}
    end = 0
    for name, (dtype, shape) in tensors.items():
        begin, end = end, end + prod(shape) * dtype.itemsize
        entries[name] = {"dtype": _NAMES[dtype], "shape": shape, "data_offsets": (begin, end)}
    content = json.dumps(entries, separators=(",", ":")).encode()
    content += b" " * (-len(content) % 8)
    return len(content).to_bytes(8, "little") + content


def find_tensor(file: IO[bytes], name: str) -> StoredTensor:
    """Find a tensor in a file; ValueError, or another error, if the header cannot be true."""
    size = os.fstat(file.fileno()).st_size
    header, first = _read_header(file, size)
    if name not in header:
        raise ValueError(f"it has no tensor named {name}")
    entry = header[name]
    dtype, shape, (begin, end) = TYPES.get(entry["dtype"]), entry["shape"], entry["data_offsets"]
    if dtype is None:
        raise ValueError(f"{name} holds {entry['dtype']}")
    if not all(type(number) is int and number >= 0 for number in (*shape, begin, end)):
        raise ValueError(f"{name} has shape {shape}, from byte {begin} to {end}")
    if end - begin != prod(shape) * dtype.itemsize:
        raise ValueError(f"{name} has shape {shape} in {end - begin} bytes")
    if first + end > size:
        raise ValueError("it claims more than it holds")
    return StoredTensor(dtype, tuple(shape), first + begin, header.get("__metadata__", {}))


def _read_header(file: IO[bytes], size: int) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(file.read(8), "little")
    if not 0 < length <= min(_MAX_HEADER, size - 8):
        raise ValueError(f"its header claims {length} bytes")
    header = json.loads(file.read(length))
    if not isinstance(header, dict):
        raise ValueError("its header is no JSON object")  # noqa: TRY004  # as_input_error all the same
    return header, 8 + length
