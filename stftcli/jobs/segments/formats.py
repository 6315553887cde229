"""The formats of tables, and the choice among them."""

from collections.abc import Callable
from typing import Any

from stftcli.arrays.tables.delimited import write_csv, write_tabs
from stftcli.arrays.tables.jsonl import write_jsonl
from stftcli.arrays.tables.labels import write_labels
from stftcli.arrays.tables.npz import write_npz
from stftcli.arrays.tables.parquet import check_parquet, write_parquet
from stftcli.arrays.tables.table_spec import Cells, WriteTable
from stftcli.errors import SettingsError
from stftcli.files.atomic import is_stream
from stftcli.frozen import Frozen
from stftcli.jobs.segments.columns import as_they_stood, for_audacity, for_raven, typed
from stftcli.segments.table import Floats, Segments
from stftcli.settings.choices import TableFormat


class TableFormatRow(Frozen):
    """A format of tables.

    Attributes
    ----------
    endings : tuple of str
        The endings of files that mean it.
    write : callable
        Writes it.
    columns : callable
        Gives the columns of a table of segments and of the highest frequency of the sound of each.
    goes_back : bool
        Whether the writer goes back in the file.
    marks : bool
        Whether it is a table of segments again, with a row for each.
    check : callable
        Raises MissingExtraError without what it needs.
    """

    endings: tuple[str, ...]
    write: WriteTable
    columns: Callable[[Segments, Floats], dict[str, Cells]] = typed
    goes_back: bool = False
    marks: bool = False
    check: Callable[[], Any] = lambda: None


FORMATS: dict[TableFormat, TableFormatRow] = {
    "csv": TableFormatRow((".csv",), write_csv, as_they_stood),
    "jsonl": TableFormatRow((".jsonl",), write_jsonl),
    "parquet": TableFormatRow((".parquet",), write_parquet, check=check_parquet),
    "npz": TableFormatRow((".npz",), write_npz, goes_back=True),
    "raven": TableFormatRow((".selections.txt",), write_tabs, for_raven, marks=True),
    "audacity": TableFormatRow((".labels.txt",), write_labels, for_audacity, marks=True),
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
