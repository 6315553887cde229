"""Names of files, each on a line of its own, or with a NUL after each."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader

from stftcli.errors import InputError
from stftcli.files.atomic import STANDARD
from stftcli.files.lists import display_name, open_list
from stftcli.manifests.lines import MAX_LINE

_LOOKED_AT = 1 << 16
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_list(path: str) -> Iterator[str]:
    r"""Give the names that a list holds.

    Parameters
    ----------
    path : str
        The list; "-" is standard input. Names are divided by NULs if there is one in the first
        64 KiB, as `find -print0` writes them, and by ends of lines (\n or \r\n) if not.

    Yields
    ------
    str
        A name, of which `os.fsencode` gives the bytes that stand there. Empty ones are left out;
        a file "-" is given as "./-".

    Raises
    ------
    InputError
        If the list cannot be read, names nothing, or has a line longer than 1 MiB or with a NUL
        between names on lines.
    """
    name = display_name(path)
    with open_list(path) as file:
        number = 0
        for number, item in enumerate(_names(file, name), start=1):  # noqa: B007
            yield os.fsdecode(item) if item != os.fsencode(STANDARD) else f"./{STANDARD}"
    if not number:
        raise InputError(f"{name} names no files")


def _names(file: BufferedReader, name: str) -> Iterator[bytes]:
    with _reading(name):
        head = file.read(_LOOKED_AT)
    if b"\0" in head:
        for _, item in _divided(file, head, b"\0", name):
            yield from [item] if item else []
        return
    for number, line in _divided(file, head.removeprefix(_BYTE_ORDER_MARK), b"\n", name):
        if b"\0" in line:
            raise InputError(f"{name}, line {number}: there is a NUL among names on lines")
        if item := line.removesuffix(b"\r"):
            yield item


def _divided(
    file: BufferedReader, head: bytes, end: bytes, name: str
) -> Iterator[tuple[int, bytes]]:
    """Give what stands between the ends, with its number from 1."""
    rest, number = b"", 0
    piece = head
    while piece:
        *items, rest = (rest + piece).split(end)
        for item in items:
            number += 1
            yield number, item
        if len(rest) > MAX_LINE:
            raise InputError(f"{name}, line {number + 1}: it is longer than {MAX_LINE} bytes")
        with _reading(name):
            piece = file.read1(_LOOKED_AT)  # as a pipe gives it: `read` waits for all of it
    if rest:
        yield number + 1, rest


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"{name} cannot be read: {error.strerror}") from error
