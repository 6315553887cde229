"""Which stretch of a sound is used, and which of its channels."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from stftcli.settings.choices import Channel
from stftcli.settings.kinds import Kind, Time
from stftcli.settings.option import Option
from stftcli.settings.record import Record

MAX_S = 1_000_000_000


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


class SegmentSettings(Record):
    """Which stretch of the sound is used, and which of its channels (counted from 1).

    Without a channel, features are of the mean of all; a picture shows each.
    """

    start_s: float = 0.0
    duration_s: float | None = None
    channel: Channel | None = None

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
    )
