"""What is done to the samples of a sound before they are cut into frames."""

from typing import ClassVar

from stftcli.settings.choices import RESAMPLINGS, Resampling
from stftcli.settings.kinds import Choice, Flag, Frequency, Number, Time
from stftcli.settings.option import Option
from stftcli.settings.record import Record
from stftcli.settings.segment import MAX_S

MAX_RATE_HZ = 10_000_000
INT16_SCALE = 32768.0


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

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "rate",
            Frequency(1, MAX_RATE_HZ, whole=True),
            "Resample to this rate (with soxr).",
            field="rate_hz",
            common=True,
        ),
        Option(
            "resampling",
            Choice(RESAMPLINGS),
            "Quality of the resampling, in soxr's words, from quick to very high; only VHQ "
            "computes in float64.",
            field="resample",
            default="HQ",
        ),
        Option(
            "pad_to",
            Time(0, MAX_S, above=True),
            "Append zeros to a sound that is shorter than this.",
            field="pad_to_s",
        ),
        Option(
            "int16_scale",
            Flag(),
            "Multiply the samples by 32768, the scale of 16-bit files that Kaldi computes with; "
            "otherwise full scale is 1.",
            field="int16_scale",
            off="unit_scale",
        ),
        Option(
            "preemphasis",
            Number(0, 1, metavar="A"),
            "Subtract A times the sample before from each sample: raises the treble.",
            field="preemphasis",
            default="0",
        ),
    )
