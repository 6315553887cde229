"""Tables as text: CSV, with empty cells where there is no number, and others divided by tabs."""

import csv
import io
import re
from math import isnan
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.tables.table_spec import TableRows, TableSpec, cells_at
from stftcli.arrays.text_lines import digits_of

_ENDS = re.compile(r"[\t\r\n]+")


class CsvTable:
    """A .csv file with a header."""

    def __init__(self, file: IO[bytes], spec: TableSpec) -> None:
        self._file, self._spec = file, spec
        self._form = digits_of(spec.dtype)
        self._put([spec.names])

    def write(self, rows: TableRows) -> None:
        """Add some rows."""
        columns = [cells_at(self._spec.columns[name], rows.segments) for name in self._spec.kept]
        numbers = [_spelled(one, "%.12g") for one in rows.numbers]
        features = [_spelled(one, self._form) for one in rows.values.T]
        self._put(zip(*numbers, *columns, *features, strict=True))

    def finish(self) -> None:
        """Do no more."""

    def _put(self, rows: Any) -> None:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        self._file.write(text.getvalue().encode("utf-8", "replace"))


class TabTable(CsvTable):
    """A text of cells with tabs between them, which stand in no quotes: as Raven reads them."""

    def _put(self, rows: Any) -> None:
        lines = ("\t".join([_ENDS.sub(" ", str(cell)) for cell in row]) + "\n" for row in rows)
        self._file.write("".join(lines).encode("utf-8", "replace"))


def _spelled(numbers: NDArray[Any], form: str) -> list[str]:
    if np.issubdtype(numbers.dtype, np.integer):
        return [str(number) for number in numbers.tolist()]
    return ["" if isnan(number) else form % number for number in numbers.tolist()]
