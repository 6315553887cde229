"""What is known of a table before its first row, and what a format of tables is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.frozen import Frozen

Cells = Sequence[str] | NDArray[Any]
"""Texts, or numbers, which may be NaN where there is none."""


class TableSpec(Frozen):
    """A table: some columns that its maker has whole, a few of the rows, and the features.

    A row is of a segment, and so are its cells in `columns`; several may be of the same one.

    Attributes
    ----------
    columns : mapping of str to Cells
        For each segment; in the order of the table.
    row_columns : tuple of str
        What is a number of each row, and stands first.
    features : tuple of str
        The names of the features.
    dtype : dtype
        Of the features.
    rows : int
        How many there are.
    counts : ndarray of int64
        How many of them each segment has.
    settings : str
        How the features were made, as JSON.
    frequencies_hz : ndarray, optional
        Of the features.
    """

    columns: Mapping[str, Cells]
    row_columns: tuple[str, ...]
    features: tuple[str, ...]
    dtype: np.dtype[Any]
    rows: int
    counts: NDArray[np.int64]
    settings: str = "{}"
    frequencies_hz: NDArray[np.float64] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, each once: a feature takes the place of a column of its name."""
        return (*self.row_columns, *self.kept, *self.features)

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns of the segments whose names are not taken."""
        taken = {*self.row_columns, *self.features}
        return tuple(name for name in self.columns if name not in taken)

    def cells(
        self, segments: NDArray[np.int64], names: Sequence[str] | None = None
    ) -> list[list[Any]]:
        """Give the columns of some segments as Python's own values: those of `kept` if None."""
        return [_cells_at(self.columns[name], segments) for name in names or self.kept]


class TableRows(NamedTuple):
    """Some rows: their segments, the numbers of `row_columns`, and the features."""

    segments: NDArray[np.int64]
    numbers: tuple[NDArray[Any], ...]
    values: NDArray[Any]


WriteTable = Callable[[IO[bytes], TableSpec, Iterator[TableRows]], None]
"""Writes all rows of a table into a file."""


def _cells_at(cells: Cells, segments: NDArray[np.int64]) -> list[Any]:
    if isinstance(cells, np.ndarray):
        return list(cells[segments].tolist())
    return [cells[segment] for segment in segments.tolist()]
