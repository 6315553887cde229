"""Texts in PNG pictures, found without opening the picture.

A PNG is eight bytes and then chunks: a length, a type, the content, and a checksum of the last two
(https://www.w3.org/TR/png-3/, 5.3; texts in 11.3.3).
"""

import os
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from stftcli.files.untrusted import read_exactly

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_END = b"IEND"
_MAX_BYTES = 1 << 22
# Pictures come in pieces of 8 kB and more.
_MAX_CHUNKS = 1 << 18


def read_png_text(path: Path, keyword: str) -> str | None:
    """Give the text that a picture keeps under a keyword, or None if it keeps none.

    Raises
    ------
    ValueError
        If the file is no PNG, ends early, or the text is broken or longer than 4 MiB.
    """
    name = keyword.encode("latin-1")
    with path.open("rb") as file:
        for kind, length in _chunks(file):
            # A keyword has up to 79 characters, of which none is zero.
            if kind in _READERS and file.read(min(length, len(name) + 1)) == name + b"\0":
                file.seek(-len(name) - 1, os.SEEK_CUR)
                content = _read_chunk(file, kind, length)
                return _READERS[kind](content[len(name) + 1 :])
    return None


def _chunks(file: IO[bytes]) -> Iterator[tuple[bytes, int]]:
    if file.read(len(_SIGNATURE)) != _SIGNATURE:
        raise ValueError("it does not begin as a PNG does")
    size = os.fstat(file.fileno()).st_size
    for _ in range(_MAX_CHUNKS):
        length, kind = struct.unpack(">I4s", read_exactly(file, 8))
        first = file.tell()
        if first + length + 4 > size:
            raise ValueError("it ends early")
        yield kind, length
        if kind == _END:
            return
        file.seek(first + length + 4)
    raise ValueError(f"it has more than {_MAX_CHUNKS} chunks")


def _read_chunk(file: IO[bytes], kind: bytes, length: int) -> bytes:
    if length > _MAX_BYTES:
        raise ValueError(f"a text of it has {length} bytes, of at most {_MAX_BYTES}")
    content = bytes(read_exactly(file, length))
    (checksum,) = struct.unpack(">I", read_exactly(file, 4))
    if zlib.crc32(content, zlib.crc32(kind)) != checksum:
        raise ValueError("the checksum of a text is wrong")
    return content


def _plain(content: bytes) -> str:
    return content.decode("latin-1")


def _packed(content: bytes) -> str:
    if content[:1] != b"\0":
        raise ValueError("a text is compressed in an unknown way")
    return _inflated(content[1:]).decode("latin-1")


def _international(content: bytes) -> str:
    flags, rest = content[:2], content[2:]
    _language, _translated, text = rest.split(b"\0", 2)
    return (_inflated(text) if flags == b"\1\0" else text).decode()


def _inflated(content: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(content, _MAX_BYTES)
    if not unpacker.eof:
        raise ValueError(f"a text ends early, or unpacks to more than {_MAX_BYTES} bytes")
    return text


_READERS: dict[bytes, Callable[[bytes], str]] = {
    b"tEXt": _plain,
    b"zTXt": _packed,
    b"iTXt": _international,
}
