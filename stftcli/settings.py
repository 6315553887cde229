"""What a user can ask for, as frozen values that survive a round trip through JSON."""

import re
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from typing import Any, Literal, Self, get_args

from stftcli.errors import SettingsError

PadMode = Literal["reflect", "constant", "edge", "symmetric", "wrap"]
Spectrum = Literal["complex", "magnitude", "power", "db", "log", "phase"]
Log = Literal["ln", "log10", "log1p", "db"]
MelScale = Literal["slaney", "htk"]
StageKind = Literal["linear", "linear_out", "log"]
Precision = Literal["float32", "float64", "float16"]
Layout = Literal["frames-first", "bins-first"]
ArrayFormat = Literal["npy", "npz", "raw"]
PictureFormat = Literal["png", "svg", "pdf"]
Channel = Literal["mix", "all"] | int
Length = int | str
"""A number of samples, or a time in milliseconds such as "25ms"."""


MOST_THREADS = 64

USUAL_LENGTH = 2048
"""Samples in a frame, where nobody says how many."""


def samples_of(length: Length, rate_hz: int) -> int:
    """Give a length in samples; a part of a sample is dropped, as Kaldi and torchaudio do."""
    if isinstance(length, int):
        return length
    return int(Fraction(length.removesuffix("ms").strip()) * rate_hz / 1000)


def parse_length(text: str) -> Length:
    """Read "512" as samples and "25ms" as a time.

    Raises
    ------
    SettingsError
        If the text is neither, zero, or beyond all reason.
    """
    if not re.fullmatch(r"\d{1,9}|\d{1,9}(\.\d{1,9})? ?ms", text, re.ASCII) or not re.search(
        "[1-9]", text
    ):
        raise SettingsError(
            f"{text!r} is not a length: give samples (512) or milliseconds (25ms), above zero"
        )
    return text if text.endswith("ms") else int(text)


class _Record:
    """Plain dictionaries out and in, for every settings class."""

    def to_dict(self) -> dict[str, Any]:
        """Give the settings as JSON's own types."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Make the settings that `to_dict` described; an unknown name is an error."""
        homes = {item.name: item.type for item in fields(cls)}  # type: ignore[arg-type]
        if unknown := sorted(set(values) - set(homes)):
            raise SettingsError(f"unknown setting {unknown[0]!r}: allowed are {', '.join(homes)}")
        return cls(
            **{
                name: home.from_dict(values[name])
                if isinstance(home, type) and issubclass(home, _Record)
                else values[name]
                for name, home in homes.items()
                if name in values
            }
        )


@dataclass(frozen=True)
class FrameSettings(_Record):
    """How a signal is cut into frames, and what each is multiplied with.

    None leaves a choice to `at`: `hop_length` becomes a quarter of `filter_length`, `win_length`
    all of it, and frames are centred unless they are causal.
    """

    filter_length: Length | None = None
    hop_length: Length | None = None
    win_length: Length | None = None
    window: str = "hann"
    center: bool | None = None
    causal: bool = False
    pad_mode: PadMode = "reflect"

    def at(self, rate_hz: int, usual_length: int = USUAL_LENGTH) -> "SampledFrames":
        """Give the same settings with every length in samples of a sound of this rate."""
        length = samples_of(self.filter_length or usual_length, rate_hz)
        return SampledFrames(
            length,
            samples_of(self.hop_length or max(1, length // 4), rate_hz),
            samples_of(self.win_length or length, rate_hz),
            self.window,
            not self.causal if self.center is None else self.center,
            self.causal,
            self.pad_mode,
        )


@dataclass(frozen=True)
class SampledFrames(FrameSettings):
    """Frame settings with every choice made and every length in samples."""

    filter_length: int
    hop_length: int
    win_length: int
    window: str
    center: bool

    def __str__(self) -> str:
        length = f"{self.win_length} of {self.filter_length}"
        if self.win_length == self.filter_length:
            length = str(self.filter_length)
        return f"{self.window} {length}, hop {self.hop_length}"


@dataclass(frozen=True)
class PartSettings(_Record):
    """Which stretch of the sound is used, and which of its channels (counted from 1)."""

    start_s: float = 0.0
    duration_s: float | None = None
    channel: Channel = "mix"


@dataclass(frozen=True)
class ValueSettings(_Record):
    """What is computed from each frame.

    Its spectrum goes through the stages one after another: ("linear", file of weights, or
    FILE:PREFIX), ("linear_out", number of outputs of a new Linear, drawn from `seed`), ("log",
    kind). `kernel` is a file with a matrix in place of the DFT.
    """

    spectrum: Spectrum = "magnitude"
    stages: tuple[tuple[StageKind, str | int], ...] = ()
    seed: int | None = None
    kernel: str | None = None

    def __post_init__(self) -> None:
        # JSON knows lists only.
        object.__setattr__(self, "stages", tuple((kind, value) for kind, value in self.stages))


@dataclass(frozen=True)
class FeatureSettings(_Record):
    """All that decides the numbers of a feature array."""

    frames: FrameSettings = field(default_factory=FrameSettings)
    part: PartSettings = field(default_factory=PartSettings)
    values: ValueSettings = field(default_factory=ValueSettings)
    dtype: Precision = "float32"
    layout: Layout = "frames-first"


PAD_MODES: tuple[PadMode, ...] = get_args(PadMode)
MEL_SCALES: tuple[MelScale, ...] = get_args(MelScale)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
ARRAY_FORMATS: tuple[ArrayFormat, ...] = get_args(ArrayFormat)
PICTURE_FORMATS: tuple[PictureFormat, ...] = get_args(PictureFormat)

FLOOR = 1e-5
"""The smallest magnitude that a logarithm is taken of: -100 dB."""

SPECTRA: dict[Spectrum, str] = {
    "complex": "the spectrum X itself",
    "magnitude": "|X|",
    "power": "|X|^2",
    "db": f"20 log10 max(|X|, {FLOOR:g})",
    "log": f"ln max(|X|, {FLOOR:g})",
    "phase": "the angle of X in radians",
}
"""What each spectrum is."""

LOG_FLOOR = 1e-10
"""The smallest value that --log takes a logarithm of."""

LOGS: dict[Log, str] = {
    "ln": f"natural, of max(y, {LOG_FLOOR:g})",
    "log10": f"decimal, of max(y, {LOG_FLOOR:g})",
    "db": f"10 log10 max(y, {LOG_FLOOR:g})",
    "log1p": "ln(1 + y)",
}
"""What each logarithm of values y is."""

WINDOWS: dict[str, str | None] = {
    "hann": None,
    "hamming": None,
    "blackman": None,
    "blackmanharris": None,
    "nuttall": None,
    "flattop": None,
    "bartlett": None,
    "bohman": None,
    "cosine": None,
    "boxcar": None,
    "kaiser": "beta",
    "tukey": "alpha",
    "gaussian": "std",
}
"""The windows, each with the name of its parameter if it takes one."""


def window_names() -> str:
    """List the windows for help and messages."""
    return ", ".join(
        name if parameter is None else f"{name}:{parameter.upper()}"
        for name, parameter in WINDOWS.items()
    )
