"""How an input is read, where it does not say itself."""

from typing import Any, Literal

from stftcli.frozen import Frozen
from stftcli.settings.kinds import Kind, quantity
from stftcli.settings.signal import MAX_RATE_HZ

RawEncoding = Literal["s16le", "s24le", "s32le", "f32le", "f64le", "u8", "alaw", "ulaw"]

RAW_ENCODINGS: dict[RawEncoding, str] = {
    "s16le": "whole numbers of 16 bits",
    "s24le": "of 24 bits in three bytes",
    "s32le": "of 32 bits",
    "f32le": "floats of 32 bits",
    "f64le": "floats of 64 bits",
    "u8": "bytes around 128",
    "alaw": "A-law",
    "ulaw": "u-law",
}
"""ffmpeg's names for samples without a header, the lowest byte first."""

MAX_CHANNELS = 1023

SLOW_ADVICE = (
    "; of a rate below 1 Hz, or between two whole ones, give a thousandfold: frequencies in Hz are "
    "then mHz, and a second is 1000 s"
)
"""Plans count samples, so rates are whole numbers; this is said to who has another one."""


class RawFormat(Frozen):
    """What samples are that have no header.

    Attributes
    ----------
    encoding : str
        A name of `RAW_ENCODINGS`.
    rate_hz, channels : int
        Of the sound.
    """

    encoding: RawEncoding
    rate_hz: int
    channels: int = 1


class Reading(Frozen):
    """How an input is read.

    Attributes
    ----------
    raw : RawFormat or None
        What its samples are, where it has no header.
    latency_s : float or None
        How long samples of a pipe may wait for a full batch; None for as long as more is there.
    strict : bool
        Whether it is an error that a sound ends early, or goes on beyond its header.
    rate_hz : int or None
        Samples per second, where its header says others than there were.
    """

    raw: RawFormat | None = None
    latency_s: float | None = None
    strict: bool = False
    rate_hz: int | None = None


AS_IT_IS = Reading()


class RawKind(Kind):
    """ENCODING,RATE[,CHANNELS], such as s16le,16000 or f32le,48000,2."""

    metavar: str = "ENCODING,RATE[,CHANNELS]"

    def read(self, value: Any) -> RawFormat:
        """Take the texts between the commas; ALSA's names are read too."""
        name, *numbers = str(value).split(",")
        encoding = _encoding(name)
        if encoding is None:
            raise ValueError(f"there is no encoding {name!r}: {', '.join(RAW_ENCODINGS)}")
        texts = [*numbers, "", "1"] if not numbers else [*numbers, "1"]
        rate_hz = quantity(texts[0], {"": 1, "hz": 1, "k": 1000, "khz": 1000})
        channels = quantity(texts[1], {"": 1})
        if not 1 <= len(numbers) <= 2 or not rate_hz > 0:
            raise ValueError(f"say the samples a second, and the channels: {encoding},16000,1")
        whole = rate_hz.is_integer() and channels.is_integer()
        if not (whole and rate_hz <= MAX_RATE_HZ and 1 <= channels <= MAX_CHANNELS):
            raise ValueError(
                f"a rate is a whole number from 1 to {MAX_RATE_HZ} Hz{SLOW_ADVICE}; and there are "
                f"up to {MAX_CHANNELS} channels"
            )
        return RawFormat(encoding, int(rate_hz), int(channels))


def _encoding(name: str) -> RawEncoding | None:
    """Give an encoding by ffmpeg's name, or by arecord's, such as S16_LE and S24_3LE."""
    plain = name.lower().removeprefix("pcm_").replace("_", "")
    plain = {"s243le": "s24le", "mulaw": "ulaw", "floatle": "f32le", "float64le": "f64le"}.get(
        plain, plain
    )
    return next((encoding for encoding in RAW_ENCODINGS if encoding == plain), None)
