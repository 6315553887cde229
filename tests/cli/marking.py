"""A sound with marked segments, and what is computed of them."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from tests.cli.inside import ok_inside
from tests.cli.shell import Shell
from tests.signals import noise

RATE_HZ = 16_000
FRAMES = ("--n-fft", "512", "--hop-length", "128")
MARKED = ((0.5, 1.25), (0.0, 0.3), (0.7, 0.9), (1.9, 2.4), (0.5, 1.25))
"""Unsorted, overlapping, at both ends, twice."""


def write_sound(folder: Path, name: str = "a.wav", channels: int = 1, seed: int = 1) -> None:
    """Write 2 s of noise."""
    samples = noise(2 * RATE_HZ, channels, seed=seed).clip(-4, 4) / 8
    soundfile.write(folder / name, samples, RATE_HZ)


def write_table(
    folder: Path, rows: Any = MARKED, header: str = "start,end", name: str = "t.csv"
) -> None:
    """Write a table with a row of numbers or texts for each segment."""
    lines = [header, *(",".join(map(str, row)) for row in rows)]
    (folder / name).write_text("".join(f"{line}\n" for line in lines))


def marked(shell: Shell, *words: str) -> list[NDArray[Any]]:
    """Compute what is marked; give an array for each segment."""
    (shell.folder / "m.npz").unlink(missing_ok=True)
    ok_inside(shell, "features", *FRAMES, *words, "--out", "m.npz", "--quiet")
    with np.load(shell.folder / "m.npz") as arrays:
        ends = arrays["offsets"] + arrays["lengths"]
        return [
            arrays["features"][first:end]
            for first, end in zip(arrays["offsets"], ends, strict=True)
        ]


def of_all(shell: Shell, *words: str) -> dict[str, NDArray[Any]]:
    """Compute the features of a sound, or of a part of it; give all arrays of the .npz."""
    ok_inside(shell, "features", *FRAMES, *words, "--out", "w.npz", "--quiet")
    with np.load(shell.folder / "w.npz") as arrays:
        return dict(arrays)


def table_of(content: bytes) -> list[dict[str, str]]:
    """Read a CSV."""
    return list(csv.DictReader(io.StringIO(content.decode())))
