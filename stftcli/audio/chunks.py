"""Sound in chunks (WAV and its kin, AIFF, W64, AU): where it ends, and what follows it."""

import os
from collections.abc import Callable, Iterator

from stftcli.audio.incoming import FileBytes, Incoming
from stftcli.audio.mpeg import mpeg_parts
from stftcli.audio.parts import Findings, Parts, leave
from stftcli.audio.plain import PlainData
from stftcli.audio.wav import TAGS, WavData, chunk_follows, find_wav_data, is_wav, known_head

_CHUNK_HEADER_BYTES = 28
_AFTER_DATA_BYTES = 16
_SLACK_BYTES = 64
_ENDLESS_BYTES = 1 << 60
_UNKNOWN_BYTES = {"AIFF": 0x7F000000, "AU": 0x7F000000, "W64": 1 << 48}


def wav_parts(incoming: Incoming, findings: Findings) -> Parts:
    """Give a WAV as W64 without an end in sight, and each WAV that follows it as a part.

    libsndfile believes the 32-bit sizes of a WAV that is piped; those of W64 have 64 bits.
    """
    wav = wav_head(incoming)
    while wav is not None:
        findings.claims.append(wav.claimed_samples)
        # What is not plain is sent as something that libsndfile refuses.
        yield wav.as_w64() if wav.is_plain else b"?"
        yield from wav_data(incoming, wav)
        yield from _another(incoming, findings)
        wav = wav_head(incoming) if is_wav(incoming.peek(12)) else None


def wav_head(incoming: Incoming) -> WavData | None:
    """Take the header of a WAV, and no more: a live source may pause there."""
    wav = find_wav_data(known_head(incoming))
    if wav is not None:
        incoming.take(wav.data_at)
    return wav


def wav_data(incoming: Incoming, wav: WavData) -> Iterator[bytes]:
    """Give the data of a WAV: what its header claims, and what goes on after that.

    A writer that never came back to its header, or that ran over 4 GiB, leaves a size that is too
    small: then no chunk stands where the data should end.
    """
    yield from incoming.pieces(wav.claimed_bytes)
    ahead = incoming.peek(_AFTER_DATA_BYTES)
    if wav.goes_on(ahead):
        yield from incoming.pieces()
    elif wav.is_padded(ahead):
        incoming.jump(1)


def _another(incoming: Incoming, findings: Findings) -> Parts:
    skip_chunks(incoming, _riff_chunk)
    if is_wav(incoming.peek(12)):
        yield None
    else:
        leave(incoming, findings)


def mpeg_in_wav(incoming: Incoming, findings: Findings) -> Parts:
    """Give the MPEG audio in a WAV, without the WAV."""
    wav = wav_head(incoming)
    assert wav is not None
    data = wav_data(incoming, wav)
    yield from mpeg_parts(Incoming(lambda: next(data, b"")), findings)
    skip_chunks(incoming, _riff_chunk)
    leave(incoming, findings)


def passed(incoming: Incoming, findings: Findings, name: str) -> Parts:
    """Give all of a file in chunks as it is, and take down what follows the last of them."""
    for size in _chunk_sizes(incoming, name):
        before = incoming.position
        yield from incoming.pieces(size)
        missing = size - (incoming.position - before)
        # A writer to a pipe cannot know the size; some count their own header.
        findings.cut_off |= missing > _SLACK_BYTES and size < _UNKNOWN_BYTES[name]
    leave(incoming, findings)


def plain_parts(incoming: Incoming, findings: Findings, plain: PlainData, name: str) -> Parts:
    """Give plain samples under a header that libsndfile can use."""
    incoming.jump(plain.data_at)
    begin = incoming.position
    findings.claims.append(plain.samples)
    yield plain.head()
    yield from incoming.pieces(plain.data_bytes)
    there = incoming.position - begin
    findings.cut_off |= plain.data_bytes is None and there % plain.sample_bytes > 0
    if plain.data_bytes is not None:
        incoming.jump(plain.data_bytes % 2 if incoming.peek(1)[:1] == b"\0" else 0)
        skip_chunks(incoming, _caf_chunk if name == "CAF" else _aiff_chunk)
    leave(incoming, findings)


def goes_on(descriptor: int, wav: WavData) -> bool:
    """Say whether the data of a WAV file goes on where its header says that it ends."""
    after = FileBytes(descriptor, wav.data_at + wav.claimed_bytes, lambda: False)
    return wav.goes_on(after.peek(_AFTER_DATA_BYTES))


def ends_with_data(descriptor: int, wav: WavData) -> bool:
    """Say whether nothing but chunks follows the data of a WAV file: libsndfile trips over more."""
    incoming = FileBytes(descriptor, wav.data_at + wav.claimed_bytes, lambda: False)
    ahead = incoming.peek(_AFTER_DATA_BYTES)
    if wav.goes_on(ahead):
        return False
    incoming.jump(int(wav.is_padded(ahead)))
    while size := _riff_chunk(incoming.peek(_CHUNK_HEADER_BYTES)):
        incoming.jump(size)
    return not incoming.peek(1) or incoming.peek(16).startswith(TAGS)


def ends_with_chunks(descriptor: int, name: str) -> bool:
    """Say whether a file is as long as its chunks: libsndfile takes what follows for sound."""
    incoming = FileBytes(descriptor, 0, lambda: False)
    for size in _chunk_sizes(incoming, name):
        incoming.jump(size)
    return incoming.offset == os.fstat(descriptor).st_size


def _chunk_sizes(incoming: Incoming, name: str) -> Iterator[int]:
    chunk_bytes, header_bytes = _CHUNKS[name]
    if header_bytes:
        yield header_bytes
    while size := chunk_bytes(incoming.peek(_CHUNK_HEADER_BYTES)):
        yield size
        if not header_bytes:
            return


def skip_chunks(incoming: Incoming, chunk_bytes: Callable[[bytes], int]) -> None:
    """Pass over chunks for as long as there are any."""
    while size := chunk_bytes(incoming.peek(_CHUNK_HEADER_BYTES)):
        incoming.jump(size)


def _riff_chunk(ahead: bytes) -> int:
    size = int.from_bytes(ahead[4:8], "little")
    return 8 + size + size % 2 if chunk_follows(ahead, None) else 0


def _aiff_chunk(ahead: bytes) -> int:
    if len(ahead) < 8 or not ahead[:4].strip().isalnum() or ahead.startswith(b"FORM"):
        return 0
    size = int.from_bytes(ahead[4:8], "big")
    return 8 + size + size % 2


def _caf_chunk(ahead: bytes) -> int:
    if len(ahead) < 12 or not ahead[:4].strip().isalnum() or ahead.startswith(b"caff"):
        return 0
    return 12 + int.from_bytes(ahead[4:12], "big")


def _w64_chunk(ahead: bytes) -> int:
    size = int.from_bytes(ahead[16:24], "little")
    # A size counts its own header; what SoX pipes has no size of its data.
    if ahead.startswith(b"data") and size < 24:
        return _ENDLESS_BYTES
    # The first chunk stands for the whole file; it is `riff` once more in a file that is joined.
    if size < 24 or not ahead[:4].strip().isalnum() or ahead.startswith(b"riff"):
        return 0
    return size + -size % 8


def _au_chunk(ahead: bytes) -> int:
    if not ahead.startswith(b".snd"):
        return 0
    offset, size = (int.from_bytes(ahead[at : at + 4], "big") for at in (4, 8))
    return offset + size


_CHUNKS: dict[str, tuple[Callable[[bytes], int], int]] = {
    "AIFF": (_aiff_chunk, 12),
    "CAF": (_caf_chunk, 8),
    "W64": (_w64_chunk, 40),
    "AU": (_au_chunk, 0),
}
