"""Headers of plain samples that libsndfile does not use as they are.

RIFX, NIST SPHERE and CAF, and AIFF whose writer could not go back to put the sizes in.
"""

import struct
from collections.abc import Callable, Iterator

from stftcli.audio.incoming import Incoming
from stftcli.audio.plain import Encoding, PlainData

Look = Callable[[int, int], bytes]
"""Shows so many bytes at a place of the input; fewer where it ends, or beyond any header."""

_MAX_HEAD_BYTES = 1 << 20
_MAX_CHUNKS = 1 << 10
_UNKNOWN_BYTES = 0x7F000000
_UNKNOWN_CAF = 0xFFFFFFFFFFFFFFFF

_WAV_ENCODINGS: dict[int, Encoding] = {1: "pcm", 3: "float", 6: "alaw", 7: "ulaw"}
_EXTENSIBLE = 0xFFFE
# Of AIFF-C: what its samples are, and whether the lowest byte comes first.
_AIFC_ENCODINGS: dict[bytes, tuple[Encoding, bool]] = {
    b"NONE": ("pcm", False),
    b"twos": ("pcm", False),
    b"sowt": ("pcm", True),
    b"fl32": ("float", False),
    b"fl64": ("float", False),
    b"ulaw": ("ulaw", False),
    b"alaw": ("alaw", False),
}
_SPHERE_ENCODINGS: dict[str, Encoding] = {
    "pcm": "pcm",
    "ulaw": "ulaw",
    "mu-law": "ulaw",
    "alaw": "alaw",
}


def plain_data(name: str, incoming: Incoming) -> PlainData | None:
    """Read the header of a container that is named here; nothing of the input is taken.

    Returns
    -------
    PlainData or None
        None if libsndfile can read it by itself, or nobody can.
    """

    def look(at: int, count: int) -> bytes:
        if at + count > _MAX_HEAD_BYTES:
            return b""
        return incoming.peek(at + count)[at : at + count]

    read = _HEADS.get(name)
    found = read(look) if read is not None else None
    return found if found is not None and found.is_readable else None


def _rifx(look: Look) -> PlainData | None:
    fmt = b""
    for name, size, at in _chunks(look, 12):
        if name == b"fmt ":
            fmt = look(at, min(size, 40))
        elif name == b"data":
            return _of_rifx(fmt, at, size)
    return None


def _of_rifx(fmt: bytes, at: int, size: int) -> PlainData | None:
    if len(fmt) < 16:
        return None
    code, channels, rate_hz, _, align = struct.unpack(">HHIIH", fmt[:14])
    if code == _EXTENSIBLE:
        code = int.from_bytes(fmt[24:28], "big")
    encoding = _WAV_ENCODINGS.get(code)
    if encoding is None or not channels or align % channels:
        return None
    bits = 8 * align // channels
    if (encoding, bits) == ("pcm", 8):
        encoding = "unsigned"
    known = 0 < size < _UNKNOWN_BYTES
    return PlainData(encoding, bits, True, rate_hz, channels, at, size if known else None)


def _aiff(look: Look) -> PlainData | None:
    """Read an AIFF of no known length; libsndfile takes 0 samples for what it says."""
    common = b""
    for name, size, at in _chunks(look, 12):
        if name == b"COMM":
            common = look(at, min(size, 22))
        elif name == b"SSND":
            return _of_aiff(common, at, look(at, 4)) if size == 0 else None
    return None


def _of_aiff(common: bytes, at: int, offset: bytes) -> PlainData | None:
    if len(common) < 18:
        return None
    channels, samples, bits = struct.unpack(">hIh", common[:8])
    encoding, little = _AIFC_ENCODINGS.get(common[18:22] or b"NONE", ("pcm", False))
    if samples or (common[18:22] or b"NONE") not in _AIFC_ENCODINGS or channels < 1:
        return None
    stored = {"ulaw": 8, "alaw": 8}.get(encoding, 8 * -(-bits // 8))
    data_at = at + 8 + int.from_bytes(offset, "big")
    rate_hz = _extended(common[8:18])
    return PlainData(encoding, stored, not little, rate_hz, channels, data_at, None)


def _extended(number: bytes) -> int:
    """Read a number of 80 bits, as AIFF has its rate, to the nearest whole one."""
    exponent, mantissa = struct.unpack(">HQ", number)
    shift = 16383 + 63 - exponent
    return round(mantissa / 2**shift) if 0 <= shift < 64 else 0


def _caf(look: Look) -> PlainData | None:
    """Read a CAF; libsndfile refuses one that is cut off, and hears nothing behind it."""
    description = b""
    for name, size, at in _chunks(look, 8, size_bytes=8):
        if name == b"desc":
            description = look(at, 32)
        elif name == b"data":
            return _of_caf(description, at + 4, None if size == _UNKNOWN_CAF else size - 4)
    return None


def _of_caf(description: bytes, at: int, data_bytes: int | None) -> PlainData | None:
    if len(description) < 32 or (data_bytes is not None and data_bytes < 0):
        return None
    rate_hz, kind, flags, packet, _, channels, _ = struct.unpack(">d4s5I", description)
    of_laws: dict[bytes, Encoding] = {b"ulaw": "ulaw", b"alaw": "alaw"}
    encoding = of_laws.get(kind, "float" if flags & 1 else "pcm")
    if kind not in (b"lpcm", *of_laws) or not channels or packet % channels:
        return None
    if not 0 < rate_hz < 1 << 31:
        return None
    little = kind == b"lpcm" and bool(flags & 2)
    bits = 8 * packet // channels
    return PlainData(encoding, bits, not little, round(rate_hz), channels, at, data_bytes)


def _sphere(look: Look) -> PlainData | None:
    """Read a NIST SPHERE file: lines of a name, a type and a value, in a head of a fixed size."""
    size = look(8, 8).strip()
    if not size.isdigit():
        return None
    said = _fields(look(16, int(size) - 16))
    coding, order = said.get("sample_coding", "pcm"), said.get("sample_byte_format", "")
    encoding = _SPHERE_ENCODINGS.get(coding)
    numbers = [_number(said.get(one)) for one in ("sample_n_bytes", "sample_rate", "channel_count")]
    sample_bytes, rate_hz, channels = (number or 0 for number in numbers)
    if encoding is None or not (sample_bytes == 1 or set(order) == {"0", "1"}):
        return None
    count = _number(said.get("sample_count"))
    data_bytes = count * channels * sample_bytes if count else None
    big = order[:1] == "1"
    return PlainData(encoding, 8 * sample_bytes, big, rate_hz, channels, int(size), data_bytes)


def _fields(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("end_head")[0].splitlines()
    words = (line.split(maxsplit=2) for line in lines)
    return {three[0]: three[2].strip() for three in words if len(three) == 3}


def _number(text: str | None) -> int | None:
    try:
        number = float(text or "nan")
    except ValueError:
        return None
    return round(number) if 0 <= number < 1 << 53 else None


def _chunks(look: Look, at: int, *, size_bytes: int = 4) -> Iterator[tuple[bytes, int, int]]:
    """Give name, size and place of big-endian chunks; those of 4 bytes are padded to even ones."""
    header_bytes = 4 + size_bytes
    for _ in range(_MAX_CHUNKS):
        header = look(at, header_bytes)
        if len(header) < header_bytes:
            return
        size = int.from_bytes(header[4:], "big")
        yield header[:4], size, at + header_bytes
        at += header_bytes + size + (size % 2 if size_bytes == 4 else 0)


_HEADS: dict[str, Callable[[Look], PlainData | None]] = {
    "RIFX": _rifx,
    "AIFF": _aiff,
    "CAF": _caf,
    "SPHERE": _sphere,
}
