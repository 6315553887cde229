"""How a signal is cut into frames."""

from collections.abc import Callable
from dataclasses import asdict
from typing import ClassVar

from stftcli.settings.choices import (
    PAD_MODES,
    PADDINGS,
    WINDOW_ALIGNS,
    Padding,
    PadMode,
    WindowAlign,
    window_names,
)
from stftcli.settings.kinds import Choice, Flag, Number, Text
from stftcli.settings.lengths import (
    DEFAULT_LENGTH,
    POWER_OF_TWO,
    Length,
    LengthKind,
    samples_of,
)
from stftcli.settings.option import Option
from stftcli.settings.record import Record

OPEN_FRAMES = ("filter_length", "hop_length", "win_length")
"""The fields that `FrameSettings.resolve` chooses where they are None."""


def quarter(filter_length: int) -> int:
    """Give the default hop of frames of this length."""
    return max(1, filter_length // 4)


def half(filter_length: int) -> int:
    """Give the longest hop that leaves no sample between the windows of two frames."""
    return max(1, filter_length // 2)


class FrameSettings(Record):
    """How a signal is cut into frames, and what each is multiplied with.

    None leaves a choice to `resolve`: `hop_length` becomes a quarter of `filter_length`,
    `win_length` all of it. `win_align` "left" puts a shorter window at the beginning of the
    transform, so that only zeros follow it. `remove_dc` and `preemphasis` are done to each frame
    alone, as in Kaldi.
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

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "n_fft",
            LengthKind(pow2=True, metavar="SAMPLES|MS|pow2"),
            "Length of a frame and of its Fourier transform; pow2 is the power of two that holds "
            "the window.",
            field="filter_length",
            default=str(DEFAULT_LENGTH),
            alias="filter_length",
            common=True,
        ),
        Option(
            "hop_length",
            LengthKind(),
            "Distance from the beginning of one frame to that of the next.",
            field="hop_length",
            default="a quarter of the frame",
            common=True,
        ),
        Option(
            "win_length",
            LengthKind(),
            "Length of the window; the rest of the frame is zeros.",
            field="win_length",
            default="the whole frame",
        ),
        Option(
            "window",
            Text(tuple(name.partition(":")[0] for name in window_names().split(", ")), "NAME[:X]"),
            f"One of {window_names()}; STD in samples.",
            field="window",
            default="hann",
        ),
        Option(
            "periodic",
            Flag(),
            "Form of the window: for spectra, or as filters have it.",
            field="periodic",
            default="periodic",
            off="symmetric",
        ),
        Option(
            "win_align",
            Choice(WINDOW_ALIGNS),
            "Where a shorter window lies: in the middle of the frame, or at its beginning, with "
            "zeros after it.",
            field="win_align",
            default="center",
        ),
        Option(
            "center",
            Flag("center", "none"),
            "Pad both ends, so that frame t is centred on sample t * hop; or pad nothing.",
            default="center",
            off="no_center",
        ),
        Option(
            "causal",
            Flag("causal", None),
            "Pad zeros, as many as the frame is longer than the hop, on the left only: no frame "
            "sees the future.",
        ),
        Option(
            "padding",
            Choice(tuple(PADDINGS)),
            "; ".join(f"{name}: {meaning}" for name, meaning in PADDINGS.items()) + ".",
            field="padding",
        ),
        Option(
            "pad_mode",
            Choice(PAD_MODES),
            "What is padded; wrap holds the whole sound in memory.",
            field="pad_mode",
            default="reflect",
        ),
        Option(
            "drop_last",
            Flag(),
            "Leave out the last frame, as Whisper does.",
            field="drop_last",
            default="keep-last",
            off="keep_last",
        ),
        Option(
            "remove_dc",
            Flag(),
            "Subtract the mean of each frame.",
            field="remove_dc",
            default="keep-dc",
            off="keep_dc",
        ),
        Option(
            "frame_preemphasis",
            Number(0, 1, metavar="A"),
            "Pre-emphasis within each frame, as in Kaldi.",
            field="preemphasis",
            default="0",
        ),
    )

    def resolve(
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
