"""Tables with a header, their cells divided by commas, tabs or semicolons."""

from collections.abc import Iterator

from stftcli.manifests.entry import Entry
from stftcli.manifests.fields import AUDIO, make_entry
from stftcli.manifests.kind import ManifestKind
from stftcli.manifests.lines import MAX_LINE, Lines, decoded

_DELIMITERS = (",", "\t", ";")
_ENDINGS = (".csv", ".tsv")


def _fits(path: str, first: bytes) -> bool:
    text = first.decode(errors="replace")
    named = path.lower().removesuffix(".gz").endswith(_ENDINGS)
    return named or any(_names_audio(text, delimiter) for delimiter in _DELIMITERS)


def _cells(header: str, delimiter: str) -> list[str]:
    return [cell.strip().strip('"').strip() for cell in header.split(delimiter)]


def _names_audio(header: str, delimiter: str) -> bool:
    return not set(AUDIO).isdisjoint(_cells(header, delimiter))


def _delimiter(header: str) -> str:
    """Choose what divides the names of the columns: `audio` is one of them, and they are many."""

    def likely(delimiter: str) -> tuple[bool, int]:
        return _names_audio(header, delimiter), header.count(delimiter)

    return max(_DELIMITERS, key=likely)


def _read(lines: Lines) -> Iterator[Entry]:
    rows = _rows(lines)
    columns = _columns(lines, next(rows, []))
    for row in rows:
        try:
            entry = _entry(columns, row, lines.folder)
        except ValueError as error:
            raise lines.error(str(error)) from error
        yield entry


def _entry(columns: list[str], row: list[str], folder: str) -> Entry:
    if len(row) != len(columns):
        raise ValueError(f"it has {len(row)} cells, and the header {len(columns)}")
    # What pandas writes first has no name: the numbers of the rows.
    given = {name: cell for name, cell in zip(columns, row, strict=True) if name and cell}
    return make_entry(given, folder)


def _columns(lines: Lines, header: list[str]) -> list[str]:
    columns = [name.strip() for name in header]
    if set(AUDIO).isdisjoint(columns):
        names = ", ".join(map(repr, columns[:8]))
        raise lines.error(f"it must name the columns, and one of them {AUDIO[0]}: it has {names}")
    named = [name for name in columns if name]
    if twice := sorted({name for name in named if named.count(name) > 1}):
        raise lines.error(f"it names two columns {', '.join(twice)}")
    return columns


def _rows(lines: Lines) -> Iterator[list[str]]:
    """Give the rows that are not blank."""
    import csv

    texts = _Texts(lines)
    reader = csv.reader(texts, delimiter=_delimiter(decode(lines, lines.peek())), strict=True)
    while True:
        texts.row_bytes = 0
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise lines.error(f"it is no row of a table: {error}", texts.row) from error
        if row is None:
            return
        if row:
            yield row


class _Texts:
    """The texts of lines; a row goes over several if a cell in quotes does."""

    def __init__(self, lines: Lines) -> None:
        self._lines, self.row_bytes, self.row = lines, 0, 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.row = self.row if self.row_bytes else self._lines.number
        self.row_bytes += len(line)
        if self.row_bytes > MAX_LINE:
            raise self._lines.error(f"its row is longer than {MAX_LINE} bytes", self.row)
        return decode(self._lines, line)


def decode(lines: Lines, line: bytes) -> str:
    """Give the text of the last line; InputError if it is not UTF-8."""
    try:
        return decoded(line)
    except ValueError as error:
        raise lines.error(str(error)) from error


CSV = ManifestKind("CSV or TSV", _fits, _read)
