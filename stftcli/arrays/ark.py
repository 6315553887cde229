"""Feature arrays as Kaldi keeps them: matrices with a key, and an index of where each begins."""

from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.kaldi import (
    channel_keys,
    check_matrix,
    index_lines,
    read_matrices,
    write_header,
)
from stftcli.arrays.keys import word_of
from stftcli.arrays.rows import Batches
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.arrays.writer import ArrayWriter, transpose
from stftcli.files.temporary import COPY_BYTES, temp_space_errors, temporary_file
from stftcli.settings.choices import Layout


class ArkWriter(ArrayWriter):
    """A .ark file: one matrix under the array's key, or one a channel under `key-ch1` and so on.

    A key has no blanks in Kaldi: each stretch of them becomes "_".
    """

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        self._archive = file
        self._places: dict[str, int] = {}
        # The number of frames stands before them, and kaldiio writes whole matrices.
        super().__init__(temporary_file(), spec)

    @temp_space_errors()
    def write(self, batch: NDArray[Any]) -> None:
        """Append frames of shape (frames, *frame_shape)."""
        super().write(batch)

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:
        """Raise SettingsError for what is no matrix of floats, MissingExtraError without kaldiio.

        Numbers of float16 are refused, not written as float32: nobody asked for those.
        """
        check_matrix(dtype, layout, "`format='ark'`")

    def finish(self, metadata: ArrayMetadata) -> None:  # noqa: ARG002  # Kaldi has no place for it
        """Write the matrices."""
        dtype, features = self._spec.dtype, self._spec.features
        matrix_bytes = self.frames * features * dtype.itemsize
        with self._by_channel() as values:
            with temp_space_errors():
                values.seek(0)
            for key in channel_keys(word_of(self._spec.key), self._spec.channels):
                self._places[key] = write_header(self._archive, key, dtype, self.frames, features)
                for first in range(0, matrix_bytes, COPY_BYTES):
                    size = min(COPY_BYTES, matrix_bytes - first)
                    self._archive.write(values.read(size))
        self._file.close()

    def index(self, path: str) -> bytes:
        """Give the lines of the .scp file that says where in the file `path` each matrix is."""
        return index_lines(self._places, path)

    def _by_channel(self) -> IO[bytes]:
        if self._spec.channels is None:
            return self._file
        frame_bytes = self._spec.features * self._spec.dtype.itemsize
        return transpose(self._file, 0, self.frames, self._spec.channels, frame_bytes)


def _read_rows(path: Path) -> Batches:
    with path.open("rb") as file:
        for matrix in read_matrices(file):
            yield from matrix.batches(file)


ROW = FormatRow(
    ArkWriter,
    goes_back=True,
    read_rows=_read_rows,
    index_ending=".scp",
    has_keys=True,
)
