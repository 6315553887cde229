"""The header of a WAV, and how far it may be believed."""

from stftcli.audio.incoming import Incoming
from stftcli.audio.plain import w64_head
from stftcli.frozen import Frozen

_MIN_HEAD_BYTES = 16
_MAX_HEAD_BYTES = 1 << 24

# Writers to a pipe put a size near 2^31 or 2^32 where they cannot know it.
_UNKNOWN = 0x7FF00000

_ENDLESS = 1 << 60

_PCM = 1
_MS_ADPCM = 2
_MAX_ADPCM_BYTES = 1 << 14
# The name of a chunk and its size.
_CHUNK_BYTES = 8
MPEG_IN_WAV = (0x50, 0x55)
ADPCM_IN_WAV = (0x02, 0x11)
# Of these samples all is known: integers, floats, A-law, u-law.
PLAIN_IN_WAV = (1, 3, 6, 7)

# Chunks that writers put behind the data, also without counting them in the size of the whole.
_AFTER_DATA = frozenset(
    name.encode()
    for name in (
        *("LIST", "id3 ", "ID3 ", "bext", "iXML", "cue ", "smpl", "inst", "fact", "PEAK", "junk"),
        *("JUNK", "PAD ", "FLLR", "_PMX", "axml", "umid", "minf", "elm1", "regn", "afsp", "acid"),
        *("strc", "DISP", "levl", "cart", "plst", "chna", "dbmd", "guan", "wamd", "r64m", "SNDM"),
    )
)
# What taggers append: no sound, and no chunk.
TAGS = (b"TAG", b"ID3", b"APETAGEX", b"LYRICSBEGIN")


class WavData(Frozen):
    """Where the header of a WAV gives the size of its data, the size, and its format chunk.

    `kind` is RIFF, or RF64 or BW64, whose sizes may stand in a `ds64` chunk: `in_ds64` says so, and
    that they mean what they say. `riff_end` is where the header says that the file ends.
    """

    size_at: int
    claimed_bytes: int
    fmt: bytes
    riff_end: int
    kind: bytes
    in_ds64: bool

    @property
    def data_at(self) -> int:
        """Where the data begins."""
        return self.size_at + 4

    @property
    def encoding(self) -> int:
        """The code of the samples' format; the extensible form names it further on."""
        at = 24 if self.fmt[:2] == b"\xfe\xff" else 0
        return int.from_bytes(self.fmt[at : at + 2], "little")

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return int.from_bytes(self.fmt[2:4], "little")

    @property
    def bits(self) -> int:
        """Bits of one sample of one channel."""
        return int.from_bytes(self.fmt[14:16], "little")

    @property
    def sample_bytes(self) -> int:
        """Bytes of one time step of all channels."""
        return int.from_bytes(self.fmt[12:14], "little")

    @property
    def stored_bits(self) -> int | None:
        """Bits that a sample takes up in the data; None if its block align fits no such number.

        Samples of 24 bits may lie in four bytes, their lowest zero: that is a sample of 32 bits.
        """
        whole = 8 * -(-self.bits // 8)
        if not self.channels or not self.bits:
            return None
        if self.sample_bytes in (0, self.channels * whole // 8):
            return self.bits
        stored, rest = divmod(8 * self.sample_bytes, self.channels)
        wider = self.encoding == _PCM and self.bits > 8 and stored > whole
        return stored if wider and not rest and stored in (16, 24, 32) else None

    @property
    def is_plain(self) -> bool:
        """Whether its samples are of a kind that needs nothing but their numbers to be read."""
        return self.encoding in PLAIN_IN_WAV and self.stored_bits is not None

    @property
    def is_sound_adpcm(self) -> bool:
        """Whether the sizes of ADPCM's blocks fit each other.

        libsndfile is given no others, for its decoder of them has had faults.
        """
        said = int.from_bytes(self.fmt[18:20], "little")
        channels, block = self.channels, self.sample_bytes
        if channels not in (1, 2) or self.bits != 4 or block > _MAX_ADPCM_BYTES:
            return False
        if self.encoding == _MS_ADPCM:
            return block > 7 * channels and said == 2 + 2 * (block - 7 * channels) // channels
        in_words = block > 4 * channels and block % (4 * channels) == 0
        return in_words and said == 1 + 2 * (block - 4 * channels) // channels

    @property
    def is_sized(self) -> bool:
        """Whether libsndfile can use its size; that of an unclosed RF64 it cannot."""
        return self.kind == b"RIFF" or (self.kind == b"RF64" and self.in_ds64)

    @property
    def claimed_samples(self) -> int | None:
        """The number of samples, or None where the writer could not know it."""
        unknown = self.claimed_bytes >= _UNKNOWN and not self.in_ds64
        if self.claimed_bytes == 0 or unknown or not self.sample_bytes:
            return None
        return self.claimed_bytes // self.sample_bytes

    def goes_on(self, ahead: bytes) -> bool:
        """Say whether what stands behind the claimed data is more of it: no chunk, no tag."""
        room = self.riff_end - self.data_at - self.claimed_bytes
        padding = self.claimed_bytes % 2
        if len(ahead) < _CHUNK_BYTES or is_other(ahead) or is_other(ahead[padding:]):
            return False
        return not (chunk_follows(ahead, room) or chunk_follows(ahead[padding:], room - padding))

    def is_padded(self, ahead: bytes) -> bool:
        """Say whether data of an odd size is followed by a byte: not every writer puts one."""
        return self.claimed_bytes % 2 == 1 and not (is_other(ahead) or chunk_follows(ahead, None))

    def as_w64(self) -> bytes:
        """Give the same header as Sony Wave64 with no end in sight."""
        # The extensible form names its encoding further on; in W64 libsndfile overlooks that.
        stored = self.stored_bits or self.bits
        rate_hz = int.from_bytes(self.fmt[4:8], "little")
        return w64_head(self.encoding, self.channels, rate_hz, stored_bits=stored)


def is_wav(head: bytes) -> bool:
    """Say whether a WAV begins here, with 32-bit sizes or with 64."""
    return head[:4] in (b"RIFF", b"RF64", b"BW64") and head[8:12] == b"WAVE"


def is_other(ahead: bytes) -> bool:
    """Say whether something begins here that has its own mark: another file, or a tag."""
    return ahead.startswith((*TAGS, b"RIFF", b"RF64", b"BW64"))


def find_wav_data(head: bytes) -> WavData | None:
    """Walk the chunks of a WAV header to its data; None if it does not lie within `head`."""
    at, fmt, ds64 = 12, b"", b""
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt ":
            fmt = head[at + 8 : at + 8 + size]
        elif name == b"ds64" and head[:4] != b"RIFF":
            ds64 = head[at + 8 : at + 8 + size]
        elif name == b"data":
            return _wav_data(head, at + 4, fmt, ds64)
        at += 8 + size + size % 2
    return None


def known_head(incoming: Incoming) -> bytes:
    """Show as much as tells the kind: a live source may take seconds to give more.

    Before the data of a WAV a picture may stand.
    """
    head = incoming.peek(_MIN_HEAD_BYTES)
    while len(head) < _MAX_HEAD_BYTES and _is_wav_without_data(head):
        more = incoming.peek(len(head) + 1)
        if len(more) == len(head):
            break
        head = more
    return head


def _is_wav_without_data(head: bytes) -> bool:
    return is_wav(head) and find_wav_data(head) is None


def _wav_data(head: bytes, size_at: int, fmt: bytes, ds64: bytes) -> WavData:
    riff, size = (int.from_bytes(head[at : at + 4], "little") for at in (4, size_at))
    riff_64, size_64 = (int.from_bytes(ds64[at : at + 8], "little") for at in (0, 8))
    in_ds64 = size == 0xFFFFFFFF and 0 < size_64 < _ENDLESS
    if in_ds64:
        riff, size = riff_64, size_64
    return WavData(size_at, size, fmt, 8 + riff, head[:4], in_ds64)


def chunk_follows(ahead: bytes, room: int | None) -> bool:
    """Say whether a chunk stands here: one of a known name, or any within so many bytes."""
    name, size = ahead[:4], int.from_bytes(ahead[4:8], "little")
    if len(ahead) < _CHUNK_BYTES or not name.strip(b" _").isalnum() or is_other(ahead):
        return False
    return name in _AFTER_DATA or room is None or 8 + size <= room
