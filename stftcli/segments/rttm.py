"""RTTM: who speaks when, a line each of ten fields with blanks between them (NIST, RT-09)."""

from collections.abc import Sequence

from stftcli.segments.kind import TableKind
from stftcli.segments.lines import TextLines
from stftcli.segments.numbers import is_nothing, read_channel, read_time
from stftcli.segments.table import SegmentRows

_COLUMNS = (
    *("type", "file", "channel", "onset", "duration"),
    *("ortho", "subtype", "speaker", "confidence", "lookahead"),
)
_MIN_FIELDS = 8
_TYPES = (
    *("SPEAKER", "LEXEME", "NON-LEX", "NON-SPEECH", "SEGMENT", "NOSCORE", "NO_RT_METADATA"),
    *("FILLER", "EDIT", "IP", "SU", "CB", "A/P", "SPKR-INFO"),
)
_COMMENT = ";;"


def _fits(head: Sequence[str]) -> bool:
    fields = head[0].split()
    is_line = len(fields) >= _MIN_FIELDS and fields[0] in _TYPES
    return is_line or head[0].startswith(_COMMENT)


def _read(lines: TextLines, rows: SegmentRows) -> None:
    for line in lines:
        fields = line.split()
        if not fields or fields[0].startswith(_COMMENT):
            continue
        try:
            _add(rows, fields)
        except ValueError as error:
            raise lines.error(str(error)) from error


def _add(rows: SegmentRows, fields: list[str]) -> None:
    if fields[0] not in _TYPES or len(fields) < _MIN_FIELDS:
        raise ValueError(f"it is no line of RTTM: give a type, such as {_TYPES[0]}, and 9 fields")
    fields = [*fields, *[""] * len(_COLUMNS)][: len(_COLUMNS)]
    cells = {
        name: "" if is_nothing(field) else field
        for name, field in zip(_COLUMNS, fields, strict=True)
    }
    if not cells["onset"]:
        return  # what is said of a speaker has no time
    start_s = read_time("onset", cells["onset"])
    # A point in time, as the end of a sentence, has no duration.
    duration_s = read_time("duration", cells["duration"] or "0")
    names = (cells["speaker"], cells["ortho"])
    first, other = names if cells["type"] == "SPEAKER" else names[::-1]
    rows.add(
        start_s,
        start_s + duration_s,
        label=first or other,
        channel=read_channel(cells["channel"]),
        sound=cells["file"],
        cells=cells,
    )


RTTM = TableKind("rttm", "RTTM", _fits, _read)
