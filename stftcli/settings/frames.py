"""How a signal is prepared and cut into frames."""

from collections.abc import Callable
from dataclasses import asdict

from stftcli.settings.choices import Channel, Padding, PadMode, Resampling, WindowAlign
from stftcli.settings.lengths import (
    DEFAULT_LENGTH,
    POWER_OF_TWO,
    Length,
    parse_length,
    parse_transform_length,
    samples_of,
)
from stftcli.settings.record import Record, check_between

MAX_RATE_HZ, MAX_S, MAX_SAMPLES = 10_000_000, 1_000_000_000, 999_999_999


def quarter(filter_length: int) -> int:
    """Give the usual hop of frames of this length."""
    return max(1, filter_length // 4)


class SegmentSettings(Record):
    """Which stretch of the sound is used, and which of its channels (counted from 1).

    None is the mean of the channels, unless a command has another habit.
    """

    start_s: float = 0.0
    duration_s: float | None = None
    channel: Channel | None = None

    def __post_init__(self) -> None:
        check_between("start_s", self.start_s, 0, MAX_S)
        check_between("duration_s", self.duration_s, 0, MAX_S)


class SignalSettings(Record):
    """What is done to the samples before they are cut into frames, in this order.

    `rate_hz` is the rate that the features are meant for; a sound of another rate is resampled if
    `resample` says how well, else refused. `pad_to_s` fills a shorter sound up with zeros,
    `int16_scale` multiplies samples with 32768, `preemphasis` subtracts so much of the sample
    before.
    """

    rate_hz: int | None = None
    resample: Resampling | None = None
    pad_to_s: float | None = None
    int16_scale: bool = False
    preemphasis: float = 0.0

    def __post_init__(self) -> None:
        check_between("rate_hz", self.rate_hz, 1, MAX_RATE_HZ)
        check_between("pad_to_s", self.pad_to_s, 0, MAX_S)
        check_between("preemphasis", self.preemphasis, 0, 1)


class FrameSettings(Record):
    """How a signal is cut into frames, and what each is multiplied with.

    None leaves a choice to `at`: `hop_length` becomes a quarter of `filter_length`, `win_length`
    all of it. `win_align` "left" puts a shorter window at the beginning of the transform, so that
    only zeros follow it. `remove_dc` and `preemphasis` are done to each frame alone, as in Kaldi.
    """

    filter_length: Length | None = None
    hop_length: Length | None = None
    win_length: Length | None = None
    window: str = "hann"
    periodic: bool = True
    win_align: WindowAlign = "center"
    padding: Padding = "center"
    pad_mode: PadMode = "reflect"
    drop_last: bool = False
    remove_dc: bool = False
    preemphasis: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.filter_length, str):
            parse_transform_length(self.filter_length)
        for name in ("filter_length", "hop_length", "win_length"):
            length = getattr(self, name)
            if isinstance(length, int):
                check_between(name, length, 1, MAX_SAMPLES)
            elif name != "filter_length" and length is not None:
                parse_length(length)
        check_between("preemphasis", self.preemphasis, 0, 1)

    def at(
        self,
        rate_hz: int,
        default_length: int = DEFAULT_LENGTH,
        default_hop: Callable[[int], int] = quarter,
    ) -> "ResolvedFrames":
        """Give the same settings with every length in samples of a sound of this rate.

        `default_length` is the length of a frame where none is set, `default_hop` gives the hop
        from the length.
        """
        if self.filter_length == POWER_OF_TWO:
            win_length = samples_of(self.win_length or default_length, rate_hz)
            length = 1 << (win_length - 1).bit_length()
        else:
            length = samples_of(self.filter_length or default_length, rate_hz)
            win_length = samples_of(self.win_length or length, rate_hz)
        hop_length = samples_of(self.hop_length or default_hop(length), rate_hz)
        lengths = {"filter_length": length, "hop_length": hop_length, "win_length": win_length}
        return ResolvedFrames(**{**asdict(self), **lengths})


class ResolvedFrames(FrameSettings):
    """Frame settings with every choice made and every length in samples."""

    filter_length: int
    hop_length: int
    win_length: int

    def __str__(self) -> str:
        length = f"{self.win_length} of {self.filter_length}"
        if self.win_length == self.filter_length:
            length = str(self.filter_length)
        return f"{self.window} {length}, hop {self.hop_length}"
