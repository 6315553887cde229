"""The options of tables of segments."""

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from stftcli.cli import types
from stftcli.cli.sections import Command, Decorator, stacked, under
from stftcli.errors import SettingsError
from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.settings.choices import SEGMENT_FRAMES, SegmentFrames

if TYPE_CHECKING:
    from stftcli.jobs.segments.inspect import SegmentsInfo

_MAX_LABELS = 12

_option = under("segments")


def _the_only(_: click.Context, __: click.Parameter, tables: tuple[str, ...]) -> str | None:
    if len(tables) > 1:
        raise SettingsError("`segments` is one table: put the rows of several behind one another")
    return tables[0] if tables else None


_table = stacked(
    _option(
        "--segments",
        type=types.FILE,
        multiple=True,
        callback=_the_only,
        metavar="FILE|-",
        help="The segments that are marked in this table: Raven's selections, Audacity's labels, a "
        "TextGrid of Praat, RTTM, CSV or TSV with named columns, JSON lines.",
    ),
    _option(
        "--tier",
        metavar="NAME",
        common=False,
        help="Of a TextGrid, take the segments of this tier.  [default: of all]",
    ),
)
_frames = stacked(
    _option(
        "--segment-frames",
        type=click.Choice(SEGMENT_FRAMES),
        default="slice",
        common=False,
        help="slice: a segment has those frames of the sound whose middle lies in it; cut: it is "
        "computed by itself, as by --start and --duration.  [default: slice]",
    ),
    _option(
        "--segment-band/--no-segment-band",
        default=True,
        common=False,
        help="Limit descriptors and pooled levels to the frequencies of a segment, where its table "
        "has some.  [default: so]",
    ),
)


class SegmentOptions(Frozen):
    """What was given of the options of segments; `segments` is the table, if there is one."""

    segments: str | None = None
    tier: str | None = None
    segment_frames: SegmentFrames = "slice"
    segment_band: bool = True

    def __post_init__(self) -> None:
        if self.segments is None and self.tier is not None:
            raise SettingsError("`tier` is of a table of segments: give `segments` as well")

    def check(self, settings: FeatureSettings, **not_of_tables: Any) -> None:
        """Raise SettingsError for what says otherwise which part of a sound is used, or how."""
        segment = settings.segment
        if segment.start_s or segment.duration_s is not None:
            raise SettingsError("`segments` says what is used: leave out `start` and `duration`")
        if segment.time_origin != "none":
            raise SettingsError("the times of segments are seconds: leave out `time_origin`")
        if settings.layout != "frames-first":
            raise SettingsError("a table of segments has a row for each: leave out `layout`")
        for name, value in not_of_tables.items():
            if value:
                raise SettingsError(f"`{name}` is not for `segments`, which make a table")


def segment_options(*, frames: bool = False) -> Decorator:
    """Add the options of a table of segments; the command gets them as `marked`.

    With `frames` also those of how its segments are computed.
    """
    return _gathered(stacked(_table, *([_frames] if frames else [])))


def _gathered(options: Decorator) -> Decorator:
    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(**values: Any) -> None:
            names = [item.name for item in SegmentOptions._fields if item.name in values]
            marked = SegmentOptions(**{name: values.pop(name) for name in names})
            command(marked=marked, **values)

        return options(wrapped)

    return decorate


def segments_in_words(info: "SegmentsInfo") -> list[str]:
    """Tell what a table holds, a line each."""
    named = list(info.labels.items())
    some = ", ".join(f"{label or '(none)'} {count}" for label, count in named[:_MAX_LABELS])
    more = f", {len(named) - _MAX_LABELS} more" if len(named) > _MAX_LABELS else ""
    rows = {
        "segments": f"{info.segments}, {info.points} of them without a duration"
        if info.points
        else f"{info.segments}",
        "table": f"{info.kind}{f', of {info.sounds} sounds' if info.sounds > 1 else ''}",
        "durations": f"{info.shortest_s:.3f} to {info.longest_s:.3f} s, together "
        f"{info.total_s:.3f} s",
    }
    if info.overlapping is not None:
        rows["covered"] = f"{info.covered_s:.3f} s; {info.overlapping} begin before another ends"
    rows |= {
        "boxes": f"{info.boxes} have frequencies",
        "labels": f"{len(named)}: {some}{more}",
    }
    if info.beyond is not None:
        rows["beyond"] = f"{info.beyond} go beyond the end of the sound"
    return [info.sound or info.table, *(f"  {name:<9} {text}" for name, text in rows.items())]
