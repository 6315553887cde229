"""Tables as JSON lines: an object for each row, null where there is no number."""

import json
from collections.abc import Iterator
from math import isfinite
from typing import IO, Any

from stftcli.arrays.tables.table_spec import TableRows, TableSpec


def write_jsonl(file: IO[bytes], spec: TableSpec, batches: Iterator[TableRows]) -> None:
    """Write a .jsonl file."""
    for rows in batches:
        numbers = [one.tolist() for one in rows.numbers]
        features = [one.tolist() for one in rows.values.T]
        for row in zip(*numbers, *spec.cells(rows.segments), *features, strict=True):
            told = dict(zip(spec.names, map(_or_none, row), strict=True))
            line = json.dumps(told, ensure_ascii=False, allow_nan=False)
            file.write(f"{line}\n".encode("utf-8", "replace"))


def _or_none(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value
