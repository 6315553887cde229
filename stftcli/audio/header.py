"""What the first bytes of a sound say, and how far they may be believed."""

from stftcli.frozen import Frozen

# Only what is met in practice: the rare codecs of libsndfile have had memory faults.
SUBTYPES = {
    "PCM_S8": "8-bit PCM",
    "PCM_U8": "8-bit PCM",
    "PCM_16": "16-bit PCM",
    "PCM_24": "24-bit PCM",
    "PCM_32": "32-bit PCM",
    "FLOAT": "32-bit float",
    "DOUBLE": "64-bit float",
    "ULAW": "u-law",
    "ALAW": "A-law",
    "ALAC_16": "16-bit ALAC",
    "ALAC_20": "20-bit ALAC",
    "ALAC_24": "24-bit ALAC",
    "ALAC_32": "32-bit ALAC",
    "VORBIS": "Vorbis",
    "OPUS": "Opus",
    "MPEG_LAYER_I": "MPEG layer I",
    "MPEG_LAYER_II": "MPEG layer II",
    "MPEG_LAYER_III": "MPEG layer III",
}

FLOAT_SUBTYPES = ("FLOAT", "DOUBLE")

# Writers to a pipe put a size near 2^31 or 2^32 where they cannot know it.
_UNKNOWN = 0x7FF00000

_RIFF_GUID = bytes.fromhex("2e91cf11a5d628db04c10000")
_W64_GUID = bytes.fromhex("f3acd3118cd100c04f8edb8a")
_ENDLESS = 1 << 60


class Container(Frozen):
    """A kind of sound file; `streams` says whether it can be read without going back."""

    name: str
    streams: bool


CONTAINERS = {
    name: Container(name, streams)
    for name, streams in {
        "WAV": True,
        "RF64": False,  # libsndfile loses its first bytes in a pipe
        "W64": True,
        "AIFF": True,
        "AU": True,
        "CAF": False,
        "FLAC": False,
        "OGG": False,
        "MP3": False,
    }.items()
}


class WavData(Frozen):
    """Where a WAV header gives the size of its data, the size, and its format chunk.

    `unclosed` says that the size is zero because the writer did not come back to fill it in.
    """

    size_at: int
    claimed_bytes: int
    fmt: bytes
    unclosed: bool

    @property
    def sample_bytes(self) -> int:
        """Bytes of one time step of all channels."""
        return int.from_bytes(self.fmt[12:14], "little")

    @property
    def claimed_samples(self) -> int | None:
        """The number of samples, or None where the writer could not know it."""
        if self.claimed_bytes == 0 or self.claimed_bytes >= _UNKNOWN or not self.sample_bytes:
            return None
        return self.claimed_bytes // self.sample_bytes

    def as_w64(self, head: bytes) -> bytes:
        """Give the same header as Sony Wave64 with no end in sight.

        libsndfile believes the 32-bit sizes of a WAV that is piped; those of W64 have 64 bits.
        """
        # The extensible form names its encoding further on; in W64 libsndfile overlooks that.
        encoding = self.fmt[24:26] if self.fmt[:2] == b"\xfe\xff" else self.fmt[:2]
        plain = encoding + self.fmt[2:16]
        fmt_chunk = _w64_chunk(b"fmt ", plain, len(plain))
        data = _w64_chunk(b"data", head[self.size_at + 4 :], _ENDLESS)
        riff = b"riff" + _RIFF_GUID + (2 * _ENDLESS).to_bytes(8, "little")
        return riff + b"wave" + _W64_GUID + fmt_chunk + data


def _w64_chunk(name: bytes, content: bytes, size: int) -> bytes:
    # Sizes count the chunk's own header of 24 bytes; chunks begin at multiples of 8.
    filled = content + bytes(-len(content) % 8) if size == len(content) else content
    return name + _W64_GUID + (size + 24).to_bytes(8, "little") + filled


def sniff(head: bytes) -> Container | None:
    """Tell the container from its first 16 bytes, or None if it is none that is read."""
    return CONTAINERS.get(_container_name(head))


def foreign_format(head: bytes) -> str | None:
    """Name a medium that holds sound, but not for libsndfile."""
    if head[4:8] == b"ftyp":
        return "MP4"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "Matroska or WebM"
    return None


def find_wav_data(head: bytes) -> WavData | None:
    """Walk the chunks of a WAV header to its data; None if it does not lie within `head`."""
    at, fmt = 12, b""
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt ":
            fmt = head[at + 8 : at + 8 + size]
        elif name == b"data":
            return WavData(at + 4, size, fmt, size == 0 and not _chunk_at(head, at + 8))
        at += 8 + size + size % 2
    return None


def _chunk_at(head: bytes, at: int) -> bool:
    """Say whether another chunk stands here, within the whole: then the one before it has ended."""
    whole = 8 + int.from_bytes(head[4:8], "little")
    name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
    return len(name) == 4 and name.strip().isalnum() and at + 8 + size <= whole


def _container_name(head: bytes) -> str:
    kind, form = head[:4], head[8:12]
    if form == b"WAVE" and kind in (b"RIFF", b"RF64"):
        return "WAV" if kind == b"RIFF" else "RF64"
    if kind == b"FORM" and form in (b"AIFF", b"AIFC"):
        return "AIFF"
    by_magic = {b"riff": "W64", b".snd": "AU", b"caff": "CAF", b"fLaC": "FLAC", b"OggS": "OGG"}
    if kind in by_magic:
        return by_magic[kind]
    # MPEG: a tag, or eleven set bits of frame synchronisation and layer II or III.
    synchronised = (
        len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x06 in (2, 4)
    )
    return "MP3" if kind[:3] == b"ID3" or synchronised else ""
