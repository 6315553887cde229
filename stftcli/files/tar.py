"""The members of a .tar archive, read with care: each lies in the file, and the end is marked.

Headers are blocks of 512 bytes
(https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html, "ustar" and "pax").
Python's tarfile takes an archive that ends after any member for whole.
"""

import os
from collections.abc import Iterator
from tarfile import (
    AREGTYPE,
    DIRTYPE,
    GNUTYPE_LONGNAME,
    REGTYPE,
    XGLTYPE,
    XHDTYPE,
    TarError,
    TarInfo,
)
from typing import IO

from stftcli.files.untrusted import read_exactly

BLOCK_BYTES = 512
_MAX_EXTENDED = 1 << 16
"""Bytes that may stand before a member for its name; a path has up to 4096."""


def read_members(file: IO[bytes]) -> Iterator[tuple[str, int]]:
    """Give the name of each regular file in an archive, and where in the archive it ends.

    `file` stands at the first byte of the member then, and may be left anywhere.

    Raises
    ------
    ValueError
        If it is no archive, ends early, or holds links, devices or sparse files.
    """
    length = os.fstat(file.fileno()).st_size
    said: dict[str, str] = {}
    while any(block := read_exactly(file, BLOCK_BYTES)):
        member = _parse(bytes(block))
        size = _size(said.get("size"), member.size)
        begin = file.tell()
        if not 0 <= size <= length - begin:
            raise ValueError(f"{member.name!a} claims {size} bytes, of {length - begin} left")
        if member.type in (XHDTYPE, GNUTYPE_LONGNAME):
            said |= _extended(file, member.type, size)
        else:
            if member.type in (REGTYPE, AREGTYPE):
                yield said.get("path", member.name), begin + size
            elif member.type not in (DIRTYPE, XGLTYPE):
                raise ValueError(f"{member.name!a} is no regular file")
            said = {}
        file.seek(begin + size + -size % BLOCK_BYTES)
    if any(read_exactly(file, BLOCK_BYTES)):
        raise ValueError("it goes on after its end")


def _parse(block: bytes) -> TarInfo:
    try:
        return TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except TarError as error:
        raise ValueError(f"the header of a member is broken: {error}") from error


def _size(said: str | None, size: int) -> int:
    if said is None:
        return size
    if not (said.isascii() and said.isdigit() and len(said) < 20):
        raise ValueError(f"a member claims {said[:20]!a} bytes")
    return int(said)


def _extended(file: IO[bytes], kind: bytes, size: int) -> dict[str, str]:
    if size > _MAX_EXTENDED:
        raise ValueError(f"the name of a member takes {size} bytes, of at most {_MAX_EXTENDED}")
    content = bytes(read_exactly(file, size))
    if kind == GNUTYPE_LONGNAME:
        return {"path": _text(content.partition(b"\0")[0])}
    return dict(_records(content))


def _records(content: bytes) -> Iterator[tuple[str, str]]:
    """Give what an extended header says: lines "LENGTH KEY=VALUE", whose length counts itself."""
    at = 0
    while at < len(content):
        digits = content[at : at + 8].partition(b" ")[0]
        end = at + int(digits) if digits.isdigit() else 0
        key, equals, value = content[at + len(digits) + 1 : end].partition(b"=")
        if not at < end <= len(content) or not equals or not value.endswith(b"\n"):
            raise ValueError("an extended header of it is broken")
        yield _text(key), _text(value[:-1])
        at = end


def _text(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")
