"""The formats of tables, and the choice among them."""

from collections.abc import Callable
from typing import Any

from stftcli.arrays.tables.delimited import CsvTable, TabTable
from stftcli.arrays.tables.jsonl import JsonlTable
from stftcli.arrays.tables.npz import NpzTable
from stftcli.arrays.tables.parquet import ParquetTable, check_parquet
from stftcli.arrays.tables.table_spec import MakeWriter
from stftcli.errors import SettingsError
from stftcli.files.atomic import is_stream
from stftcli.frozen import Frozen
from stftcli.settings.choices import TableFormat


class TableFormatRow(Frozen):
    """A format of tables.

    Attributes
    ----------
    endings : tuple of str
        The endings of files that mean it.
    writer : callable
        Makes what writes it.
    typed : bool
        Whether columns of numbers are written as numbers; else cells stay as they stood.
    goes_back : bool
        Whether the writer goes back in the file.
    marks : bool
        Whether it is a table of segments again, with a row for each.
    check : callable
        Raises MissingExtraError without what it needs.
    """

    endings: tuple[str, ...]
    writer: MakeWriter
    typed: bool = True
    goes_back: bool = False
    marks: bool = False
    check: Callable[[], Any] = lambda: None


FORMATS: dict[TableFormat, TableFormatRow] = {
    "csv": TableFormatRow((".csv",), CsvTable, typed=False),
    "jsonl": TableFormatRow((".jsonl",), JsonlTable),
    "parquet": TableFormatRow((".parquet",), ParquetTable, check=check_parquet),
    "npz": TableFormatRow((".npz",), NpzTable, goes_back=True),
    "raven": TableFormatRow((".selections.txt",), TabTable, typed=False, marks=True),
    "audacity": TableFormatRow((".labels.txt",), TabTable, typed=False, marks=True),
}


def choose_table_format(name: TableFormat | None, output: str) -> TableFormat:
    """Give the format of a name, or else of the output's ending; csv for a pipe or a device."""
    if name is not None or is_stream(output):
        return name or "csv"
    for found, row in FORMATS.items():
        if output.lower().endswith(row.endings):
            return found
    endings = ", ".join(ending for row in FORMATS.values() for ending in row.endings)
    raise SettingsError(
        f"cannot tell from the name {output} how the segments are written: use {endings}, or give "
        "`format`"
    )
