"""numpy's .npy format, alone and as a member of a .npz archive: its header and its values."""

import warnings
from math import prod
from typing import IO, Any, Literal, NamedTuple

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from stftcli.files.untrusted import read_exactly


class NpyHeader(NamedTuple):
    """What a .npy file says of its array: shape, whether columns come first, type of the values."""

    shape: tuple[int, ...]
    columns_first: bool
    dtype: np.dtype[Any]

    @property
    def order(self) -> Literal["C", "F"]:
        """How numpy calls the order of the values."""
        return "F" if self.columns_first else "C"

    @property
    def nbytes(self) -> int:
        """Number of bytes that the values claim."""
        return prod(self.shape) * self.dtype.itemsize


def read_npy_header(file: IO[bytes], size: int | None) -> NpyHeader:
    """Read the beginning of an array in a file of `size` bytes; None: a pipe, of any.

    Raises
    ------
    ValueError
        If it is no header, or the array holds Python objects or would be longer than the file.
    """
    header = _parse_header(file)
    if header.dtype.hasobject:
        raise ValueError("it holds pickled Python objects, which are never opened")
    if any(length < 0 for length in header.shape):
        raise ValueError(f"its shape is {header.shape}")
    if size is not None and header.nbytes > size - file.tell():
        raise ValueError(f"it claims {header.nbytes} bytes, of {size} that may be there")
    return header


def _parse_header(file: IO[bytes]) -> NpyHeader:
    readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    try:
        # Python 2 wrote some headers, of which numpy warns.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return NpyHeader(*readers[npy.read_magic(file)](file))
    except OSError:
        raise
    except Exception as error:  # numpy's texts speak of pickles, and of its own options
        raise ValueError("its header is none that numpy writes") from error


def read_npy_values(file: IO[bytes], header: NpyHeader) -> NDArray[Any]:
    """Read the values after a header, once, whatever their order."""
    content = read_exactly(file, header.nbytes)
    return np.ndarray(header.shape, header.dtype, content, order=header.order)
