"""Signals, a slow but plain transform, comparisons, and a pickle that must stay shut."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from stftcli.settings.choices import PAD_MODES

EDGES: dict[str, dict[str, Any]] = {
    **{mode: {"center": True, "pad_mode": mode} for mode in PAD_MODES},
    "unpadded": {"center": False},
    "causal": {"padding": "causal"},
    "same": {"padding": "same"},
    "snip": {"padding": "snip"},
    "kaldi": {"padding": "kaldi"},
}
"""Every way to treat the edges of a signal, as arguments of STFT."""

each_edges = pytest.mark.parametrize("edges", EDGES.values(), ids=EDGES)


def edges_and_sizes(*sizes: tuple[int, int]) -> pytest.MarkDecorator:
    """Parametrize edges, filter_length and hop_length, as far as they go together."""
    cases = {
        f"{length}-{hop}-{name}": (edges, length, hop)
        for name, edges in EDGES.items()
        for length, hop in sizes
        if hop <= longest_hop(edges, length)
    }
    names = ("edges", "filter_length", "hop_length")
    return pytest.mark.parametrize(names, cases.values(), ids=cases)


def longest_hop(edges: dict[str, Any], frame_length: int, longest: int = 1 << 20) -> int:
    """Give the longest hop that frames of this length may have."""
    return frame_length if edges.get("padding") == "kaldi" else longest


def noise(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    """Give white noise of about unit power."""
    return np.random.default_rng(seed).standard_normal(shape, np.float32)


def blocks_of(signal: NDArray[Any], size: int) -> Iterator[NDArray[Any]]:
    """Cut the last axis into blocks of `size` samples, the last one shorter."""
    for start in range(0, signal.shape[-1], size):
        yield signal[..., start : start + size]


def padded(
    signal: NDArray[Any],
    frame_length: int,
    hop_length: int,
    *,
    center: bool = True,
    pad_mode: Any = "reflect",
    padding: str | None = None,
) -> NDArray[Any]:
    """Pad a whole signal at once, as the STFT of these settings means it."""
    half, hop_half = frame_length // 2, hop_length // 2
    rest = max(0, frame_length - hop_length)
    amounts = {
        "none": (0, 0, "constant"),
        "snip": (0, 0, "constant"),
        "center": (half, half, pad_mode),
        "causal": (rest, 0, "constant"),
        "same": (rest // 2, rest // 2, pad_mode),
        "kaldi": (half - hop_half, frame_length - half - hop_length + 2 * hop_half, "symmetric"),
    }
    left, right, mode = amounts[padding or ("center" if center else "none")]
    signal = np.pad(signal, (left, right), mode)
    filled = padding not in ("snip", "kaldi")
    missing = max(0, frame_length - len(signal)) if filled else 0
    return np.concatenate((signal, np.zeros(missing, signal.dtype)))


def brute_force_stft(
    signal: NDArray[Any],
    filter_length: int,
    hop_length: int,
    window: ArrayLike,
    **edges: Any,
) -> NDArray[np.complex128]:
    """Pad, then cut, window and transform one frame after the other, in float64.

    Frames are as long as the window; zeros after them fill the transform.
    """
    if len(signal) == 0:
        return np.empty((0, filter_length // 2 + 1), np.complex128)
    length = len(np.asarray(window))
    samples = padded(signal.astype(np.float64), length, hop_length, **edges)
    starts = range(0, len(samples) - length + 1, hop_length)
    frames = [samples[start : start + length] for start in starts]
    spectra = [np.fft.rfft(frame * window, filter_length) for frame in frames]
    return np.array(spectra, np.complex128).reshape(len(frames), filter_length // 2 + 1)


def hann(length: int) -> NDArray[np.float64]:
    """Give the periodic Hann window (of one sample: 1)."""
    if length == 1:
        return np.ones(1)
    return 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)


def assert_same_bits(got: NDArray[Any], wanted: NDArray[Any], case: str = "") -> None:
    """Check type, shape and every byte."""
    assert (got.dtype, got.shape) == (wanted.dtype, wanted.shape), case
    assert got.tobytes() == wanted.tobytes(), f"{case}: some values differ"


def assert_close(got: NDArray[Any], wanted: NDArray[Any], of_peak: float = 1e-6) -> None:
    """Check the shape, and that no value is off by more than this part of the peak."""
    assert got.shape == wanted.shape
    peak = float(np.abs(wanted).max(initial=0))
    np.testing.assert_allclose(got, wanted, rtol=0, atol=of_peak * peak)


class Bomb:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.file,)
