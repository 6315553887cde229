"""Feature arrays as Kaldi keeps them: matrices with a key, and an index of where each begins."""

import os
import struct
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.rows import Batches, check_table, read_batches
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.arrays.writer import ArrayWriter, refuse_bins_first, refuse_complex, transpose
from stftcli.errors import MissingExtraError, SettingsError
from stftcli.files.temporary import COPY_BYTES, temp_space_errors, temporary_file
from stftcli.files.untrusted import read_exactly
from stftcli.settings.choices import Layout

_MAX_KEY = 1 << 12
_MAX_UNPACKED = 1 << 24
"""Values of a compressed matrix: 35 minutes of 80 features a hundred times a second. Kaldi
compresses whole matrices, so all of one is in memory at once."""
_BINARY = b"\0B"
_PLAIN: dict[bytes, np.dtype[Any]] = {b"FM": np.dtype("<f4"), b"DM": np.dtype("<f8")}
_PACKED: dict[bytes, Callable[[int, int], int]] = {
    b"CM": lambda rows, columns: (rows + 8) * columns,
    b"CM2": lambda rows, columns: 2 * rows * columns,
    b"CM3": lambda rows, columns: rows * columns,
}
"""Kaldi's compressed matrices, and how many bytes follow their header of 16."""


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
        refuse_complex("ark", dtype)
        refuse_bins_first("ark", layout)
        if dtype not in (np.float32, np.float64):
            raise SettingsError(
                f"ark has no {dtype} numbers: choose `dtype='float32'` or `dtype='float64'`"
            )
        _kaldiio("`format='ark'`")

    def finish(self, metadata: ArrayMetadata) -> None:  # noqa: ARG002  # Kaldi has no place for it
        """Write the matrices."""
        import kaldiio

        # Kaldi has no rows without columns, nor the reverse.
        shape = (self.frames, self._spec.features) if self.frames else (0, 0)
        matrix = np.broadcast_to(np.zeros((), self._spec.dtype), shape).view(_Elsewhere)
        with self._by_channel() as values:
            with temp_space_errors():
                values.seek(0)
            for key in self._keys():
                self._places[key] = self._archive.tell() + len(f"{key} ".encode())
                kaldiio.save_ark(self._archive, {key: matrix})
                for first in range(0, matrix.nbytes, COPY_BYTES):
                    size = min(COPY_BYTES, matrix.nbytes - first)
                    self._archive.write(values.read(size))
        self._file.close()

    def index(self, path: str) -> bytes:
        """Give the lines of the .scp file that says where in the file `path` each matrix is."""
        place = os.fsencode(path)
        return b"".join(
            b"%s %s:%d\n" % (key.encode(), place, start) for key, start in self._places.items()
        )

    def _keys(self) -> list[str]:
        readable = self._spec.key.encode(errors="replace").decode()
        key = "_".join(readable.split()) or "_"
        if self._spec.channels is None:
            return [key]
        return [f"{key}-ch{channel}" for channel in range(1, self._spec.channels + 1)]

    def _by_channel(self) -> IO[bytes]:
        if self._spec.channels is None:
            return self._file
        frame_bytes = self._spec.features * self._spec.dtype.itemsize
        return transpose(self._file, 0, self.frames, self._spec.channels, frame_bytes)


class _Elsewhere(np.ndarray):
    """A matrix whose numbers are not in memory: kaldiio writes all but what `tobytes` gives."""

    def tobytes(self, order: Any = "C") -> bytes:  # noqa: ARG002  # numpy has it
        return b""


def _kaldiio(purpose: str) -> Any:
    try:
        import kaldiio
    except ImportError:
        raise MissingExtraError(purpose, "kaldiio", "kaldi") from None
    return kaldiio


def _read_rows(path: Path) -> Batches:
    # kaldiio's own reader of archives opens pickles, and believes any size.
    with path.open("rb") as file:
        while _read_word(file, _MAX_KEY):
            if file.read(2) != _BINARY:
                raise ValueError("it holds something else than Kaldi's binary matrices")
            yield from _read_matrix(file, _read_word(file, 8))


def _read_word(file: IO[bytes], max_bytes: int) -> bytes:
    word = bytearray()
    while (sign := file.read(1)) not in (b"", b" "):
        word += sign
        if len(word) > max_bytes:
            raise ValueError(f"it has a key of more than {max_bytes} bytes")
    return bytes(word)


def _bytes_left(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size - file.tell()


def _read_matrix(file: IO[bytes], kind: bytes) -> Batches:
    if kind in _PACKED:
        yield from _unpacked(file, kind)
        return
    if kind not in _PLAIN:
        raise ValueError(f"it holds a {kind.decode(errors='replace')}, not a matrix")
    mark_rows, rows, mark_columns, columns = struct.unpack("<bibi", read_exactly(file, 10))
    dtype = _PLAIN[kind]
    if (mark_rows, mark_columns) != (4, 4) or min(rows, columns) < 0:
        raise ValueError("the header of a matrix is broken")
    if rows * columns * dtype.itemsize > _bytes_left(file):
        raise ValueError(f"it claims {rows} x {columns} values and ends early")
    if rows:
        check_table((rows, columns), dtype)
        yield from read_batches(file, (rows, columns), dtype)


def _unpacked(file: IO[bytes], kind: bytes) -> Iterator[NDArray[Any]]:
    kaldiio = _kaldiio("reading compressed matrices")
    header = read_exactly(file, 16)
    rows, columns = struct.unpack("<8xii", header)
    if min(rows, columns) < 0 or (packed := _PACKED[kind](rows, columns)) > _bytes_left(file):
        raise ValueError(f"it claims {rows} x {columns} values and ends early")
    if rows * columns > _MAX_UNPACKED:
        raise ValueError(
            f"a compressed matrix of it has {rows} x {columns} values, of at most {_MAX_UNPACKED}: "
            "write it uncompressed"
        )
    if rows:
        check_table((rows, columns), np.dtype(np.float32))
        content = b"".join((_BINARY, kind, b" ", header, read_exactly(file, packed)))
        with np.errstate(all="ignore"):  # `read_rows` refuses what is not finite
            matrix = kaldiio.matio.read_matrix_or_vector(BytesIO(content))
        yield np.asarray(matrix)


ARK = FormatRow((".ark",), ArkWriter, goes_back=True, read_rows=_read_rows, index_ending=".scp")
