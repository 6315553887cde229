"""Shards written through the writers of all formats."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.shards.shard_row import ShardWriter
from stftcli.arrays.shards.shards import SHARDS
from stftcli.settings.choices import ShardFormat
from tests.oracles.conftest import oracle
from tests.signals import noise

PACKAGES: dict[ShardFormat, str | None] = {
    "tar": None,
    "parquet": "pyarrow",
    "zarr": "zarr",
    "ark": "kaldiio",
}
"""What must be installed to write a format."""
NEEDING = [(name, package) for name, package in PACKAGES.items() if package is not None]
DTYPES = ["float16", "float32", "float64", "complex64", "complex128"]
SHARED = {"settings": {"window": "hann", "title": 'ä, "b"'}, "names": ["mel_1", "mel_2"]}
TOLD = {
    "input": "audio/größe.wav",
    "start_s": 1,
    "duration_s": 0.1,
    "names": ["mel_1", "mel_2"],
    "extra": {"text": 'so "so"', "speaker": None},
}

Clip = tuple[str, NDArray[Any]]


def holds(name: ShardFormat, dtype: str) -> bool:
    """Say whether a format has such numbers."""
    if name == "ark":
        return dtype in ("float32", "float64")
    return name != "parquet" or not dtype.startswith("complex")


def clips_of(*shapes: tuple[int, ...], dtype: str = "float32") -> list[Clip]:
    """Make arrays of these shapes, called a0, a1 and so on."""
    return [
        (f"a{number}", noise(*shape, seed=number).astype(dtype))
        for number, shape in enumerate(shapes)
    ]


def sharded(
    path: Path,
    name: ShardFormat,
    clips: Iterable[Clip],
    told: Mapping[str, Any] = TOLD,
    shared: Mapping[str, Any] = SHARED,
) -> ShardWriter:
    """Write a shard of these arrays."""
    need(name)
    with path.open("w+b") as file:
        writer = SHARDS[name].writer(file)
        for key, features in clips:
            facts = {"id": key, **told, "shape": features.shape, "layout": "frames-first"}
            writer.add(key, features, facts)
        writer.finish(shared)
    return writer


def need(name: ShardFormat) -> None:
    """Skip a test where the package of a format is not installed."""
    if (package := PACKAGES[name]) is not None:
        oracle(package)


def stored(name: ShardFormat, clips: Iterable[Clip]) -> list[Clip]:
    """Give what should be in a shard of these arrays."""
    writer = SHARDS[name].writer
    if name != "ark":
        return [(writer.stored_key(key), features) for key, features in clips]
    return [
        (f"{writer.stored_key(key)}{end}", matrix if len(matrix) else matrix.reshape(0, 0))
        for key, features in clips
        for end, matrix in _by_channel(features)
    ]


def _by_channel(features: NDArray[Any]) -> list[Clip]:
    if features.ndim == 2:
        return [("", features)]
    channels = range(features.shape[1])
    return [(f"-ch{number + 1}", np.array(features[:, number])) for number in channels]
