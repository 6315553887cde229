"""What the first bytes of a sound say, and how far they may be believed."""

from stftcli.audio.wav import is_wav
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
    "MS_ADPCM": "Microsoft ADPCM",
    "IMA_ADPCM": "IMA ADPCM",
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

# Bytes of a sample of one channel, where all are alike.
SAMPLE_BYTES = {
    "PCM_S8": 1,
    "PCM_U8": 1,
    "PCM_16": 2,
    "PCM_24": 3,
    "PCM_32": 4,
    "FLOAT": 4,
    "DOUBLE": 8,
    "ULAW": 1,
    "ALAW": 1,
}

FLOAT_SUBTYPES = ("FLOAT", "DOUBLE")

# The largest positive sample, where one step below 1 does not say it.
_LARGEST = {"ULAW": 32124 / 32768, "ALAW": 32256 / 32768}
_LOSSY_BITS, _MAX_BITS = 16, 24

# Containers whose length can only be claimed.
COMPRESSED = ("MP3", "OGG", "FLAC")

MIN_HEAD_BYTES = 16
"""So many tell the container."""


class Container(Frozen):
    """A kind of sound file; `streams` says whether libsndfile reads it without going back."""

    name: str
    streams: bool


CONTAINERS = {
    name: Container(name, streams)
    for name, streams in {
        "WAV": True,
        "RF64": True,
        "W64": True,
        "AIFF": True,
        "AU": True,
        "RIFX": True,
        "SPHERE": True,
        "RAW": True,
        "CAF": False,
        "FLAC": False,
        "OGG": True,
        "MP3": True,
    }.items()
}


def worth_bits(subtype: str) -> int:
    """Give how many bits a sample is worth: at most 24, and 16 of what has none of its own."""
    if subtype in FLOAT_SUBTYPES:
        return _MAX_BITS
    digits = subtype.rpartition("_")[2].strip("SU")
    return min(int(digits), _MAX_BITS) if digits.isdigit() else _LOSSY_BITS


def full_scale(subtype: str) -> float:
    """Give the largest positive sample: 1, or one step less where samples are whole numbers."""
    if subtype in FLOAT_SUBTYPES or subtype.startswith(("VORBIS", "OPUS", "MPEG")):
        return 1.0
    return _LARGEST.get(subtype, 1 - 2.0 ** (1 - worth_bits(subtype)))


def sniff(head: bytes) -> Container | None:
    """Tell the container from its first 16 bytes, or None if it is none that is read."""
    return CONTAINERS.get(_container_name(head))


def foreign_format(head: bytes) -> str | None:
    """Name a medium that holds sound, but not for libsndfile."""
    if head[4:8] == b"ftyp":
        return "MP4"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "Matroska or WebM"
    if head.startswith(b"Creative Voice "):
        return "Creative Voice (VOC)"
    return None


def _container_name(head: bytes) -> str:
    kind, form = head[:4], head[8:12]
    if head.startswith(b"NIST_1A\n"):
        return "SPHERE"
    if kind == b"RIFX" and form == b"WAVE":
        return "RIFX"
    if is_wav(head):
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
