"""The weight and the bias of a linear layer in a file of tensors, under torch's names."""

import os
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from stftcli.errors import InputError, SettingsError
from stftcli.files.prefix import split_prefix
from stftcli.files.tensors import check_names, open_tensors, write_tensors
from stftcli.files.untrusted import list_names


def read_layer(file: str | os.PathLike[str]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Give the weight and the bias (None: there is none) that ``FILE`` or ``FILE:PREFIX`` holds."""
    path, prefix = split_prefix(file)
    with open_tensors(path) as tensors:
        layer = _pick_layer(str(path), tensors.names, prefix)
        weight = tensors.read(f"{layer}weight")
        bias = tensors.read(f"{layer}bias") if f"{layer}bias" in tensors.names else None
    return weight, bias


def write_layer(
    file: str | os.PathLike[str], weight: NDArray[Any], bias: NDArray[Any] | None
) -> None:
    """Write what `read_layer` reads; with a prefix, a file's other layers stay."""
    path, prefix = split_prefix(file)
    layer = f"{prefix}." if prefix else ""
    tensors = _others(path, layer) if layer and path.exists() else {}
    tensors[f"{layer}weight"] = weight
    if bias is not None:
        tensors[f"{layer}bias"] = bias
    write_tensors(path, tensors)


def check_layer_name(file: str, *, bias: bool) -> None:
    """Raise SettingsError, before any work, if a layer cannot be written under this name."""
    path, prefix = split_prefix(file)
    names = ("weight", "bias") if bias else ("weight",)
    check_names(path, tuple(f"{prefix}.{name}" if prefix else name for name in names))


def _others(path: Path, layer: str) -> dict[str, NDArray[Any]]:
    with open_tensors(path) as tensors:
        return {name: tensors.read(name) for name in tensors.names if not name.startswith(layer)}


def _pick_layer(path: str, names: tuple[str, ...], prefix: str) -> str:
    layers = [name.removesuffix("weight") for name in names if f".{name}".endswith(".weight")]
    if not layers:
        raise InputError(f"{path} holds no layer: it has {list_names(names) or 'no arrays'}")
    listed = list_names(
        repr(layer.removesuffix(".")) if layer else "one without" for layer in layers
    )
    if prefix:
        if f"{prefix}." not in layers:
            raise SettingsError(f"{path} holds no layer {prefix!r}: there are {listed}")
        return f"{prefix}."
    if len(layers) > 1 and "" not in layers:
        raise SettingsError(f"{path} holds several layers: name one as {path}:PREFIX, of {listed}")
    return "" if "" in layers else layers[0]
