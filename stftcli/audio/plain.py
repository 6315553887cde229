"""Plain samples under a header that libsndfile cannot use: they are sent on under another one."""

from typing import Literal, Self

from stftcli.frozen import Frozen
from stftcli.settings.reading import RawEncoding, RawFormat

Encoding = Literal["pcm", "unsigned", "float", "ulaw", "alaw"]

_ENDLESS_32 = 0xFFFFFFFF
_ENDLESS_64 = 1 << 60

_RIFF_GUID = bytes.fromhex("2e91cf11a5d628db04c10000")
_W64_GUID = bytes.fromhex("f3acd3118cd100c04f8edb8a")
_WAV_CODES: dict[Encoding, int] = {"pcm": 1, "unsigned": 1, "float": 3, "alaw": 6, "ulaw": 7}

_RAW: dict[RawEncoding, tuple[Encoding, int]] = {
    "s16le": ("pcm", 16),
    "s24le": ("pcm", 24),
    "s32le": ("pcm", 32),
    "f32le": ("float", 32),
    "f64le": ("float", 64),
    "u8": ("unsigned", 8),
    "alaw": ("alaw", 8),
    "ulaw": ("ulaw", 8),
}

# Codes of Sun's AU, whose samples are big-endian.
_AU_CODES: dict[tuple[Encoding, int], int] = {
    ("ulaw", 8): 1,
    ("pcm", 8): 2,
    ("pcm", 16): 3,
    ("pcm", 24): 4,
    ("pcm", 32): 5,
    ("float", 32): 6,
    ("float", 64): 7,
    ("alaw", 8): 27,
}


class PlainData(Frozen):
    """Samples that need nothing but these numbers to be read.

    Attributes
    ----------
    encoding : {"pcm", "unsigned", "float", "ulaw", "alaw"}
        What a sample is.
    bits : int
        Of a sample of one channel, as it is stored: a multiple of 8.
    big_endian : bool
        Whether the highest byte comes first.
    rate_hz, channels : int
        Of the sound.
    data_at : int
        Where the samples begin.
    data_bytes : int or None
        How long they are by the header; None where it does not say.
    """

    encoding: Encoding
    bits: int
    big_endian: bool
    rate_hz: int
    channels: int
    data_at: int
    data_bytes: int | None

    @classmethod
    def raw(cls, raw: RawFormat) -> Self:
        """Give what samples without a header are, to the end of the input."""
        encoding, bits = _RAW[raw.encoding]
        return cls(encoding, bits, False, raw.rate_hz, raw.channels, 0, None)

    @property
    def is_readable(self) -> bool:
        """Whether there is another header for them."""
        if not (0 < self.channels < 1 << 10 and 0 < self.rate_hz < 1 << 31):
            return False
        return (self.encoding, self.bits) in {("unsigned", 8), *_AU_CODES}

    @property
    def sample_bytes(self) -> int:
        """Bytes of one time step of all channels."""
        return self.channels * self.bits // 8

    @property
    def samples(self) -> int | None:
        """The number of samples that the header claims."""
        if self.data_bytes is None:
            return None
        return self.data_bytes // self.sample_bytes

    def head(self) -> bytes:
        """Give a header without an end in sight: Sony Wave64, or AU where the bytes demand it."""
        if self._in_w64:
            return w64_head(
                _WAV_CODES[self.encoding], self.channels, self.rate_hz, stored_bits=self.bits
            )
        numbers = (24, _ENDLESS_32, _AU_CODES[self.encoding, self.bits], self.rate_hz)
        return b".snd" + b"".join(one.to_bytes(4, "big") for one in (*numbers, self.channels))

    @property
    def _in_w64(self) -> bool:
        return self.encoding == "unsigned" or (self.bits > 8 and not self.big_endian)


def w64_head(encoding: int, channels: int, rate_hz: int, *, stored_bits: int) -> bytes:
    """Give the header of a Sony Wave64 with no end in sight; `encoding` is the code of a WAV.

    libsndfile believes the 32-bit sizes of a WAV that is piped; those of W64 have 64 bits.
    """
    sample_bytes = min(0xFFFF, channels * -(-stored_bits // 8))
    fmt = b"".join(
        (
            encoding.to_bytes(2, "little"),
            channels.to_bytes(2, "little"),
            rate_hz.to_bytes(4, "little"),
            min(0xFFFFFFFF, rate_hz * sample_bytes).to_bytes(4, "little"),
            sample_bytes.to_bytes(2, "little"),
            stored_bits.to_bytes(2, "little"),
        )
    )
    riff = b"riff" + _RIFF_GUID + (2 * _ENDLESS_64).to_bytes(8, "little")
    data = _w64_chunk(b"data", b"", _ENDLESS_64)
    return riff + b"wave" + _W64_GUID + _w64_chunk(b"fmt ", fmt, len(fmt)) + data


def _w64_chunk(name: bytes, content: bytes, size: int) -> bytes:
    # Sizes count the chunk's own header of 24 bytes; chunks begin at multiples of 8.
    filled = content + bytes(-len(content) % 8) if size == len(content) else content
    return name + _W64_GUID + (size + 24).to_bytes(8, "little") + filled
