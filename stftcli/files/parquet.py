"""What a .parquet file claims of its columns, held to what is there before anything believes it.

The footer, and the header before each page, are structures of Thrift's compact protocol
(https://parquet.apache.org/docs/file-format, and "thrift-compact-protocol.md" of Apache Thrift):
here they become dictionaries by the numbers of their fields.
"""

import os
from collections.abc import Iterable, Iterator
from typing import IO, Any

from stftcli.files.untrusted import read_exactly

_MAGIC = b"PAR1"
_MAX_FOOTER = 1 << 24
_MAX_PAGE_HEADER = 1 << 16
_MAX_DEPTH = 16
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_INTEGERS = (4, 5, 6)
_PLAIN, _UNCOMPRESSED, _DATA_PAGE = 0, 0, 0


def check_columns(file: IO[bytes], columns: Iterable[tuple[str, int]]) -> None:
    """Check that columns of plain, uncompressed values fit into a file.

    Parameters
    ----------
    file : binary file
        The whole of it.
    columns : iterable of (path, bytes)
        The columns that will be read, as "features.list.element", and how many bytes one value
        has at least.

    Raises
    ------
    ValueError
        If a column is packed in another way, or claims more values than its bytes can hold, besides
        one a row for lists without values.
    """
    wanted = dict(columns)
    for group in _field(_footer(file), 4, list):
        rows = _field(group, 3, int)
        for chunk in _field(group, 1, list):
            column = _field(chunk, 3, dict)
            path = b".".join(_field(column, 3, list)).decode()
            if path in wanted:
                values = _check_chunk(file, column)
                size = _field(column, 7, int)
                if not 0 <= rows <= values <= rows + size // wanted[path]:
                    raise ValueError(f"it claims {values} values of {path} in {size} bytes")
                # Each row has an id, and so a length of four bytes.
                if "." not in path and values * wanted[path] > size:
                    raise ValueError(f"it claims {rows} rows in {size} bytes")


def _check_chunk(file: IO[bytes], column: dict[int, Any]) -> int:
    """Walk through the pages of a column; give the number of their values."""
    begin, size = _field(column, 9, int), _field(column, 7, int)
    length = os.fstat(file.fileno()).st_size
    if _field(column, 4, int) != _UNCOMPRESSED or 11 in column:
        raise ValueError("its columns are packed: only plain ones are read")
    if not 0 <= begin <= begin + size <= length:
        raise ValueError(f"a column of it claims {size} bytes, of {length}")
    values = sum(_pages(file, begin, begin + size))
    if values != _field(column, 5, int):
        raise ValueError(f"a column of it claims {_field(column, 5, int)} values, and has {values}")
    return values


def _pages(file: IO[bytes], begin: int, end: int) -> Iterator[int]:
    """Give the number of values in each page that stands in this part of a file."""
    while begin < end:
        file.seek(begin)
        reader = _Compact(file.read(min(_MAX_PAGE_HEADER, end - begin)))
        page = reader.struct()
        size, header = _field(page, 3, int), _field(page, 5, dict)
        if _field(page, 1, int) != _DATA_PAGE or _field(header, 2, int) != _PLAIN:
            raise ValueError("its pages are packed: only plain ones are read")
        begin += reader.at + size
        values = _field(header, 1, int)
        if _field(page, 2, int) != size or min(size, values) < 0 or begin > end:
            raise ValueError("the header of a page is broken")
        yield values


def _footer(file: IO[bytes]) -> dict[int, Any]:
    length = os.fstat(file.fileno()).st_size
    file.seek(max(0, length - 8))
    end = bytes(read_exactly(file, 8))
    size = int.from_bytes(end[:4], "little")
    if end[4:] != _MAGIC or not 0 < size <= min(_MAX_FOOTER, length - 12):
        raise ValueError("it does not end as Parquet does")
    file.seek(length - 8 - size)
    return _Compact(bytes(read_exactly(file, size))).struct()


def _field(values: Any, number: int, kind: type) -> Any:
    if not isinstance(values, dict) or not isinstance(values.get(number), kind):
        raise ValueError(f"its field {number} is missing")  # noqa: TRY004
    return values[number]


class _Compact:
    """Reads values of the compact protocol, each from where the one before it ended."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.at = 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        if depth > _MAX_DEPTH:
            raise ValueError("its footer is nested too deeply")
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._integer()
            kind = head & 15
            # A field that is true or false has no other value.
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind == _BINARY:
            return self._take(self._varint())
        if kind == _STRUCT:
            return self.struct(depth + 1)
        if kind in (_LIST, _SET):
            return list(self._items(depth))
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind == _DOUBLE:
            return self._take(8)
        raise ValueError(f"its footer holds a value of kind {kind}")

    def _items(self, depth: int) -> Iterator[Any]:
        if depth > _MAX_DEPTH:
            raise ValueError("its footer is nested too deeply")
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._varint()
        for _ in range(count):  # each takes a byte or more, so that the content ends in time
            yield self._value(head & 15, depth + 1)

    def _integer(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def _varint(self) -> int:
        value = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            value |= (byte & 127) << shift
            if byte < 128:
                return value
        raise ValueError("its footer holds a number without an end")

    def _byte(self) -> int:
        return self._take(1)[0]

    def _take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self._content):
            raise ValueError("its footer, or the header of a page, ends early")
        taken = self._content[self.at : end]
        self.at = end
        return taken
