"""Transform kernels in files: as a matrix, or as torchlibrosa and nnAudio keep them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError
from stftcli.files.prefix import split_prefix
from stftcli.files.tensors import TensorFile, open_tensors
from stftcli.files.untrusted import list_names

Array = NDArray[Any]


class StoredKernel(NamedTuple):
    """A kernel of shape (2 * bins, filter_length), and whether its window is in it already."""

    matrix: Array
    holds_window: bool


class _Form(NamedTuple):
    """The names of the tensors of a kernel, and how they are put together."""

    names: tuple[str, ...]
    join: Callable[..., Array]
    holds_window: bool


def _windowed(kernel: Array, window: Array) -> Array:
    if window.shape != (1, kernel.shape[1]):
        raise ValueError(
            f"the window beside the kernel has {window.size} values, its frames {kernel.shape[1]}"
        )
    return np.asarray(kernel * window)


# stftcli.torch.STFT keeps the window beside the kernel. nnAudio convolves with sines and takes the
# imaginary part as minus the outcome; torchlibrosa keeps the imaginary rows as they are. Both
# multiply the window into them. Of forms that share a name, the one of more names comes first.
_FORMS = (
    _Form(("kernel", "window"), _windowed, True),
    _Form(("kernel",), lambda kernel: kernel, False),
    _Form(("weight",), lambda weight: weight, False),
    _Form(("conv_real.weight", "conv_imag.weight"), lambda re, im: np.concatenate((re, im)), True),
    _Form(("wcos", "wsin"), lambda cosine, sine: np.concatenate((cosine, -sine)), True),
)


def read_kernel(file: str) -> StoredKernel:
    """Read a kernel from ``FILE`` or ``FILE:PREFIX``.

    Raises
    ------
    InputError
        If the file holds none; the names that it holds are listed.
    """
    path, prefix = split_prefix(file)
    with open_tensors(path) as tensors:
        return _find(path, prefix, tensors)


def _find(path: Path, prefix: str, tensors: TensorFile) -> StoredKernel:
    def read(name: str) -> Array:
        tensor, of_window = tensors.read(name), f".{name}".endswith(".window")
        return _rows(np.atleast_2d(tensor) if of_window else tensor, f"{path}: {name}")

    holder, _, last = prefix.rpartition(".")
    if prefix in tensors.names and last == "kernel":
        prefix = holder  # a window that lies beside it belongs to it
    for form in _FORMS:
        names = [f"{prefix}.{name}" if prefix else name for name in form.names]
        if set(names) <= set(tensors.names):
            return StoredKernel(form.join(*map(read, names)), form.holds_window)
    if prefix in tensors.names:
        return StoredKernel(read(prefix), False)
    wanted = " or ".join(" and ".join(form.names) for form in _FORMS)
    under = f" under {prefix!r}" if prefix else ""
    raise InputError(
        f"{path} holds no kernel{under}: it has {list_names(tensors.names)}, not {wanted}"
    )


def _rows(tensor: Array, name: str) -> Array:
    # A convolution's weight has an axis of one channel between rows and samples.
    rows = tensor[:, 0] if tensor.ndim == 3 and tensor.shape[1] == 1 else tensor
    if rows.ndim != 2 or not rows.size:
        raise InputError(f"{name} has shape {tensor.shape}: a kernel's is (rows, samples)")
    if not np.isfinite(rows).all():
        raise InputError(f"{name} holds NaN or infinite values")
    return rows
