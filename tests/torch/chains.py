"""Chains of every step that has a form, and the comparison of a module with its Extractor."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from stftcli import (
    Chroma,
    Crop,
    Dct,
    Deltas,
    Descriptors,
    Energy,
    Extractor,
    LinearOut,
    Log,
    Mel,
    Normalize,
    Pcen,
    Pool,
    Standardize,
    Stats,
    TopDb,
    Weighting,
)
from stftcli.features.step import Step
from tests.signals import noise

RATE_HZ = 16_000
MEL = Mel(6)

CHAINS: dict[str, list[Step]] = {
    "crop": [Crop(300, 4000)],
    "descriptors": [Descriptors(("rms", "centroid", "bandwidth", "flatness", "flux"))],
    "weighting": [Weighting("A"), Log("ln")],
    "mel": [MEL],
    "chroma": [Chroma(12), Normalize("frame")],
    "linear_out": [LinearOut(5), Log("ln"), LinearOut(3)],
    "log ln": [MEL, Log("ln")],
    "log log1p": [MEL, Log("log1p")],
    "log of a reference": [MEL, Log("db", ref=2.0)],
    "log of the largest": [MEL, Log("db", ref="max"), TopDb(60)],
    "log of a sum": [MEL, Log("log10", offset=0.01)],
    "top_db": [MEL, Log("ln"), TopDb(6)],
    "dct": [MEL, Log("db"), Dct(4, lifter=22)],
    "standardize": [MEL, Log(), Standardize(-4, 3)],
    "normalize mean": [MEL, Log(), Normalize("mean")],
    "normalize meanvar": [MEL, Log(), Normalize("meanvar", 1, 1e-5)],
    "normalize peak": [MEL, Log(), Normalize("peak")],
    "normalize frame": [MEL, Normalize("frame")],
    "deltas": [MEL, Log(), Deltas(1, 4)],
    "deltas of deltas": [MEL, Log(), Deltas(2, 3)],
    "pcen": [MEL, Pcen()],
    "pcen from its first frame": [MEL, Pcen(0.5, 10.0, 0.25, 0.05, initial="first")],
    "energy": [MEL, Log(), Energy(replace=False)],
    "energy in the first's place": [MEL, Log(), Dct(4), Energy(replace=True)],
    "stats": [MEL, Log(), Stats(("mean", "std", "min", "max", "skewness", "kurtosis"))],
    "pool": [MEL, Log("db"), Pool(None, ("max", "mean", "kurtosis"))],
    "pool of levels": [MEL, Log("db"), Pool(None, ("mean", "std"), "levels")],
}


def extractor(steps: list[Step], **options: Any) -> Extractor:
    """Give the Extractor of a chain, whose new Linears are always the same."""
    if any(step.step == "linear_out" for step in steps):
        options["seed"] = 0
    return Extractor(steps=steps, **{"n_fft": 400, "hop_length": 160, **options})


def values(tensor: Any) -> NDArray[Any]:
    """Give the numbers of a tensor."""
    return np.asarray(tensor.detach().cpu().numpy())


def waves(*shape: int, dtype: str = "float64", seed: int = 0) -> NDArray[Any]:
    """Give noises, each half as loud as the one before."""
    signals = noise(*shape, seed=seed).astype(dtype)
    if signals.ndim > 1:
        signals *= 0.5 ** np.arange(len(signals), dtype=dtype)[:, None]
    return signals


def apart(got: NDArray[Any], wanted: NDArray[Any]) -> float:
    """Give the largest difference as a share of the peak, of logarithms too, or 1 if that is less.

    Shapes and types must be the same.
    """
    assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype)
    if not wanted.size:
        return 0.0
    return float(np.abs(got - wanted).max() / max(1.0, float(np.abs(wanted).max())))


def computed(x: Extractor, signals: NDArray[Any], rate_hz: int, device: str) -> NDArray[Any]:
    """Give what an Extractor's module makes of signals on a device."""
    return values(x.to_torch(rate_hz, device=device)(torch.from_numpy(signals).to(device)))


def batch_apart(
    x: Extractor, signals: NDArray[Any], lengths: list[int], rate_hz: int, device: str = "cpu"
) -> float:
    """Compare a padded batch with the clips one by one; what fills it up is NaN."""
    clips = [signal[:length] for signal, length in zip(signals, lengths, strict=True)]
    filled = np.full_like(signals, np.nan)
    for row, clip in zip(filled, clips, strict=True):
        row[: len(clip)] = clip
    longest = filled[:, : max(lengths)]
    module = x.to_torch(rate_hz, device=device)
    got, rows = module(torch.from_numpy(longest).to(device), torch.tensor(lengths))
    wanted, wanted_rows = x.batch(clips, rate_hz)
    np.testing.assert_array_equal(values(rows), wanted_rows)
    return apart(values(got), wanted)
