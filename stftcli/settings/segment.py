"""Which stretch of a sound is used, and which of its channels."""

import re
from collections.abc import Sequence
from datetime import datetime
from math import inf
from typing import Any, ClassVar

from stftcli.settings.choices import SEGMENT_PADDINGS, Channel, SegmentPadding
from stftcli.settings.kinds import Choice, Kind, Time
from stftcli.settings.option import Option
from stftcli.settings.record import Record

MAX_S = 1_000_000_000
FIRST_YEAR, LAST_YEAR = 1800, 2500
"""Of a recording."""


class ChannelKind(Kind):
    """mix, all, or a channel's number from 1."""

    metavar: str = "mix|all|N"

    @property
    def choices(self) -> Sequence[str]:
        """The words."""
        return ("mix", "all")

    def read(self, value: Any) -> Channel:
        """Take a word or a number."""
        if value in ("mix", "all"):
            return "mix" if value == "mix" else "all"
        if not re.fullmatch(r"[1-9]\d{0,5}", str(value), re.ASCII):
            raise ValueError("give mix, all, or a channel's number from 1")
        return int(value)


class TimeOriginKind(Kind):
    """auto, none, or a date with a time as ISO 8601 writes it."""

    metavar: str = "auto|none|DATE"

    @property
    def choices(self) -> Sequence[str]:
        """The words."""
        return ("auto", "none")

    def read(self, value: Any) -> str:
        """Take a word, a text, or a datetime."""
        if value in ("auto", "none"):
            return str(value)
        allowed = "give auto, none, or a time as in 2024-01-31T05:45:00+01:00"
        try:
            at = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise ValueError(allowed) from None
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValueError(f"{allowed}, of the years {FIRST_YEAR} to {LAST_YEAR}")
        return at.isoformat()


class SegmentSettings(Record):
    """Which stretch of the sound is used, and which of its channels (counted from 1).

    Without a channel, features are of the mean of all; a picture shows each. `segment_padding` says
    what the frames at the ends of the stretch see of the sound beside it. `time_origin` is when the
    sound begins: then times are dates, and else seconds.
    """

    start_s: float = 0.0
    duration_s: float | None = None
    channel: Channel | None = None
    segment_padding: SegmentPadding = "neighbours"
    time_origin: str = "none"

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "start",
            Time(0, MAX_S),
            "Start at this time: seconds, or m:ss.",
            field="start_s",
            common=True,
        ),
        Option(
            "duration",
            Time(0, MAX_S, above=True),
            "How much to read: seconds, or m:ss.",
            field="duration_s",
            common=True,
        ),
        Option(
            "channel",
            ChannelKind(),
            "The mean of the channels, all of them, or one, counted from 1.",
            field="channel",
            default="mix",
            common=True,
        ),
        Option(
            "segment_padding",
            Choice(SEGMENT_PADDINGS),
            "What frames at the ends of a part of a sound see beyond it: the samples beside it, or "
            "padding, as if the sound began and ended there.",
            field="segment_padding",
            default="neighbours",
        ),
        Option(
            "time_origin",
            TimeOriginKind(),
            "When the sound begins, which makes dates of times: auto asks the file and its name "
            "(GUANO, AudioMoth, Broadcast Wave, Song Meter and others).",
            field="time_origin",
            default="none",
        ),
    )

    @property
    def has_neighbours(self) -> bool:
        """Whether samples beside the stretch may matter."""
        return self.segment_padding == "neighbours" and bool(self.start_s or self.duration_s)

    def first(self, rate_hz: int) -> int:
        """Give its first sample in a sound of this rate."""
        return round(self.start_s * rate_hz)

    def samples(self, rate_hz: int) -> int | None:
        """Give how many samples it has, if the sound is as long; None for all that follow."""
        return None if self.duration_s is None else round(self.duration_s * rate_hz)

    def last(self, rate_hz: int) -> float:
        """Give the sample after its last; infinity where it goes on to the end."""
        samples = self.samples(rate_hz)
        return inf if samples is None else self.first(rate_hz) + samples
