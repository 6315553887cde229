"""The lines of a table of segments, as text: UTF-8 or UTF-16, with any ends of lines."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

from stftcli.errors import InputError
from stftcli.files.lists import display_name
from stftcli.files.untrusted import check_text, printable

MAX_LINE = 1 << 20
"""Characters of a line, or of a cell that goes over several."""
_MAX_REASON = 300
_HEAD_LINES = 2


class TextLines:
    """The lines of a table, without their ends, counted from 1.

    Parameters
    ----------
    path : str
        The table, for messages.
    file : file
        Its bytes.

    Attributes
    ----------
    number : int
        Of the line that was given last.

    Raises
    ------
    InputError
        On the way, if it cannot be read, is no text, or has a line that is too long.
    """

    def __init__(self, path: str, file: BufferedReader) -> None:
        self.path, self.name, self.number = path, display_name(path), 0
        self._held: list[str] = []
        try:
            encoding = _encoding_of(file.peek(4)[:4])
        except OSError as error:
            raise self.error(f"it cannot be read: {error.strerror}", 1) from error
        # Bytes that are no UTF-8 become half characters, so that their line can be named.
        errors = "surrogateescape" if encoding == "utf-8-sig" else "replace"
        self._text = TextIOWrapper(file, encoding, errors)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Give the next line."""
        line = self._held.pop(0) if self._held else self._read(self.number + 1)
        if not line:
            raise StopIteration
        self.number += 1
        return line.removesuffix("\n")

    def head(self) -> list[str]:
        """Give the first lines that are not blank, and keep all."""
        while sum(not line.isspace() for line in self._held) < _HEAD_LINES:
            line = self._read(self.number + len(self._held) + 1)
            if not line:
                break
            self._held.append(line)
        return [line.removesuffix("\n") for line in self._held if not line.isspace()]

    def error(self, reason: str, number: int | None = None) -> InputError:
        """Say what is wrong with the line of this number, or else with the last."""
        text = printable(" ".join(reason.split()))
        text = text if len(text) <= _MAX_REASON else f"{text[:_MAX_REASON]}..."
        return InputError(f"{self.name}, line {number or self.number}: {text}")

    def _read(self, number: int) -> str:
        try:
            line = self._text.readline(MAX_LINE + 1)
            check_text(line)
        except OSError as error:
            raise self.error(f"it cannot be read: {error.strerror}", number) from error
        except ValueError as error:
            raise self.error("it is not UTF-8 (or UTF-16): save it as UTF-8", number) from error
        if len(line) > MAX_LINE and not line.endswith("\n"):
            raise self.error(f"it is longer than {MAX_LINE} characters", number)
        if "\0" in line:
            raise self.error("it holds a NUL, and so is no text", number)
        return line


def _encoding_of(head: bytes) -> str:
    if head.startswith((BOM_UTF16_BE, BOM_UTF16_LE)):
        return "utf-16"
    # Without a mark, every other byte of what people write is zero.
    if head[:1] == b"\0" and head[1:2] != b"\0":
        return "utf-16-be"
    return "utf-16-le" if head[1:2] == b"\0" and head[:1] != b"\0" else "utf-8-sig"
