"""Recordings behind one another on one time line, by their clocks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.opening import display_name
from stftcli.audio.source import Source
from stftcli.errors import InputError
from stftcli.features.chain import Chain
from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.jobs.line_checks import check_alike, check_comparable, check_settings, check_zones
from stftcli.jobs.line_grid import Gap, filled, first_within, rows_and_gaps, within
from stftcli.jobs.origin import own_clock
from stftcli.jobs.reporter import Reporter, spell_duration
from stftcli.jobs.stream import frame_shape, stream_features
from stftcli.settings.reading import AS_IT_IS, Reading
from stftcli.settings.segment import SegmentSettings

_ROUNDING_S = 1.0
"""By so much a clock may be wrong that has whole seconds, as those of names do."""
_MAX_GAP_VALUES = 1 << 33
_GAP_VALUES_AT_ONCE = 1 << 18
_GAP_FRAMES_AT_ONCE = 1 << 16
"""Of gaps that are pooled, whose frames are one in memory."""
_MAX_NAMES = 1000
_MAX_WRONG = 5


class Recording(Frozen):
    """A file of a time line: when it begins after the first, and what its header claims."""

    path: str
    name: str
    begin_s: float
    claimed_samples: int | None


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
    reading : Reading
        How each is read.
    """

    recordings: tuple[Recording, ...]
    origin: datetime
    rate_hz: int
    channels: int
    segment: SegmentSettings
    reading: Reading = AS_IT_IS
    is_live: ClassVar[bool] = False

    @classmethod
    def of(
        cls,
        paths: Sequence[str],
        settings: FeatureSettings,
        reporter: Reporter,
        reading: Reading = AS_IT_IS,
    ) -> Self:
        """Sort recordings by their clocks; `reading` says how they are read.

        Raises
        ------
        InputError
            If one has no clock, or they overlap, or differ in rate or channels.
        SettingsError
            If recordings are not to stay as they are, as with `start` or `pad_to`.
        """
        segment = settings.segment
        check_settings(settings)
        opened, wrong = [], []
        for path in paths:
            try:
                with Source(path, reading=reading) as source:
                    origin = own_clock(source, reporter, "rename it, or leave it out")
                    form = (source.rate_hz, source.channels)
                    opened.append((origin, path, source.name, source.samples, form))
            except InputError as error:
                wrong.append((path, error))
        if wrong:
            raise _all_wrong(wrong)
        check_zones([(at, name) for at, _, name, _, _ in opened])
        opened.sort(key=lambda one: (one[0], one[1]))
        origin, _, first, _, form = opened[0]
        for _, _, name, _, other in opened:
            check_alike(first, form, name, other)
        recordings = [
            Recording(path, name, (at - origin).total_seconds(), samples)
            for at, path, name, samples, _ in opened
        ]
        segment = replace(segment, time_origin="auto")
        return cls(tuple(recordings), origin, *form, segment, reading)

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
        """Give the rows of all recordings and the gaps between, on one grid.

        Frames are laid on the grid of the hop; they are pooled when they lie there, over the
        borders of recordings.

        Raises
        ------
        InputError
            If recordings overlap, or a gap is longer than any that is meant.
        SettingsError
            If a step looks at each recording as a whole.
        """
        check_comparable(chain)
        frames = self._frames(chain, threads, reporter)
        if chain.joint is None:
            return frames
        if chain.stretches is None:  # where they stand does not matter then
            return chain.over_line(piece for piece in frames if not isinstance(piece, Gap))
        shape = frame_shape(self, chain.of_frames())
        line = filled(frames, shape, chain.dtype, _GAP_FRAMES_AT_ONCE)
        return rows_and_gaps(chain.over_line(line))

    def _frames(
        self, chain: Chain, threads: int, reporter: Reporter
    ) -> Iterator[NDArray[Any] | Gap]:
        """Give the frames of all recordings and the gaps between, on one grid of the hop.

        A frame stands where it is nearest to its own time, to half a hop. Those that are pooled
        stand neither before their recording begins nor after it ends, lest they be in rows that
        have no part of it. Each recording is cut into frames for itself; where two meet, those of
        the earlier one stand.
        """
        place = round if chain.joint is None else first_within
        own = chain.of_frames()
        hop_s = chain.plan.hop_length / chain.rate_hz
        self._check_claims(chain)
        rows, gap_rows, before, end_s = 0, 0, self.recordings[0], 0.0
        hidden: list[str] = []
        for recording in self.recordings:
            self._check_overlap(before, end_s, recording, chain)
            begin = place(recording.begin_s / hop_s)
            if begin > rows:
                gap_rows += begin - rows
                self._check_gap(gap_rows, before, recording, chain)
                yield Gap(begin - rows)
                rows = begin
            passed, first = rows - begin, rows
            with Source(recording.path, reading=self.reading) as source:
                batches = stream_features(source, own, threads, reporter)
                if chain.joint is not None:
                    batches = within(batches, chain, recording.begin_s, begin, source)
                for batch in batches:
                    if len(batch) > passed:
                        yield batch[passed:]
                        rows += len(batch) - passed
                    passed = max(0, passed - len(batch))
                before, end_s = recording, recording.begin_s + source.read_samples / self.rate_hz
            if rows == first and passed < first - begin:
                hidden.append(recording.name)
        if hidden:
            reporter.warn(_spell_hidden(hidden, hop_s))

    def batches(self, chain: Chain, threads: int, reporter: Reporter) -> Iterator[NDArray[Any]]:
        """Give the rows of all recordings, and rows of NaN where there is none."""
        shape = frame_shape(self, chain)
        most = max(1, _GAP_VALUES_AT_ONCE // int(np.prod(shape)))
        pieces = self.pieces(chain, threads, reporter)
        return map(np.ascontiguousarray, filled(pieces, shape, chain.dtype, most))

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

    def _check_gap(self, frames: int, before: Recording, after: Recording, chain: Chain) -> None:
        rows = chain.rows_of(frames)
        if rows * int(np.prod(frame_shape(self, chain))) > _MAX_GAP_VALUES:
            gap = spell_duration(after.begin_s - before.begin_s)
            longer = "hop_length" if chain.stretches is None else "pool"
            raise InputError(
                f"{after.name} begins {gap} after {before.name}, and the gaps are {rows} rows of "
                f"nothing: correct its clock, or take a longer `{longer}`"
            )


def _all_wrong(wrong: Sequence[tuple[str, InputError]]) -> InputError:
    """Name all recordings that have no place on the line, so that one call tells of them."""
    (_, first), *others = wrong
    if not others:
        return first
    names = [display_name(path) for path, _ in others[:_MAX_WRONG]]
    names += ["..."] * (len(others) > _MAX_WRONG)
    return InputError(f"{first}; {len(others)} more have no place on the line: {', '.join(names)}")


def _spell_hidden(names: Sequence[str], hop_s: float) -> str:
    others = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return (
        f"left out {names[0]}{others}: all frames fall on rows of the recordings before, and a "
        f"hop is {hop_s:g} s: take a shorter `hop_length`, and `pool` for long rows"
    )
