"""Files of layers, read and written without stftcli."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

Arrays = dict[str, NDArray[Any]]


def read(path: Path) -> Arrays:
    """Give all arrays of a .npz, .npy or .safetensors file; that of a .npy file is the weight."""
    if path.suffix == ".safetensors":
        return dict(load_file(path))
    if path.suffix == ".npy":
        return {"weight": np.load(path)}
    with np.load(path) as archive:
        return dict(archive)


def write(path: Path, **arrays: NDArray[Any]) -> None:
    """Write arrays into a file of any of these kinds."""
    if path.suffix == ".safetensors":
        save_file(arrays, path)
    elif path.suffix == ".npy":
        np.save(path, arrays["weight"])
    else:
        np.savez(path, **arrays)  # type: ignore[arg-type]


def write_bfloat16(path: Path, **arrays: NDArray[np.float32]) -> None:
    """Write a .safetensors file of bfloat16, which numpy does not have."""
    header: dict[str, Any] = {}
    content = b""
    for name, array in arrays.items():
        halves = (array.view(np.uint32) >> 16).astype("<u2").tobytes()
        offsets = [len(content), len(content) + len(halves)]
        header[name] = {"dtype": "BF16", "shape": array.shape, "data_offsets": offsets}
        content += halves
    described = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(described)) + described + content)


def apply(layer: Arrays, rows: NDArray[Any]) -> NDArray[np.float64]:
    """Give y = x A^T + b in float64."""
    weight = layer["weight"].astype(np.float64)
    return np.asarray(rows.astype(np.float64) @ weight.T + layer.get("bias", 0.0))
