"""Matrices in Kaldi's archives: what their keys, headers and indexes are, written and read."""

import os
import struct
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.rows import Batches, check_table, read_batches
from stftcli.arrays.writer import refuse_bins_first, refuse_complex
from stftcli.errors import MissingExtraError, SettingsError
from stftcli.files.untrusted import read_exactly
from stftcli.settings.choices import Layout

_MAX_KEY = 1 << 12
_MAX_UNPACKED = 1 << 24
"""Values of a compressed matrix: 35 minutes of 80 features a hundred times a second. Kaldi
compresses whole matrices, so all of one is in memory at once."""
_BINARY = b"\0B"
_FLOAT32 = np.dtype("<f4")
_PLAIN: dict[bytes, np.dtype[Any]] = {b"FM": _FLOAT32, b"DM": np.dtype("<f8")}
_PACKED: dict[bytes, Callable[[int, int], int]] = {
    b"CM": lambda rows, columns: (rows + 8) * columns,
    b"CM2": lambda rows, columns: 2 * rows * columns,
    b"CM3": lambda rows, columns: rows * columns,
}
"""Kaldi's compressed matrices, and how many bytes follow their header of 16."""


def check_matrix(dtype: np.dtype[Any], layout: Layout, purpose: str) -> None:
    """Raise SettingsError for what is no matrix of floats, MissingExtraError without kaldiio.

    Numbers of float16 are refused, not written as float32: nobody asked for those.
    """
    refuse_complex("ark", dtype)
    refuse_bins_first("ark", layout)
    if dtype not in (np.float32, np.float64):
        raise SettingsError(
            f"ark has no {dtype} numbers: choose `dtype='float32'` or `dtype='float64'`"
        )
    _kaldiio(purpose)


def channel_keys(key: str, channels: int | None) -> list[str]:
    """Give the keys of an array: one, or `key-ch1` and so on where channels are an axis."""
    if channels is None:
        return [key]
    return [f"{key}-ch{channel}" for channel in range(1, channels + 1)]


def write_header(
    file: IO[bytes], key: str, dtype: np.dtype[Any], frames: int, features: int
) -> int:
    """Write all of a matrix but its values, row after row, which the caller writes next.

    Returns
    -------
    int
        The place in the file where an index says that the matrix is.
    """
    import kaldiio

    # Kaldi has no rows without columns, nor the reverse.
    shape = (frames, features) if frames else (0, 0)
    matrix = np.broadcast_to(np.zeros((), dtype), shape).view(_Elsewhere)
    place = file.tell() + len(f"{key} ".encode())
    kaldiio.save_ark(file, {key: matrix})
    return place


def index_lines(places: Mapping[str, int], path: str) -> bytes:
    """Give the lines of the .scp file that says where in the file `path` each matrix is."""
    name = os.fsencode(path)
    return b"".join(b"%s %s:%d\n" % (key.encode(), name, at) for key, at in places.items())


def places_of(file: IO[bytes]) -> Iterator[tuple[str, int]]:
    """Give each key of an archive with the place where an index says that its matrix is.

    Raises
    ------
    ValueError
        If it is no archive of matrices.
    """
    end = 0
    for matrix in read_matrices(file):
        begin, end = end, file.tell() + matrix.nbytes
        yield matrix.key.decode(), begin + len(matrix.key) + 1


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


class StoredMatrix(NamedTuple):
    """A matrix in an archive: its key, Kaldi's name for what it is, and how large it is."""

    key: bytes
    kind: bytes
    header: bytes
    rows: int
    columns: int
    nbytes: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of its values, once they are unpacked."""
        return _PLAIN.get(self.kind, _FLOAT32)

    def batches(self, file: IO[bytes]) -> Batches:
        """Read its rows from a file that stands at its values; nothing if it has none."""
        if not self.rows:
            return
        if self.kind in _PLAIN:
            check_table((self.rows, self.columns), self.dtype)
            yield from read_batches(file, (self.rows, self.columns), self.dtype)
        else:
            yield self._unpacked(file)

    def _unpacked(self, file: IO[bytes]) -> NDArray[Any]:
        kaldiio = _kaldiio("reading compressed matrices")
        if self.rows * self.columns > _MAX_UNPACKED:
            raise ValueError(
                f"a compressed matrix of it has {self.rows} x {self.columns} values, of at most "
                f"{_MAX_UNPACKED}: write it uncompressed"
            )
        check_table((self.rows, self.columns), self.dtype)
        packed = read_exactly(file, self.nbytes)
        content = b"".join((_BINARY, self.kind, b" ", self.header, packed))
        with np.errstate(all="ignore"):  # whoever reads the rows refuses what is not finite
            matrix = kaldiio.matio.read_matrix_or_vector(BytesIO(content))
        return np.asarray(matrix)


def read_matrices(file: IO[bytes]) -> Iterator[StoredMatrix]:
    """Give each matrix of an archive; the file stands at its values, and may be left anywhere.

    Raises
    ------
    ValueError
        If it is none of binary matrices, or they claim more than is there.
    """
    # kaldiio's own reader of archives opens pickles, and believes any size.
    while key := _read_word(file, _MAX_KEY):
        if file.read(2) != _BINARY:
            raise ValueError("it holds something else than Kaldi's binary matrices")
        matrix = _read_header(file, key, _read_word(file, 8))
        begin = file.tell()
        if matrix.nbytes > _bytes_left(file):
            raise ValueError(f"it claims {matrix.rows} x {matrix.columns} values and ends early")
        yield matrix
        file.seek(begin + matrix.nbytes)
    if _bytes_left(file):
        raise ValueError("it has a matrix without a key")


def _bytes_left(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size - file.tell()


def _read_word(file: IO[bytes], max_bytes: int) -> bytes:
    word = bytearray()
    while (sign := file.read(1)) not in (b"", b" "):
        word += sign
        if len(word) > max_bytes:
            raise ValueError(f"it has a key of more than {max_bytes} bytes")
    return bytes(word)


def _read_header(file: IO[bytes], key: bytes, kind: bytes) -> StoredMatrix:
    if kind in _PACKED:
        header = bytes(read_exactly(file, 16))
        rows, columns = struct.unpack("<8xii", header)
        nbytes = _PACKED[kind](rows, columns)
        marked = True
    elif kind in _PLAIN:
        header = bytes(read_exactly(file, 10))
        mark_rows, rows, mark_columns, columns = struct.unpack("<bibi", header)
        nbytes = rows * columns * _PLAIN[kind].itemsize
        marked = (mark_rows, mark_columns) == (4, 4)
    else:
        raise ValueError(f"it holds a {kind.decode(errors='replace')}, not a matrix")
    if not marked or min(rows, columns) < 0:
        raise ValueError("the header of a matrix is broken")
    return StoredMatrix(key, kind, header, rows, columns, nbytes)
