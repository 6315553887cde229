"""MPEG audio: frames, tags, and files that were joined."""

from functools import lru_cache

from stftcli.audio.incoming import Incoming
from stftcli.audio.parts import Findings, Parts

# As much of a frame as tells whether it is one that describes a file.
_LOOK_BYTES = 64
_ID3V1_BYTES = 128
_SEVERAL = 3
_MAX_FRAME_BYTES = 2881

# ISO 11172-3 and 13818-3: bit rates in kbit/s by version and layer, sample rates by version.
_LOW = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_KBITS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): _LOW,
    (2, 3): _LOW,
}
_RATES_HZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def mpeg_parts(incoming: Incoming, findings: Findings) -> Parts:
    """Give the frames of each file in a row of joined ones, without their tags.

    Where a file ends is told by the frame that describes the next (Xing, Info, VBRI), and by the
    number of frames in its own description: libsndfile reads no further than that.
    """
    del findings  # whether frames are missing is told by a description alone
    file = _File()
    while ahead := incoming.peek(_LOOK_BYTES):
        if size := tag_bytes(ahead):
            incoming.jump(size)
            continue
        if file.may_end(ahead) and (described_frames(ahead) or _several(incoming)):
            yield None
            file = _File()
        yield from incoming.pieces(file.walk(ahead) or len(ahead))


class _File:
    """How many frames of a file have passed, and how many its description tells of."""

    def __init__(self) -> None:
        self._frames, self._described = 0, 0

    def walk(self, ahead: bytes) -> int:
        """Go from frame to frame up to a tag or where the file may end; give how many bytes."""
        at = 0
        while at + _LOOK_BYTES <= len(ahead):
            look = ahead[at : at + _LOOK_BYTES]
            if at and (tag_bytes(look) or self.may_end(look)):
                break
            at += self._pass(look) or _next_sync(ahead, at + 1)
        return at

    def may_end(self, look: bytes) -> bool:
        """Say whether another file may begin here."""
        return self._frames > 0 and (self._frames == self._described or described_frames(look) != 0)

    def _pass(self, look: bytes) -> int:
        size = frame_bytes(look[:3])
        if size and not self._frames and (described := described_frames(look)):
            self._described = described
        elif size:
            self._frames += 1
        return size


def described_frames(look: bytes) -> int:
    """Give how many frames of a file the first one tells of; -1 if it does not, 0 if it is none."""
    if not frame_bytes(look[:3]):
        return 0
    if look[36:40] == b"VBRI":
        return int.from_bytes(look[50:54], "big") or -1
    at = max(look.find(b"Xing", 4, 48), look.find(b"Info", 4, 48))
    if at < 0:
        return 0
    has_frames = look[at + 7] & 1
    return (int.from_bytes(look[at + 8 : at + 12], "big") if has_frames else 0) or -1


def tag_bytes(ahead: bytes) -> int:
    """Give the size of an ID3 tag that stands here, or 0."""
    if ahead.startswith(b"TAG"):
        return _ID3V1_BYTES
    if not ahead.startswith(b"ID3") or len(ahead) < 10 or max(ahead[6:10]) > 0x7F:
        return 0
    # Seven bits in each byte; a footer is as long as the header.
    size = sum(byte << shift for byte, shift in zip(ahead[6:10], (21, 14, 7, 0), strict=True))
    return 10 + size + (10 if ahead[5] & 0x10 else 0)


def _next_sync(ahead: bytes, start: int) -> int:
    # The decoder looks for the next frame by itself; here it only has to be found again.
    at = ahead.find(b"\xff", start)
    return (len(ahead) if at < 0 else at) - start + 1


def _several(incoming: Incoming) -> bool:
    """Say whether frames follow: an encoder that counts one too few makes no other file."""
    ahead, at = incoming.peek(_SEVERAL * _MAX_FRAME_BYTES), 0
    for _ in range(_SEVERAL):
        size = frame_bytes(ahead[at : at + 3])
        if not size:
            return False
        at += size
    return True


@lru_cache(maxsize=256)
def frame_bytes(header: bytes) -> int:
    """Give the length of a frame from its first three bytes; 0 if they begin none.

    That is 12 or 144 (72 for layer III of a low rate) times bits a second by samples a second,
    and a slot of padding.
    """
    if len(header) < 3 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    rate, kbits, padding = header[2] >> 2 & 3, header[2] >> 4, header[2] >> 1 & 1
    # Reserved, or a free format, whose length no header tells.
    if version == 1 or layer == 4 or rate == 3 or kbits in (0, 15):
        return 0
    bits_s = 1000 * _KBITS[1 if version == 3 else 2, layer][kbits - 1]
    rate_hz = _RATES_HZ[version][rate]
    if layer == 1:
        return (12 * bits_s // rate_hz + padding) * 4
    return (72 if layer == 3 and version != 3 else 144) * bits_s // rate_hz + padding
