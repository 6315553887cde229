"""WAV files made by hand, with headers that soundfile would never write."""

import struct


def wav_bytes(
    data: bytes,
    *,
    rate_hz: int = 8000,
    channels: int = 1,
    bits: int = 16,
    claimed_bytes: int | None = None,
    before: bytes = b"",
    after: bytes = b"",
) -> bytes:
    """Give a WAV file; `before` and `after` are chunks on either side of the data.

    The header says that the data is `claimed_bytes` long, if that is given.
    """
    sample_bytes = channels * bits // 8
    form = struct.pack("<HHIIHH", 1, channels, rate_hz, rate_hz * sample_bytes, sample_bytes, bits)
    size = len(data) if claimed_bytes is None else claimed_bytes
    chunks = chunk(b"fmt ", form) + before + b"data" + struct.pack("<I", size) + data + after
    return b"RIFF" + struct.pack("<I", min(4 + len(chunks), 0xFFFFFFFF)) + b"WAVE" + chunks


def chunk(name: bytes, content: bytes) -> bytes:
    """Give a chunk, filled up to an even length."""
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
