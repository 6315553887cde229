"""The frames of FLAC: headers and checksums (RFC 9639, section 9)."""

from functools import cache

from stftcli.frozen import Frozen

# A header of the largest size, and the smallest frame.
HEADER_BYTES = 16
MIN_FRAME_BYTES = 10


class FrameHeader(Frozen):
    """What the header of a frame says: its number, or that of its first sample, and its length."""

    variable: bool
    number: int
    samples: int

    def comes_after(self, other: "FrameHeader") -> bool:
        """Say whether this is the frame after another."""
        step = other.samples if other.variable else 1
        return self.variable == other.variable and self.number == other.number + step

    def end_sample(self, max_block: int) -> int:
        """Give the place of the sample after this frame in the sound."""
        first = self.number if self.variable else self.number * max_block
        return first + self.samples


def frame_header(ahead: bytes, at: int) -> FrameHeader | None:
    """Read a frame's header (RFC 9639, section 9.1); None if none stands here."""
    head = ahead[at : at + HEADER_BYTES]
    if len(head) < 6 or head[0] != 0xFF or head[1] & 0xFE != 0xF8:
        return None
    block, rate = head[2] >> 4, head[2] & 0xF
    number, end = _coded_number(head)
    extra = {6: 1, 7: 2}.get(block, 0)
    size = end + extra + {12: 1, 13: 2, 14: 2}.get(rate, 0)
    if block == 0 or rate == 15 or head[3] >> 4 > 10 or head[3] & 1 or not end:
        return None
    if len(head) <= size or _crc8(head[: size + 1]):
        return None
    stored = int.from_bytes(head[end : end + extra], "big") + 1
    samples = stored if extra else _block_samples(block)
    return FrameHeader(bool(head[1] & 1), number, samples)


def _block_samples(code: int) -> int:
    if code == 1:
        return 192
    return 576 << (code - 2) if code < 6 else 256 << (code - 8)


def _coded_number(head: bytes) -> tuple[int, int]:
    """Read the number that is coded as UTF-8 codes characters; give it and where it ends, or 0."""
    first = head[4]
    ones = 8 - (first ^ 0xFF).bit_length()
    if ones in (1, 8) or len(head) < 4 + max(1, ones):
        return 0, 0
    number = first & (0x7F >> ones)
    following = head[5 : 4 + ones]
    if any(byte & 0xC0 != 0x80 for byte in following):
        return 0, 0
    for byte in following:
        number = number << 6 | byte & 0x3F
    return number, 5 + len(following)


def checked_ends(ahead: bytes) -> list[int]:
    """Give where a frame that begins here may end, as its checksum says."""
    ends: list[int] = []
    crc, before, table = 0, 0, _table(0x8005, 16)
    for at, byte in enumerate(ahead, 1):
        before, crc = crc, (crc << 8 & 0xFF00) ^ table[crc >> 8 ^ byte]
        # Zeros behind a frame leave its checksum as it is.
        if crc == 0 and before != 0 and at >= MIN_FRAME_BYTES:
            ends.append(at)
    return ends


def is_checked(frames: bytes) -> bool:
    """Say whether the checksum at the end of one or more frames is right.

    It is if their bits, as a polynomial over GF(2), are a multiple of x^16 + x^15 + x^2 + 1, which
    is (x + 1)(x^15 + x + 1). Powers of two of the second factor have three terms as well, so high
    bits are folded down many at a time: byte by byte it takes twenty times as long.
    """
    rest = int.from_bytes(frames, "big")
    if rest.bit_count() % 2:  # no multiple of x + 1
        return False
    power = 1 << (rest.bit_length() // 15).bit_length()
    while power:
        # The factor to this power is x^(15 power) + x^power + 1.
        while high := rest >> 15 * power:
            rest = rest & (1 << 15 * power) - 1 ^ high ^ high << power
        power >>= 1
    return rest == 0


@cache
def _table(polynomial: int, bits: int) -> list[int]:
    top, mask = 1 << (bits - 1), (1 << bits) - 1
    table = []
    for byte in range(256):
        crc = byte << (bits - 8)
        for _ in range(8):
            crc = (crc << 1 ^ polynomial if crc & top else crc << 1) & mask
        table.append(crc)
    return table


def _crc8(data: bytes) -> int:
    crc, table = 0, _table(0x07, 8)
    for byte in data:
        crc = table[crc ^ byte]
    return crc
