"""Torch's state dicts (.pt, .pth), through torch itself and without unpickling code."""

import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import MissingExtraError

ENDINGS = (".pt", ".pth")


def _torch(purpose: str) -> Any:
    try:
        import torch
    except ImportError:
        raise MissingExtraError(purpose, "torch", "torch") from None
    return torch


def check_torch() -> None:
    """Raise MissingExtraError if torch is not installed."""
    try:
        found = find_spec("torch") is not None
    except ValueError:  # a module that was set to None
        found = False
    if not found:
        raise MissingExtraError("writing a state dict", "torch", "torch")


def load_state_dict(path: Path) -> dict[str, Callable[[], NDArray[Any]]]:
    """Give, by name, functions that read a state dict's tensors; ValueError for other files."""
    torch = _torch(f"reading {path.name}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # weights_only refuses whatever is not plain tensors.
            state = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # torch raises many kinds, and tells how to load it all the same
        raise ValueError(
            "torch finds no plain tensors in it; other objects are never opened"
        ) from (error)
    if not isinstance(state, dict):
        raise ValueError(f"it holds a {type(state).__name__}, not a state dict")  # noqa: TRY004
    return {
        str(name): partial(_array, tensor, torch)
        for name, tensor in state.items()
        if torch.is_tensor(tensor)
    }


def save_state_dict(file: IO[bytes], tensors: dict[str, NDArray[Any]]) -> None:
    """Write tensors as a state dict."""
    torch = _torch("writing a state dict")
    torch.save({name: torch.tensor(np.asarray(array)) for name, array in tensors.items()}, file)


def _array(tensor: Any, torch: Any) -> NDArray[Any]:
    if tensor.dtype == torch.bfloat16:
        tensor = tensor.float()
    return np.asarray(tensor.detach().numpy())
