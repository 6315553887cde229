"""JSON lines: an object for each segment, whose names are those of the columns of tables."""

import json
from collections.abc import Sequence
from typing import Any

from stftcli.files.untrusted import parse_object
from stftcli.segments.kind import TableKind
from stftcli.segments.lines import TextLines
from stftcli.segments.names import ColumnNames
from stftcli.segments.table import SegmentRows


def _fits(head: Sequence[str]) -> bool:
    return head[0].lstrip().startswith(("{", "["))


def _read(lines: TextLines, rows: SegmentRows) -> None:
    known: tuple[tuple[str, ...], ColumnNames] | None = None
    for line in lines:
        if not line.strip():
            continue
        try:
            cells = {name: _cell(value) for name, value in _parse(line).items()}
            # Most objects have the same names.
            if known is None or known[0] != tuple(cells):
                known = tuple(cells), ColumnNames(list(cells))
            known[1].add(rows, cells)
        except ValueError as error:
            raise lines.error(str(error)) from error


def _parse(line: str) -> dict[str, Any]:
    if line.lstrip().startswith("["):
        raise ValueError("it begins an array: write an object a line, as `jq -c '.[]'` does")
    try:
        return parse_object(line.strip())
    except json.JSONDecodeError as error:
        # Its own message speaks of lines within the line.
        raise ValueError(
            f"it is no JSON: {error.msg} at character {error.pos + 1}; give an object a line"
        ) from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


JSONL = TableKind("jsonl", "JSON lines", _fits, _read)
