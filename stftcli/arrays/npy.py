"""Feature arrays in .npy files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy

from stftcli.arrays.description import Description
from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.rows import Batches, check_table, rows_at_once
from stftcli.arrays.sidecar import find_sidecar
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.arrays.values import Values
from stftcli.arrays.writer import ArrayWriter
from stftcli.files.npy import NpyHeader, read_npy_header

_MAX_FRAMES = 10**15
# After the magic string and the version stands the length of what follows.
_LENGTH_ENDS = 10


class NpyWriter(ArrayWriter):
    """A .npy file, whose header is written again when the number of frames is known."""

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        super().__init__(file, spec)
        self._offset = len(npy_header(spec.dtype, spec.shape(_MAX_FRAMES)))
        self._write_header()

    @property
    def place(self) -> tuple[IO[bytes], int] | None:
        """Behind the header, whose length does not change."""
        return self._file, self._offset

    def finish(self, metadata: ArrayMetadata) -> None:  # noqa: ARG002  # for other formats
        """Put the number of frames into the header."""
        if self._spec.layout == "bins-first":
            self._put_bins_first(self._offset)
        self._file.seek(0)
        self._write_header()

    def _write_header(self) -> None:
        self._file.write(npy_header(self._spec.dtype, self.shape, self._offset))


def npy_header(dtype: np.dtype[Any], shape: tuple[int, ...], size: int = 0) -> bytes:
    """Give the beginning of a .npy file, filled up with blanks to a size."""
    file = BytesIO()
    header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    npy.write_array_header_1_0(file, header)
    text = file.getvalue()
    missing = max(0, size - len(text))
    length = (len(text) - _LENGTH_ENDS + missing).to_bytes(2, "little")
    return text[: _LENGTH_ENDS - 2] + length + text[_LENGTH_ENDS:-1] + b" " * missing + b"\n"


def _read_description(path: Path) -> Description:
    with path.open("rb") as file:
        header = read_npy_header(file, os.fstat(file.fileno()).st_size)
    plain = Description(header.shape, str(header.dtype))
    if (sidecar := find_sidecar(path)) is None:
        return plain
    described = sidecar.description
    if (described.shape, described.dtype) != (plain.shape, plain.dtype):
        raise ValueError(
            f"{path.name}.json describes {described.shape} of {described.dtype}, but the array is "
            f"{plain.shape} of {plain.dtype}: remove it if it belongs to another"
        )
    return described


def _read_rows(path: Path) -> Batches:
    sidecar = find_sidecar(path)
    with path.open("rb") as file:
        header = read_npy_header(file, os.fstat(file.fileno()).st_size)
        check_table(header.shape, header.dtype, sidecar is not None and sidecar.bins_first)
        if not header.nbytes:
            return
        # Others write columns first, which can be read row by row only from a map of the file.
        array = np.memmap(file, header.dtype, "r", file.tell(), header.shape, header.order)
    step = rows_at_once(header.shape[1])
    for row in range(0, len(array), step):
        yield np.asarray(array[row : row + step])


@contextmanager
def _open_values(path: Path) -> Iterator[Values]:
    sidecar = find_sidecar(path)
    with path.open("rb") as file:
        header = read_npy_header(file, os.fstat(file.fileno()).st_size)
        yield _values(file, header, None if sidecar is None else sidecar.layout)


def stream_values(file: IO[bytes]) -> Values:
    """Read the header of an array that comes through a pipe."""
    return _values(file, read_npy_header(file, None), None)


def _values(file: IO[bytes], header: NpyHeader, layout: str | None) -> Values:
    return Values(file, header.shape, header.dtype, header.columns_first, layout)


ROW = FormatRow(
    NpyWriter,
    goes_back=True,
    read_rows=_read_rows,
    read_description=_read_description,
    open_values=_open_values,
)
