"""Recordings behind one another on one time line, by their clocks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError
from stftcli.features.chain import Chain
from stftcli.frozen import Frozen
from stftcli.jobs.origin import own_clock
from stftcli.jobs.reporter import Reporter, spell_duration
from stftcli.jobs.stream import frame_shape, stream_features
from stftcli.settings.segment import SegmentSettings

_ROUNDING_S = 1.0
"""By so much a clock may be wrong that has whole seconds, as those of names do."""
_MAX_GAP_VALUES = 1 << 33
_GAP_VALUES_AT_ONCE = 1 << 18
_MAX_NAMES = 1000


class Recording(Frozen):
    """A file of a time line: when it begins after the first, and what its header claims."""

    path: str
    name: str
    begin_s: float
    claimed_samples: int | None


class Gap(NamedTuple):
    """Rows for which there is no sound."""

    rows: int


class Timeline(Frozen):
    """Several recordings as one sound.

    Attributes
    ----------
    recordings : tuple of Recording
        In the order of their clocks.
    origin : datetime
        When the first begins; the others are told on its clock.
    rate_hz, channels : int
        Of all of them.
    segment : SegmentSettings
        What is used of each.
    """

    recordings: tuple[Recording, ...]
    origin: datetime
    rate_hz: int
    channels: int
    segment: SegmentSettings
    is_live: ClassVar[bool] = False

    @classmethod
    def of(cls, paths: Sequence[str], segment: SegmentSettings, reporter: Reporter) -> Self:
        """Sort recordings by their clocks.

        Raises
        ------
        InputError
            If one has no clock, or they overlap, or differ in rate or channels.
        SettingsError
            If only a part of each is asked for.
        """
        _check_whole(segment)
        opened = []
        for path in paths:
            with Source(path) as source:
                origin = own_clock(source, reporter, "rename it, or leave it out")
                form = (source.rate_hz, source.channels)
                opened.append((origin, path, source.name, source.samples, form))
        _check_zones([(at, name) for at, _, name, _, _ in opened])
        opened.sort(key=lambda one: (one[0], one[1]))
        origin, _, first, _, form = opened[0]
        for _, _, name, _, other in opened:
            _check_alike(first, form, name, other)
        recordings = [
            Recording(path, name, (at - origin).total_seconds(), samples)
            for at, path, name, samples, _ in opened
        ]
        return cls(tuple(recordings), origin, *form, replace(segment, time_origin="auto"))

    @property
    def name(self) -> str:
        """The name of the first recording."""
        return self.recordings[0].name

    @property
    def title(self) -> str:
        """What a picture of it is called."""
        others = len(self.recordings) - 1
        return f"{self.name} and {others} more" if others else self.name

    def length_s(self) -> float:
        """Give how long it is, as far as the headers say it."""
        return max(
            one.begin_s + (one.claimed_samples or 0) / self.rate_hz for one in self.recordings
        )

    def pieces(
        self, chain: Chain, threads: int, reporter: Reporter
    ) -> Iterator[NDArray[Any] | Gap]:
        """Give the rows of all recordings and the gaps between, on one grid of the hop.

        A row stands where it is nearest to its own time, to half a hop. Each recording is cut
        into frames for itself; where two meet, the rows of the earlier one stand.

        Raises
        ------
        InputError
            If recordings overlap, or a gap is longer than any that is meant.
        """
        if not chain.axis.per_frame:
            raise SettingsError("`timeline` has a row for each frame, and `stats` one for a sound")
        first_s, second_s = chain.times_s(0, 2).tolist()
        row_s = second_s - first_s
        self._check_claims(chain)
        rows, gap_rows, before, end_s = 0, 0, self.recordings[0], 0.0
        for recording in self.recordings:
            self._check_overlap(before, end_s, recording, chain)
            begin = round(recording.begin_s / row_s)
            if begin > rows:
                gap_rows += begin - rows
                self._check_gap(gap_rows, before, recording, chain)
                yield Gap(begin - rows)
                rows = begin
            known = rows - begin
            with Source(recording.path) as source:
                for batch in stream_features(source, chain, threads, reporter):
                    if len(batch) > known:
                        yield batch[known:]
                        rows += len(batch) - known
                    known = max(0, known - len(batch))
                before, end_s = recording, recording.begin_s + source.read_samples / self.rate_hz

    def batches(self, chain: Chain, threads: int, reporter: Reporter) -> Iterator[NDArray[Any]]:
        """Give the rows of all recordings, and rows of NaN where there is none."""
        shape, dtype = frame_shape(self, chain), chain.dtype
        most = max(1, _GAP_VALUES_AT_ONCE // int(np.prod(shape)))
        for piece in self.pieces(chain, threads, reporter):
            if not isinstance(piece, Gap):
                yield piece
                continue
            for first in range(0, piece.rows, most):
                yield np.full((min(most, piece.rows - first), *shape), np.nan, dtype)

    def described(self) -> dict[str, Any]:
        """Describe what features are made of."""
        names = [recording.name for recording in self.recordings]
        return {
            "name": self.name,
            "rate_hz": self.rate_hz,
            "channels": self.channels,
            "time_origin": self.origin.isoformat(),
            "recordings": len(names),
            **({"names": names} if len(names) <= _MAX_NAMES else {}),
        }

    def _check_claims(self, chain: Chain) -> None:
        """Look for overlaps before anything is computed, as far as headers tell of them."""
        for before, after in zip(self.recordings, self.recordings[1:], strict=False):
            self._check_overlap(before, self._claimed_end_s(before), after, chain)

    def _claimed_end_s(self, recording: Recording) -> float:
        return recording.begin_s + (recording.claimed_samples or 0) / self.rate_hz

    def _check_overlap(
        self, before: Recording, end_s: float, after: Recording, chain: Chain
    ) -> None:
        tolerance_s = max(_ROUNDING_S, chain.frames.filter_length / chain.rate_hz)
        overlap_s = end_s - after.begin_s
        if overlap_s >= tolerance_s:
            raise InputError(
                f"{before.name} and {after.name} overlap by {spell_duration(overlap_s)}, by their "
                "clocks: leave one of them out, or correct its clock"
            )

    def _check_gap(self, rows: int, before: Recording, after: Recording, chain: Chain) -> None:
        if rows * int(np.prod(frame_shape(self, chain))) > _MAX_GAP_VALUES:
            gap = spell_duration(after.begin_s - before.begin_s)
            raise InputError(
                f"{after.name} begins {gap} after {before.name}, and the gaps are {rows} rows of "
                "nothing: correct its clock, or take a longer `hop_length`"
            )


def _check_whole(segment: SegmentSettings) -> None:
    if segment.start_s or segment.duration_s is not None:
        raise SettingsError(
            "`timeline` takes recordings as they are: leave out `start`, `duration`"
        )
    if segment.time_origin not in ("auto", "none"):
        raise SettingsError("`timeline` goes by the clock of each file: leave out `time_origin`")


def _check_zones(clocks: Sequence[tuple[datetime, str]]) -> None:
    zoned = [name for at, name in clocks if at.tzinfo is not None]
    plain = [name for at, name in clocks if at.tzinfo is None]
    if zoned and plain:
        raise InputError(
            f"the clock of {zoned[0]} has a zone and that of {plain[0]} has none: they cannot be "
            "laid on one time line"
        )


def _check_alike(first: str, form: tuple[int, int], name: str, other: tuple[int, int]) -> None:
    if form != other:
        raise InputError(
            f"{first} has {form[0]} Hz and {form[1]} channels, {name} has {other[0]} Hz and "
            f"{other[1]}: a time line is of recordings of one kind"
        )
