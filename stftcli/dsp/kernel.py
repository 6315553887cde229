"""The discrete Fourier transform as a matrix."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


def dft_kernel(filter_length: int, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Give the discrete Fourier transform as a real matrix.

    Parameters
    ----------
    filter_length : int
        Samples in one transform.
    dtype : dtype, default float32
        Of the result; it is computed in float64.

    Returns
    -------
    ndarray, shape (2 * (filter_length // 2 + 1), filter_length)
        ``cos(2 pi k n / filter_length)`` above ``-sin(2 pi k n / filter_length)``.
    """
    # k * n is reduced as an integer, which keeps the angles exact for long transforms.
    turns = np.outer(np.arange(filter_length // 2 + 1), np.arange(filter_length)) % filter_length
    circle = np.exp(-2j * np.pi * np.arange(filter_length) / filter_length)
    return np.concatenate((circle.real[turns], circle.imag[turns])).astype(dtype)
