"""A mel bank of 128 bands on 1025 bins: Linear's product by blocks against the dense product.

Run as ``python benchmarks/banded.py``.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable

import numpy as np

from stftcli import Linear
from stftcli.dsp.filterbanks import mel_weights

FRAMES, TURNS, CALLS = 64, 15, 400


def microseconds(work: Callable[[], object]) -> float:
    """Time one call, a frame's share of it."""
    begun = time.perf_counter()
    for _ in range(CALLS):
        work()
    return (time.perf_counter() - begun) / CALLS / FRAMES * 1e6


def main() -> None:
    """Measure both in turn and print medians."""
    bank = Linear.from_weights(mel_weights(44_100, 2048, 128))
    power = np.random.default_rng(0).random((FRAMES, 1025), np.float32)
    out = np.empty((FRAMES, 128), np.float32)
    dense = np.ascontiguousarray(bank.weight.T)
    turns = [
        (
            microseconds(lambda: bank(power, out=out)),
            microseconds(lambda: np.matmul(power, dense, out=out)),
        )
        for _ in range(TURNS)
    ]
    by_blocks, whole = (statistics.median(column) for column in zip(*turns, strict=True))
    print(f"by blocks {by_blocks:.2f} us a frame, dense {whole:.2f}, ratio {whole / by_blocks:.1f}")
    difference = np.abs(bank(power) - power @ dense).max() / (power @ dense).max()
    print(f"largest difference {difference:.1e} of the peak")


if __name__ == "__main__":
    main()
