"""Tables as .npz: the features as one array, and where the rows of each segment stand in it."""

from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from stftcli.arrays.npy import npy_header
from stftcli.arrays.tables.table_spec import Cells, TableRows, TableSpec
from stftcli.errors import OutputError

_MAX_TEXT_BYTES = 1 << 28
_CHARACTER_BYTES = 4


class NpzTable:
    """A .npz file.

    It holds `features` of all rows, `offsets` and `lengths`, which say where those of each segment
    begin and how many they are, the numbers of the rows, and each column of the table as
    ``table/NAME``.
    """

    def __init__(self, file: IO[bytes], spec: TableSpec) -> None:
        from zipfile import ZipFile

        self._archive, self._spec = ZipFile(file, "w"), spec
        self._numbers: list[list[NDArray[Any]]] = [[] for _ in spec.row_columns]
        self._member = self._archive.open("features.npy", "w", force_zip64=True)
        self._member.write(npy_header(spec.dtype, (spec.rows, len(spec.features))))

    def write(self, rows: TableRows) -> None:
        """Add some rows."""
        self._member.write(np.ascontiguousarray(rows.values, self._spec.dtype).data)
        for held, numbers in zip(self._numbers, rows.numbers, strict=True):
            held.append(numbers)

    def finish(self) -> None:
        """Write what describes them."""
        self._member.close()
        spec = self._spec
        self._pack("lengths", spec.counts)
        self._pack("offsets", np.cumsum(spec.counts) - spec.counts)
        for name, held in zip(spec.row_columns, self._numbers, strict=True):
            self._pack(name, np.concatenate(held) if held else np.empty(0))
        for name, cells in spec.columns.items():
            self._pack(f"table/{name}", _as_array(name, cells))
        if spec.frequencies_hz is not None:
            self._pack("freqs", spec.frequencies_hz)
        self._pack("names", np.array(spec.features, np.str_))
        self._pack("settings", np.array(spec.settings))
        self._archive.close()

    def _pack(self, name: str, values: NDArray[Any]) -> None:
        name = name.replace("\0", "")
        with self._archive.open(f"{name}.npy", "w", force_zip64=True) as member:
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
