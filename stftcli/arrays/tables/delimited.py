"""Tables as text: CSV, with empty cells where there is no number, and others divided by tabs."""

import csv
import io
import re
from collections.abc import Iterator
from math import isnan
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.tables.table_spec import TableRows, TableSpec
from stftcli.arrays.text_lines import digits_of

_ENDS = re.compile(r"[\t\r\n]+")

Lines = Iterator[tuple[Any, ...]]


def write_csv(file: IO[bytes], spec: TableSpec, batches: Iterator[TableRows]) -> None:
    """Write a .csv file with a header."""
    for lines in _lines(spec, batches):
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(lines)
        file.write(text.getvalue().encode("utf-8", "replace"))


def write_tabs(file: IO[bytes], spec: TableSpec, batches: Iterator[TableRows]) -> None:
    """Write cells with tabs between them, which stand in no quotes: as Raven reads them."""
    for lines in _lines(spec, batches):
        texts = ("\t".join([_ENDS.sub(" ", str(cell)) for cell in line]) + "\n" for line in lines)
        file.write("".join(texts).encode("utf-8", "replace"))


def _lines(spec: TableSpec, batches: Iterator[TableRows]) -> Iterator[Lines]:
    """Give the header, then the lines of each batch."""
    yield iter([spec.names])
    form = digits_of(spec.dtype)
    for rows in batches:
        numbers = [_spelled(one, "%.12g") for one in rows.numbers]
        features = [_spelled(one, form) for one in rows.values.T]
        yield zip(*numbers, *spec.cells(rows.segments), *features, strict=True)


def _spelled(numbers: NDArray[Any], form: str) -> list[str]:
    if np.issubdtype(numbers.dtype, np.integer):
        return [str(number) for number in numbers.tolist()]
    return ["" if isnan(number) else form % number for number in numbers.tolist()]
