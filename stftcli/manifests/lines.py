"""A list's lines, one after another: of a file, a gzipped one, a URL, or standard input."""

import os
import stat
import zlib
from collections.abc import Callable, Iterator
from gzip import GzipFile
from io import BufferedReader

from stftcli.errors import InputError
from stftcli.files.atomic import STANDARD
from stftcli.files.lists import display_name
from stftcli.files.untrusted import printable
from stftcli.files.urls import is_url
from stftcli.manifests.entry import Entry

MAX_LINE = 1 << 20
"""Bytes of a line, unpacked."""
_MAX_REASON = 300
_GZIP = b"\x1f"
"""How gzip begins, and no text: a pipe may have given no more than one byte yet."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Lines:
    """The lines of a list; none is longer than 1 MiB.

    Parameters
    ----------
    path : str
        The list, for messages and for what stands beside it.
    file : file
        Its bytes, gzipped or not.

    Attributes
    ----------
    number : int
        Of the line that was given or looked at last, from 1.
    folder : str
        What paths are relative to that are relative to the list, a URL perhaps; the current
        folder ("") if it comes through a pipe.

    Raises
    ------
    InputError
        On the way, if it cannot be read, is broken, or has a line that is too long.
    """

    def __init__(self, path: str, file: BufferedReader) -> None:
        self.path, self.number, self._count = path, 0, 0
        self.folder = os.path.dirname(path) if _has_place(path, file) else ""  # noqa: PTH120
        self._name = display_name(path)
        self._held: list[bytes] = []
        self._file = self._unpacked(file)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        """Give the next line, with its end."""
        line = self._held.pop() if self._held else self._read()
        if not line:
            raise StopIteration
        self.number = self._count
        return line

    def peek(self) -> bytes:
        """Give the first line that is not blank, and keep it; nothing if there is none."""
        while not self._held and (line := self._read()):
            self._held = [] if line.isspace() else [line]
        self.number = self._count
        return self._held[0] if self._held else b""

    def entries(self, make: Callable[[bytes], Entry]) -> Iterator[Entry]:
        """Make an entry of each line that is not blank; a ValueError is told with its number."""
        for line in self:
            if line.isspace():
                continue
            try:
                entry = make(line)
            except ValueError as error:
                raise self.error(str(error)) from error
            yield entry

    def error(self, reason: str, number: int | None = None) -> InputError:
        """Say what is wrong with the line of this number, or else with that of `number`."""
        text = printable(" ".join(reason.split()))
        text = text if len(text) <= _MAX_REASON else f"{text[:_MAX_REASON]}..."
        return InputError(f"{self._name}, line {number or self.number}: {text}")

    def _unpacked(self, file: BufferedReader) -> BufferedReader | GzipFile:
        try:
            is_packed = file.peek(1).startswith(_GZIP)
        except OSError as error:
            raise self._unreadable(error) from error
        return GzipFile(fileobj=file) if is_packed else file

    def _read(self) -> bytes:
        try:
            line = self._file.readline(MAX_LINE + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise self._unreadable(error) from error
        self._count += 1
        if len(line) > MAX_LINE and not line.endswith(b"\n"):
            raise self.error(f"it is longer than {MAX_LINE} bytes", self._count)
        return line.removeprefix(_BYTE_ORDER_MARK) if self._count == 1 else line

    def _unreadable(self, error: Exception) -> InputError:
        reason = getattr(error, "strerror", None) or error
        return self.error(f"it cannot be read: {reason}", self._count + 1)


def _has_place(path: str, file: BufferedReader) -> bool:
    # A shell's <(...) is a pipe under /dev/fd, where no sound is.
    if path == STANDARD or is_url(path):
        return path != STANDARD
    return stat.S_ISREG(os.fstat(file.fileno()).st_mode)


def decoded(line: bytes) -> str:
    """Give the text of a line; ValueError if it is not UTF-8."""
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8: byte {line[error.start]:#04x}") from None
