"""One pass over a sound: its panels of a contact sheet, in pixels."""

from collections.abc import Iterator, Sequence
from math import gcd, inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.errors import InputError
from stftcli.features.chain import Chain
from stftcli.frozen import Frozen
from stftcli.jobs.drawing.images import channel_pixels
from stftcli.jobs.drawing.reduced import ReducedSound
from stftcli.jobs.reporter import Reporter, Silence
from stftcli.jobs.stream import stream_features, tell_faults
from stftcli.pictures.axes import RowAxis, TimeAxis
from stftcli.pictures.reduce import MAX_ROWS, ColumnReducer
from stftcli.settings.memory import check_memory
from stftcli.settings.pictures import ViewSettings
from stftcli.settings.segment import SegmentSettings

_SKIPPED = 1 << 16
"""Samples that are read rather than passed over: a jump costs as much."""

Ends = tuple[float, float]
Run = tuple[int, float]


class Cutting(Frozen):
    """A panel to be cut out of a sound.

    Attributes
    ----------
    number : int
        Which panel of the sheet it is.
    times_s : (float, float)
        From when to when it shows the sound.
    size : (int, int)
        Width and height in pixels.
    channel : int
        Which of the channels that are read, from 0.
    """

    number: int
    times_s: Ends
    size: tuple[int, int]
    channel: int = 0


class Knife(Frozen):
    """How panels are cut out of a sound, and what is shown of its rows.

    Attributes
    ----------
    chain : Chain
        Makes the features.
    rows : RowAxis
        Where they lie.
    shown : (float, float)
        The places that the panels show; the sound may have fewer.
    view : ViewSettings
        How they are reduced.
    threads : int
        That compute.
    """

    chain: Chain
    rows: RowAxis
    shown: Ends
    view: ViewSettings
    threads: int

    def cut(
        self, source: Source, cuttings: Sequence[Cutting], reporter: Reporter
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        """Read a sound once and give its panels, each as soon as its last frame is there.

        Yields
        ------
        int
            The number of the panel.
        ndarray, shape (rows, columns)
            Its features in pixels, from the lower left corner; fewer than the panel has where the
            sound ends. A panel without any frame is not given.
        """
        cuttings = sorted(cuttings, key=lambda cutting: cutting.times_s)
        self._check_open(cuttings)
        runs = list(self._runs(source, cuttings))
        quiet = _Steady(reporter)
        samples = sum(end - first for first, end, _ in runs)
        reporter.begin(source.name, None if samples == inf else samples / source.rate_hz)
        for first, end, members in runs:
            try:
                yield from self._cut_run(source, (first, end), members, quiet)
            except InputError:
                # Not every sound is as long as its header says.
                if not (source.ended and source.read_samples <= first):
                    raise
            if source.ended:
                break
        tell_faults(source, reporter)

    def _cut_run(
        self, source: Source, run: Run, cuttings: Sequence[Cutting], reporter: Reporter
    ) -> Iterator[tuple[int, NDArray[Any]]]:
        start_s = run[0] / source.rate_hz
        channel = self.chain.settings.segment.channel
        duration_s = None if run[1] == inf else (run[1] - run[0]) / source.rate_hz
        segment = SegmentSettings(start_s, duration_s, channel)
        if source.segment_samples(segment) == 0:
            return
        channels = source.channels if channel == "all" else 1
        waiting = [_Open(self, cutting, start_s) for cutting in cuttings]
        chain, done = self.chain.of_segment(segment), 0
        batches = stream_features(source, chain, self.threads, reporter)
        for frames in batches:
            batch = frames.reshape(len(frames), channels, chain.features)
            done += len(batch)
            for each in waiting:
                if each.first >= done:
                    break  # they are in order
                each.write(batch, done - len(batch))
            for each in [one for one in waiting if one.last <= done]:
                waiting.remove(each)
                yield from each.finish(each.cutting.times_s[1])
        end_s = min(source.read_samples, run[1]) / source.rate_hz
        for each in waiting:
            yield from each.finish(end_s)

    def _runs(
        self, source: Source, cuttings: Sequence[Cutting]
    ) -> Iterator[tuple[int, float, list[Cutting]]]:
        """Give the samples that are read at a stretch, from the first up to the last, and for whom.

        What looks beyond a frame hears the whole sound. Of a pipe nobody knows where it ends.
        """
        rate_hz = source.rate_hz
        if self.chain.operations or source.samples is None:
            last = round(max(cutting.times_s[1] for cutting in cuttings) * rate_hz) + 1
            yield 0, inf if self.chain.operations else last, list(cuttings)
            return
        beside = -(-2 * self.chain.frames.filter_length * rate_hz // self.chain.rate_hz)
        # Where the whole sound has frames, the parts of it have them too.
        hop = self.chain.plan.hop_length * rate_hz
        grid = hop // gcd(hop, self.chain.rate_hz)
        first = end = 0
        members: list[Cutting] = []
        for cutting in cuttings:
            begin, stop = (round(time_s * rate_hz) for time_s in cutting.times_s)
            if members and begin - beside > end + _SKIPPED:
                yield first, end, members
                members = []
            if not members:
                first, end = max(0, begin - beside) // grid * grid, 0
            end = max(end, stop + beside)
            members.append(cutting)
        yield first, end, members

    def _check_open(self, cuttings: Sequence[Cutting]) -> None:
        """Raise SettingsError if more panels are open at once than there is memory for."""
        begins = np.array([cutting.times_s[0] for cutting in cuttings])
        ends = np.sort([cutting.times_s[1] for cutting in cuttings])
        opened = np.arange(1, len(begins) + 1) - np.searchsorted(ends, begins)
        most = int(opened.max())
        widest = max(cutting.size[0] for cutting in cuttings)
        cell = self.chain.dtype.itemsize * min(self.chain.features, MAX_ROWS)
        check_memory(
            4.0 * cell * widest * most,
            f"{most} segments that overlap",
            "leave some of them out",
        )


class _Open:
    """A panel whose frames arrive; `first` and `last` are their numbers in the run."""

    def __init__(self, knife: Knife, cutting: Cutting, start_s: float) -> None:
        chain = knife.chain
        self.cutting, self._knife = cutting, knife
        self._hop_s = chain.plan.hop_length / chain.rate_hz
        self._zero_s = start_s + float(chain.times_s(0, 1)[0])  # the middle of frame 0
        begin, end = ((time_s - self._zero_s) / self._hop_s for time_s in cutting.times_s)
        self.first = max(0, int(np.floor(begin + 0.5)))
        self.last = max(self.first + 1, int(np.ceil(end + 0.5)))
        self._reducer: ColumnReducer | None = None

    def write(self, batch: NDArray[Any], first: int) -> None:
        """Take what it shows of a batch that begins with that frame."""
        own = batch[max(0, self.first - first) : self.last - first, self.cutting.channel]
        if self._reducer is None:
            view = self._knife.view
            self._reducer = ColumnReducer(
                1, batch.shape[-1], 2 * self.cutting.size[0], view.reduce, dtype=batch.dtype
            )
        self._reducer.write(own[:, np.newaxis])

    def finish(self, end_s: float) -> Iterator[tuple[int, NDArray[Any]]]:
        """Give the panel of a sound that lasts so long; none if it has no frame."""
        knife, (begin_s, last_s) = self._knife, self.cutting.times_s
        if self._reducer is None or end_s <= begin_s:
            return
        chain, reducer = knife.chain, self._reducer
        first_s = self._zero_s + (self.first - 0.5) * self._hop_s
        time = TimeAxis(
            first_s, reducer.frames_per_column * self._hop_s, (begin_s, min(end_s, last_s))
        )
        sound = ReducedSound(
            *("", {}, chain, chain.axis, reducer.picture(), reducer.frames),
            *(reducer.bins_per_row, time, None),
        )
        (pixels,) = channel_pixels(
            sound, knife.rows, knife.view, self.cutting.size, self.cutting.times_s, knife.shown
        )
        yield self.cutting.number, pixels


class _Steady(Silence):
    """Passes the progress of parts on as that of one sound; of each part nothing is said."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter

    def advance(self, seconds: float) -> None:
        """Pass it on."""
        self._reporter.advance(seconds)
