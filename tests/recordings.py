"""Recordings as recorders of the field write them: WAVs with notes, and names with dates."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.audio.wav import chunk, wav_bytes

RATE_HZ = 8000


def pcm(signal: NDArray[Any]) -> bytes:
    """Give samples of shape (samples[, channels]) in 16 bits."""
    return np.round(signal * 32767).astype("<i2").tobytes()


def guano(timestamp: str) -> bytes:
    """Give the chunk of GUANO; bat recorders put it behind the data."""
    text = f"GUANO|Version: 1.0\nMake: Someone\nTimestamp: {timestamp}\nNote: A\\nB\n"
    return chunk(b"guan", text.encode())


def audiomoth(recorded: str) -> bytes:
    """Give the LIST before AudioMoth's data, of a time such as "05:45:00 31/01/2024 (UTC)"."""
    comment = f"Recorded at {recorded} by AudioMoth 24E144036037B2C7 at medium gain".encode()
    artist = chunk(b"IART", b"AudioMoth 24E144036037B2C7")
    return chunk(b"LIST", b"INFO" + chunk(b"ICMT", comment.ljust(384, b"\0")) + artist)


def bext(date: str, time: str, reference: int = 0) -> bytes:
    """Give the chunk of a Broadcast Wave."""
    content = bytes(256 + 32 + 32) + date.encode() + time.encode()
    return chunk(b"bext", content + struct.pack("<Q", reference) + bytes(256))


def record(
    path: Path, seconds: float = 1.0, seed: int = 0, *, before: bytes = b"", after: bytes = b""
) -> NDArray[Any]:
    """Write a recording of noise with notes before or after the data, and give its samples."""
    signal = 0.1 * np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))
    content = wav_bytes(pcm(signal), rate_hz=RATE_HZ, before=before, after=after)
    path.write_bytes(content)
    return np.asarray(signal)
