"""When a sound was recorded: what is asked for, or what the sound says itself."""

from datetime import datetime
from typing import TYPE_CHECKING

from stftcli.audio.source import Source
from stftcli.errors import InputError
from stftcli.jobs.reporter import Reporter
from stftcli.settings.segment import SegmentSettings

if TYPE_CHECKING:
    from stftcli.audio.clocks import Clock


def find_origin(source: Source, segment: SegmentSettings, reporter: Reporter) -> datetime | None:
    """Give the moment at which a sound begins, not its segment; None if it is not asked for.

    The reporter is warned of clocks that contradict the one that is taken.

    Raises
    ------
    InputError
        If the sound is to say it, and has no clock.
    """
    if segment.time_origin == "none":
        return None
    if segment.time_origin != "auto":
        return datetime.fromisoformat(segment.time_origin)
    return own_clock(source, reporter, "give `time_origin` as a date, or none")


def own_clock(source: Source, reporter: Reporter, advice: str) -> datetime:
    """Give the moment at which a sound begins as it says itself; `advice` is for one without."""
    clocks = source.clocks()
    if not clocks:
        raise InputError(
            f"{source.name} has no clock, neither in its notes (GUANO, AudioMoth, Broadcast Wave) "
            f"nor in its name (20240131_054500.wav): {advice}"
        )
    for other in clocks[1:]:
        if not other.agrees_with(clocks[0]):
            reporter.warn(_contradiction(source.name, clocks[0], other))
    return clocks[0].at


def _contradiction(name: str, taken: "Clock", other: "Clock") -> str:
    return (
        f"{name} has two clocks that contradict each other: {taken.said_by} says "
        f"{taken.at.isoformat()}, which is taken, and {other.said_by} {other.at.isoformat()}; "
        "`time_origin` takes a date of yours"
    )
