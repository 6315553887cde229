"""Torch's state dicts (.pt, .pth), through torch itself and without unpickling code."""

import warnings
import zipfile
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import MissingExtraError
from stftcli.frozen import Frozen

ENDINGS = (".pt", ".pth")


class StateTensor(Frozen):
    """A tensor of torch's, whose values are not copied yet."""

    tensor: Any

    @property
    def nbytes(self) -> int:
        """Number of bytes that its values take; ValueError if the file holds fewer."""
        claimed = int(self.tensor.numel() * self.tensor.element_size())
        # A tensor may be one number that stands for a billion.
        if claimed > (stored := self.tensor.untyped_storage().nbytes()):
            raise ValueError(
                f"a tensor claims {claimed} bytes and the file holds {stored} of it: save an "
                "expanded tensor by its contiguous()"
            )
        return claimed

    def read(self) -> NDArray[Any]:
        """Give its values; those of bfloat16 as float32."""
        import torch

        tensor = self.tensor.float() if self.tensor.dtype == torch.bfloat16 else self.tensor
        return np.asarray(tensor.detach().numpy())


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


def load_state_dict(path: Path) -> dict[str, StateTensor]:
    """Give the tensors of a state dict by name; ValueError for other files."""
    torch = _torch(f"reading {path.name}")
    _check_unpacked(path)
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
    # Of a checkpoint, which holds the numbers of the training beside it.
    if isinstance(inner := state.get("state_dict"), dict):
        state = inner
    return {
        str(name): StateTensor(tensor) for name, tensor in state.items() if torch.is_tensor(tensor)
    }


def _check_unpacked(path: Path) -> None:
    # torch packs nothing, but unpacks what others have packed, however large it becomes.
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            if any(member.compress_type != zipfile.ZIP_STORED for member in archive.infolist()):
                raise ValueError("it is packed, which torch does not do: save it with torch.save")


def save_state_dict(file: IO[bytes], tensors: dict[str, NDArray[Any]]) -> None:
    """Write tensors as a state dict."""
    torch = _torch("writing a state dict")
    torch.save({name: torch.tensor(np.asarray(array)) for name, array in tensors.items()}, file)
