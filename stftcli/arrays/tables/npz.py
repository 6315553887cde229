"""Tables as .npz: the features as one array, and where the rows of each segment stand in it."""

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from stftcli.arrays.npy import npy_header
from stftcli.arrays.tables.table_spec import Cells, TableRows, TableSpec
from stftcli.errors import OutputError

if TYPE_CHECKING:
    from zipfile import ZipFile

_MAX_TEXT_BYTES = 1 << 28
_CHARACTER_BYTES = 4


def write_npz(file: IO[bytes], spec: TableSpec, batches: Iterator[TableRows]) -> None:
    """Write a .npz file.

    It holds `features` of all rows, `offsets` and `lengths`, which say where those of each segment
    begin and how many they are, the numbers of the rows, and each column of the table as
    ``table/NAME``.
    """
    from zipfile import ZipFile

    with ZipFile(file, "w") as archive:
        numbers = _pack_features(archive, spec, batches)
        _pack(archive, "lengths", spec.counts)
        _pack(archive, "offsets", np.cumsum(spec.counts) - spec.counts)
        for name, held in zip(spec.row_columns, zip(*numbers, strict=True), strict=False):
            _pack(archive, name, np.concatenate(held))
        for name, cells in spec.columns.items():
            _pack(archive, f"table/{name}", _as_array(name, cells))
        if spec.frequencies_hz is not None:
            _pack(archive, "freqs", spec.frequencies_hz)
        _pack(archive, "names", np.array(spec.features, np.str_))
        _pack(archive, "settings", np.array(spec.settings))


def _pack_features(
    archive: "ZipFile", spec: TableSpec, batches: Iterator[TableRows]
) -> list[tuple[NDArray[Any], ...]]:
    """Write the features, give the numbers of their rows."""
    # An array of no rows has its numbers too.
    numbers: list[tuple[NDArray[Any], ...]] = [tuple(np.empty(0) for _ in spec.row_columns)]
    with archive.open("features.npy", "w", force_zip64=True) as member:
        member.write(npy_header(spec.dtype, (spec.rows, len(spec.features))))
        for rows in batches:
            member.write(np.ascontiguousarray(rows.values, spec.dtype).data)
            numbers.append(rows.numbers)
    return numbers[1:] or numbers


def _pack(archive: "ZipFile", name: str, values: NDArray[Any]) -> None:
    with archive.open(f"{name.replace(chr(0), '')}.npy", "w", force_zip64=True) as member:
        npy.write_array(member, values, allow_pickle=False)


def _as_array(name: str, cells: Cells) -> NDArray[Any]:
    """Make an array of texts, each of which takes the place of the longest."""
    if isinstance(cells, np.ndarray):
        return cells
    longest = max(map(len, cells), default=0)
    if longest * len(cells) * _CHARACTER_BYTES > _MAX_TEXT_BYTES:
        raise OutputError(
            f"the column {name} has a text of {longest} characters, which an array of "
            f"{len(cells)} rows cannot hold: write CSV or Parquet"
        )
    return np.array(list(cells), np.str_)
