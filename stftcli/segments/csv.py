"""Tables with a header, their cells divided by commas, tabs or semicolons; Raven's are some."""

from collections.abc import Callable, Iterator, Sequence

from stftcli.segments.kind import TableKind
from stftcli.segments.lines import MAX_LINE, TextLines
from stftcli.segments.names import ColumnNames
from stftcli.segments.table import SegmentRows

_DELIMITERS = "\t;,"
_SEPARATOR, _COMMENT = "sep=", "#"
_RAVENS = "Begin Time (s)"

Rows = Iterator[list[str]]


def _is_raven(head: Sequence[str]) -> bool:
    return "\t" in head[0] and _RAVENS in [_unquoted(cell) for cell in head[0].split("\t")]


def _is_table(head: Sequence[str]) -> bool:
    return head[0].startswith(_COMMENT) or any(sign in head[0] for sign in _DELIMITERS)


def _read_raven(lines: TextLines, rows: SegmentRows) -> None:
    # Raven puts no cells in quotes: a quote is a quote. R puts all texts in them.
    _read(lines, rows, lambda: ([_unquoted(cell) for cell in line.split("\t")] for line in lines))


def _read_csv(lines: TextLines, rows: SegmentRows) -> None:
    _skip_comments(lines)
    head = "".join(lines.head()[:1])
    delimiter = _most_frequent(head)
    if head.lower().startswith(_SEPARATOR):  # Excel's own line, of which the header is the next
        delimiter = head[len(_SEPARATOR) :][:1].strip(" ") or ","
        _skip_line(lines)
    _read(lines, rows, lambda: _cells(lines, delimiter))


def _skip_comments(lines: TextLines) -> None:
    """Skip what stands before the header; a number of a row may well begin with this sign."""
    while (head := lines.head()) and head[0].startswith(_COMMENT) and not _is_header(head[0]):
        _skip_line(lines)


def _is_header(line: str) -> bool:
    try:
        ColumnNames(line.split(_most_frequent(line)))
    except ValueError:
        return False
    return True


def _skip_line(lines: TextLines) -> None:
    """Skip the next line that is not blank."""
    while not next(lines).strip():
        pass


def _most_frequent(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _read(lines: TextLines, rows: SegmentRows, cells_of: Callable[[], Rows]) -> None:
    names: list[str] = []
    columns = None
    for cells in cells_of():
        if not any(cell.strip() for cell in cells):
            continue
        try:
            if columns is None:
                names = _checked([name.strip() for name in cells])
                columns = ColumnNames([name for name in names if name])
            else:
                columns.add(rows, _row(names, cells))
        except ValueError as error:
            raise lines.error(str(error)) from error


def _checked(names: list[str]) -> list[str]:
    named = [name for name in names if name]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise ValueError(f"it names two columns {', '.join(twice)}")
    return names


def _row(names: list[str], cells: list[str]) -> dict[str, str]:
    # Programs leave out cells at the end that are empty, or write some more.
    if any(cell.strip() for cell in cells[len(names) :]):
        raise ValueError(
            f"it has {len(cells)} cells, and the header {len(names)}: a cell that holds what "
            "divides cells, such as a decimal comma, must stand in quotes"
        )
    cells = cells + [""] * (len(names) - len(cells))
    return {name: cell for name, cell in zip(names, cells, strict=False) if name}


def _unquoted(cell: str) -> str:
    cell = cell.strip()
    return cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def _cells(lines: TextLines, delimiter: str) -> Rows:
    import csv

    texts = _Texts(lines)
    reader = csv.reader(texts, delimiter=delimiter, strict=True)
    while True:
        texts.characters = 0
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise lines.error(f"it is no row of a table: {error}") from error
        if row is None:
            return
        yield row


class _Texts:
    """The lines with their ends; a row goes over several if a cell in quotes does."""

    def __init__(self, lines: TextLines) -> None:
        self._lines, self.characters = lines, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines) + "\n"
        self.characters += len(line)
        if self.characters > MAX_LINE:
            raise self._lines.error(f"its row is longer than {MAX_LINE} characters")
        return line


RAVEN = TableKind("raven", "Raven's selection tables", _is_raven, _read_raven)
CSV = TableKind("csv", "CSV or TSV with named columns", _is_table, _read_csv)
