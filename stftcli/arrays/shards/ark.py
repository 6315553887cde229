"""Shards as Kaldi keeps them: matrices of many sounds in one archive, and an index of them."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.kaldi import (
    StoredMatrix,
    channel_keys,
    check_matrix,
    index_lines,
    read_matrices,
    write_header,
)
from stftcli.arrays.keys import word_of
from stftcli.arrays.shards.shard_row import Arrays, Heads, Seen, ShardRow, ShardWriter
from stftcli.errors import SettingsError
from stftcli.settings.choices import Layout


class ArkShardWriter(ShardWriter):
    """A .ark file: a matrix for each array, or for each channel of one (`key-ch1` and so on).

    A key has no blanks in Kaldi: each stretch of them becomes "_". There is no place for facts.
    """

    name = "ark"

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._places: dict[str, int] = {}

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:
        """Raise SettingsError for other than matrices of floats, MissingExtraError if need be."""
        check_matrix(dtype, layout, "an ark shard")

    @classmethod
    def stored_key(cls, key: str) -> str:
        """Give the key of an array of one channel."""
        return word_of(key)

    def finish(self, shared: Mapping[str, Any]) -> None:
        """End the file; Kaldi has no place for what is known of all arrays."""

    def index(self, path: str) -> bytes:
        """Give the lines of the .scp file that says where in the file `path` each matrix is."""
        return index_lines(self._places, path)

    def _names(self, key: str, features: NDArray[Any]) -> list[str]:
        if features.ndim not in (2, 3):
            raise SettingsError(
                f"ark holds matrices, not {features.ndim} axes: give (frames, [channels,] features)"
            )
        channels = features.shape[1] if features.ndim == 3 else None
        return channel_keys(self.stored_key(key), channels)

    def _put(self, key: str, features: NDArray[Any], told: Mapping[str, Any]) -> None:  # noqa: ARG002
        by_channel = np.moveaxis(features, 1, 0) if features.ndim == 3 else features[np.newaxis]
        names = self._names(key, features)
        for name, matrix in zip(names, by_channel, strict=True):
            self._places[name] = write_header(self._file, name, matrix.dtype, *matrix.shape)
            self._file.write(np.ascontiguousarray(matrix).data)


def _read(path: Path) -> Heads:
    with path.open("rb") as file:
        for key, matrix in _matrices(file):
            yield key, (matrix.rows, matrix.columns), str(matrix.dtype)


def _read_arrays(path: Path) -> Arrays:
    with path.open("rb") as file:
        for key, matrix in _matrices(file):
            batches = list(matrix.batches(file))
            yield key, np.concatenate(batches or [np.empty((0, matrix.columns), matrix.dtype)])


def _matrices(file: IO[bytes]) -> Iterator[tuple[str, StoredMatrix]]:
    seen = Seen()
    for matrix in read_matrices(file):
        yield seen.check(matrix.key.decode()), matrix


ARK_SHARD = ShardRow(".ark", ArkShardWriter, _read, _read_arrays, index_ending=".scp")
