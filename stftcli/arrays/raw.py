"""Feature arrays as values alone, in the byte order of the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO

from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.rows import Batches, check_table, read_batches
from stftcli.arrays.sidecar import Sidecar, read_beside
from stftcli.arrays.values import Values
from stftcli.arrays.writer import ArrayWriter


def _read_rows(path: Path) -> Batches:
    sidecar = read_beside(path)
    shape = sidecar.description.shape
    check_table(shape, sidecar.dtype, sidecar.bins_first)
    _check_size(path, sidecar)
    with path.open("rb") as file:
        yield from read_batches(file, shape, sidecar.dtype)


@contextmanager
def _open_values(path: Path) -> Iterator[Values]:
    sidecar = read_beside(path)
    _check_size(path, sidecar)
    with path.open("rb") as file:
        yield Values(file, sidecar.description.shape, sidecar.dtype, layout=sidecar.layout)


def _check_size(path: Path, sidecar: Sidecar) -> None:
    claimed = prod(sidecar.description.shape) * sidecar.dtype.itemsize
    if claimed != (size := path.stat().st_size):
        raise ValueError(f"it has {size} bytes, and {path.name}.json describes {claimed}")


class RawWriter(ArrayWriter):
    """Values alone."""

    @property
    def place(self) -> tuple[IO[bytes], int] | None:
        """At the beginning."""
        return self._file, 0


ROW = FormatRow(
    RawWriter,
    goes_back=False,
    read_rows=_read_rows,
    open_values=_open_values,
)
