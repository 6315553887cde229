"""Tables as JSON lines: an object for each row, null where there is no number."""

import json
from math import isfinite
from typing import IO, Any

from stftcli.arrays.tables.table_spec import TableRows, TableSpec, cells_at


class JsonlTable:
    """A .jsonl file."""

    def __init__(self, file: IO[bytes], spec: TableSpec) -> None:
        self._file, self._spec = file, spec

    def write(self, rows: TableRows) -> None:
        """Add some rows."""
        columns = [cells_at(self._spec.columns[name], rows.segments) for name in self._spec.kept]
        numbers = [one.tolist() for one in (*rows.numbers, *rows.values.T)]
        before = len(rows.numbers)
        for row in zip(*numbers[:before], *columns, *numbers[before:], strict=True):
            told = dict(zip(self._spec.names, map(_or_none, row), strict=True))
            line = json.dumps(told, ensure_ascii=False, allow_nan=False)
            self._file.write(f"{line}\n".encode("utf-8", "replace"))

    def finish(self) -> None:
        """Do no more."""


def _or_none(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value
