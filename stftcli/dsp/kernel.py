"""The transform as a matrix: that of Fourier, others in its place, and the product with it."""

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from stftcli.dsp import rows
from stftcli.dsp.checks import Complexes, RealDType, Reals, finite_array
from stftcli.errors import SettingsError
from stftcli.settings.memory import check_memory

_ENTRY_BYTES = 24
"""That an entry of a kernel takes while it is computed."""


def dft_kernel(filter_length: int, dtype: DTypeLike = np.float32) -> Reals:
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
    check_memory(
        _ENTRY_BYTES * filter_length**2,
        f"a kernel of {filter_length} samples",
        "give shorter frames",
    )
    # k * n is reduced as an integer, which keeps the angles exact for long transforms.
    turns = np.outer(np.arange(filter_length // 2 + 1), np.arange(filter_length)) % filter_length
    circle = np.exp(-2j * np.pi * np.arange(filter_length) / filter_length)
    if filter_length % 2 == 0:
        circle[filter_length // 2] = -1  # so that a real bin has no imaginary part at all
    return np.concatenate((circle.real[turns], circle.imag[turns] + 0.0)).astype(dtype)


def checked_kernel(values: ArrayLike, filter_length: int, dtype: RealDType) -> Reals:
    """Give a matrix that can stand in the place of `dft_kernel`.

    Raises
    ------
    SettingsError
        If its shape is another, or it is not finite.
    """
    kernel = finite_array(values, "kernel", dtype)
    wanted = (2 * (filter_length // 2 + 1), filter_length)
    if kernel.shape != wanted:
        raise SettingsError(
            f"the kernel has shape {kernel.shape}: for filter_length {filter_length} it must be "
            f"{wanted}, real rows above imaginary ones"
        )
    return kernel


def multiply(kernel: Reals, frames: Reals, products: Reals, out: Complexes) -> None:
    """Put frames times the transposed kernel into `out`.

    Parameters
    ----------
    kernel : ndarray, shape (2 * bins, filter_length)
        Real rows above imaginary ones.
    frames : ndarray, shape (channels, frames, filter_length)
        What is transformed.
    products : ndarray, shape (channels * frames, 2 * bins)
        Room for what comes between.
    out : ndarray, complex, shape (channels, frames, bins)
        Takes the spectra.
    """
    rows.multiply(rows.dense_blocks(kernel), frames.reshape(-1, frames.shape[-1]), products)
    parts = products.reshape(*out.shape[:2], 2, out.shape[-1])
    out.real, out.imag = parts[..., 0, :], parts[..., 1, :]
