"""What a table of segments holds, and how much of it a sound has."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from stftcli.audio.source import Source
from stftcli.errors import InputError, SomeFailedError
from stftcli.frozen import Frozen
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.jobs.segments.sounds import sounds_of
from stftcli.segments.read import read_segments
from stftcli.segments.table import Segments
from stftcli.settings.reading import AS_IT_IS, Reading


class SegmentsInfo(Frozen):
    """A table of segments, or those of one sound.

    Attributes
    ----------
    table, kind : str
        Its name and what it is: "raven", "audacity", "textgrid", "rttm", "csv" or "jsonl".
    sound : str or None
        The sound that the rest is of; None for all of the table.
    segments : int
        How many there are.
    points : int
        How many of them have no duration.
    total_s, shortest_s, longest_s : float
        Their durations: together, where they overlap more than once; the least and the greatest.
    covered_s : float or None
        How much time lies in any of them; None where they may be of several sounds.
    overlapping : int or None
        How many begin before an earlier one has ended.
    boxes : int
        How many have frequencies.
    labels : dict of str to int
        How often each stands there, the most frequent first.
    sounds : int
        How many sounds the table names.
    beyond : int or None
        How many end after the sound, if that is known.
    """

    table: str
    kind: str
    sound: str | None
    segments: int
    points: int
    total_s: float
    shortest_s: float
    longest_s: float
    covered_s: float | None
    overlapping: int | None
    boxes: int
    labels: dict[str, int]
    sounds: int
    beyond: int | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as JSON's own types; what is not known is left out."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def inspect_segments(
    paths: Sequence[str],
    table: str,
    tier: str | None = None,
    reading: Reading = AS_IT_IS,
    reporter: Reporter = SILENT,
) -> Iterator[SegmentsInfo]:
    """Tell what a table of segments holds: of each sound that is given, or else of all.

    Raises
    ------
    SomeFailedError
        At the end, if some of several sounds cannot be read.
    StftcliError
        If the table or the only sound cannot be read, or the table is of other sounds.
    """
    segments = read_segments(table, tier)
    if not paths:
        yield _info(segments, None, None)
        return
    sounds, failed = sounds_of(segments, paths, reporter), 0
    for one in sounds:
        try:
            length = _length(one.find(), reading)
        except InputError as error:
            if len(sounds) == 1:
                raise
            reporter.warn(str(error))
            failed += 1
        else:
            yield _info(segments.chosen(one.rows), *length)
    if failed:
        raise SomeFailedError(failed, len(sounds))


def _length(path: str, reading: Reading) -> tuple[str, float]:
    with Source(path, reading=reading) as source:
        return source.name, source.count() / source.rate_hz


def _info(segments: Segments, sound: str | None, duration_s: float | None) -> SegmentsInfo:
    durations_s = segments.duration_s
    sounds = len(set(segments.sounds)) if segments.sounds is not None else 0
    covered_s, overlapping = (None, None) if sounds > 1 else _laid_out(segments)
    return SegmentsInfo(
        *(segments.name, segments.kind, sound, len(segments)),
        int((durations_s == 0).sum()),
        float(durations_s.sum()),
        float(durations_s.min()),
        float(durations_s.max()),
        covered_s,
        overlapping,
        int((~np.isnan(segments.low_hz) | ~np.isnan(segments.high_hz)).sum()),
        dict(Counter(segments.labels).most_common()),
        sounds,
        None if duration_s is None else int((segments.end_s > duration_s + 5e-4).sum()),
    )


def _laid_out(segments: Segments) -> tuple[float, int]:
    """Give how much time lies in any segment, and how many begin before another has ended."""
    order = np.argsort(segments.start_s, kind="stable")
    start_s, end_s = segments.start_s[order], segments.end_s[order]
    reached_s = np.maximum.accumulate(end_s)
    before_s = np.concatenate(([0.0], reached_s[:-1]))
    fresh_s = np.maximum(0, end_s - np.maximum(start_s, before_s))
    return float(fresh_s.sum()), int((start_s[1:] < reached_s[:-1]).sum())
