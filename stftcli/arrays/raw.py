"""Feature arrays as values alone, in the byte order of the machine."""

from math import prod
from pathlib import Path

from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.rows import Batches, check_table, read_batches
from stftcli.arrays.sidecar import read_beside
from stftcli.arrays.writer import ArrayWriter


def _read_rows(path: Path) -> Batches:
    sidecar = read_beside(path)
    shape = sidecar.description.shape
    check_table(shape, sidecar.dtype, sidecar.bins_first)
    claimed, size = prod(shape) * sidecar.dtype.itemsize, path.stat().st_size
    if claimed != size:
        raise ValueError(f"it has {size} bytes, and {path.name}.json describes {claimed}")
    with path.open("rb") as file:
        yield from read_batches(file, shape, sidecar.dtype)


RAW = FormatRow((".raw", ".bin"), ArrayWriter, goes_back=False, read_rows=_read_rows)
