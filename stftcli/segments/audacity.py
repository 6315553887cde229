"""Audacity's label tracks: start, end and label, with tabs between them.

Labels with frequencies have a second line: a backslash, the lower and the upper one.
"""

import math
from collections.abc import Sequence

from stftcli.segments.kind import TableKind
from stftcli.segments.lines import TextLines
from stftcli.segments.numbers import read_hz, read_number, read_time
from stftcli.segments.table import SegmentRows

_COLUMNS = ("start", "end", "label", "low", "high")


def _fits(head: Sequence[str]) -> bool:
    start, tab, rest = head[0].partition("\t")
    return bool(tab) and _is_number(start) and (_is_number(rest.split("\t")[0]) or "\t" not in rest)


def _is_number(text: str) -> bool:
    try:
        read_number(text)
    except ValueError:
        return False
    return True


def _read(lines: TextLines, rows: SegmentRows) -> None:
    label: list[str] = []
    box = ["", ""]
    number = 0
    for line in lines:
        cells = line.split("\t")
        if cells[0] == "\\":
            box = _box(lines, cells, label)
        if label:
            _add(lines, rows, label, box, number)
        is_label = cells[0] != "\\" and bool(line.strip())
        label, box, number = (cells if is_label else []), ["", ""], lines.number
    if label:
        _add(lines, rows, label, box, number)


def _box(lines: TextLines, cells: list[str], label: list[str]) -> list[str]:
    if not label:
        raise lines.error("it has frequencies, and there is no label before it")
    if len(cells) < 3:
        raise lines.error("it must have a backslash, a lower and an upper frequency")
    return cells[1:3]


def _add(
    lines: TextLines, rows: SegmentRows, label: list[str], box: list[str], number: int
) -> None:
    # A point may have been written without its end.
    at_point = len(label) < 2 or (len(label) == 2 and not _is_number(label[1]))
    start, end = label[0], label[0] if at_point else label[1]
    text = "\t".join(label[1:] if at_point else label[2:])
    try:
        # Audacity writes -1 for a frequency that is not known.
        low, high = (_known(read_hz("frequency", hz)) for hz in box)
        rows.add(
            read_time("start", start),
            read_time("end", end),
            label=text,
            low_hz=low,
            high_hz=high,
            cells=dict(zip(_COLUMNS, (start, end, text, *box), strict=True)),
        )
    except ValueError as error:
        raise lines.error(str(error), number) from error


def _known(hz: float) -> float:
    return hz if hz >= 0 else math.nan


AUDACITY = TableKind("audacity", "Audacity labels", _fits, _read)
