"""What a WAV says beside its samples: the chunks of notes before and after the data."""

import os
from collections.abc import Iterator

from stftcli.audio.incoming import FileBytes, Incoming
from stftcli.audio.wav import WavData, chunk_follows

Notes = dict[bytes, bytes]
"""Contents by the names of the chunks; those within LIST INFO stand under their own names."""

_WANTED = (b"bext", b"guan", b"ICMT")
_MAX_BYTES = 1 << 20
_RIFF_HEADER_BYTES = 12
_CHUNK_HEADER_BYTES = 8


def notes_in_head(head: bytes) -> Notes:
    """Give the notes that stand before the data, in the first bytes of a WAV."""
    return dict(_chunks(Incoming(lambda: b"", head[_RIFF_HEADER_BYTES:])))


def notes_in_file(descriptor: int, begin: int, wav: WavData) -> Notes:
    """Give all notes of a WAV file whose first byte stands at `begin`; the first of each name."""
    after = begin + wav.data_at + wav.claimed_bytes
    offsets = (after + wav.claimed_bytes % 2, after, begin + _RIFF_HEADER_BYTES)
    notes: Notes = {}
    for offset in offsets:
        if offset < os.fstat(descriptor).st_size:
            notes |= dict(_chunks(FileBytes(descriptor, offset, lambda: False)))
    return notes


def _chunks(incoming: Incoming) -> Iterator[tuple[bytes, bytes]]:
    while chunk_follows(incoming.peek(_CHUNK_HEADER_BYTES), None):
        header = incoming.take(_CHUNK_HEADER_BYTES)
        name, size = header[:4], int.from_bytes(header[4:], "little")
        if name == b"data":
            return
        if size > _MAX_BYTES or name not in (*_WANTED, b"LIST"):
            incoming.jump(size + size % 2)
            continue
        content = incoming.take(size)
        incoming.jump(size % 2)
        if name != b"LIST":
            yield name, content
        elif content.startswith(b"INFO"):
            yield from _chunks(Incoming(lambda: b"", content[4:]))
