"""The segments of a table, computed sound by sound."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from math import inf, prod
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError, StftcliError
from stftcli.features.chain import Chain
from stftcli.features.parallel import choose_threads
from stftcli.files.atomic import is_stream
from stftcli.files.distinct import Outputs
from stftcli.files.urls import plain_name
from stftcli.jobs.reporter import Reporter
from stftcli.jobs.segments import told
from stftcli.jobs.segments.begun import Begun, columns_of
from stftcli.jobs.segments.channels import by_channel
from stftcli.jobs.segments.cuts import store_cuts
from stftcli.jobs.segments.finish import Finish
from stftcli.jobs.segments.how import How
from stftcli.jobs.segments.marks import Marks
from stftcli.jobs.segments.slices import store_slices
from stftcli.jobs.segments.sounds import SoundOf
from stftcli.jobs.segments.store import Store
from stftcli.jobs.segments.task import Task
from stftcli.jobs.stream import chain_for, extractor_for, frame_shape
from stftcli.segments.table import Segments
from stftcli.settings.choices import Channel


class Computed:
    """The rows of segments, as far as they are computed; use it in a `with` statement.

    Parameters
    ----------
    segments : Segments
        The table.
    how : How
        What is done with them.
    reporter : Reporter
        Hears of progress and warnings.

    Attributes
    ----------
    sounds : list of str
        The names of those that were computed.
    """

    def __init__(self, segments: Segments, how: How, reporter: Reporter) -> None:
        self._segments, self._how, self._reporter = segments, how, reporter
        self._extractor = extractor_for(how.settings, how.device)
        self._threads = choose_threads(how.threads)
        self._stack = ExitStack()
        self._begun: Begun | None = None
        self._failed: list[NDArray[np.int64]] = []  # rows of the table
        self._beside: list[int] = []
        self._top_hz = np.full(len(segments), np.nan)
        self.sounds: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def store(self) -> Store:
        """The rows."""
        return self._first.store

    @property
    def chain(self) -> Chain:
        """What the first sound went through."""
        return self._first.chain

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the features."""
        return self._first.names

    @property
    def top_hz(self) -> NDArray[np.float64]:
        """The highest frequency of each segment's sound; of a missing one that of the first."""
        first_hz = self.chain.sound_rate_hz / 2
        return np.where(np.isnan(self._top_hz), first_hz, self._top_hz)

    def add(self, sounds: Sequence[SoundOf], outputs: Outputs) -> int:
        """Compute the segments of each sound; give how many sounds could not be used.

        Raises
        ------
        StftcliError
            If none can be: what is wrong with the first. Or if the settings do not even fit the
            first that is there, or a sound is a result of the call.
        """
        failures: list[StftcliError] = []
        for sound in sounds:
            error = self._failure(sound, outputs)
            if error is None:
                continue
            failures.append(error)
            if len(failures) == len(sounds):
                raise failures[0] from None
            if isinstance(error, SettingsError) and not self.sounds:
                raise error from None
            self._reporter.warn(str(error))
        return len(failures)

    def fill(self, rows: NDArray[np.int64]) -> None:
        """Tell of segments without rows; where each has one, it is NaN."""
        empty = rows[self.store.counts[rows] == 0]
        self._tell_empty(empty)
        if not self.chain.axis.per_frame:
            nothing = np.full((1, len(self.names)), np.nan, self.store.dtype)
            for row in empty.tolist():
                self.store.begin(row, 0.0, 0.0)
                self.store.add(row, nothing)

    @property
    def _first(self) -> Begun:
        assert self._begun is not None
        return self._begun

    def _tell_empty(self, rows: NDArray[np.int64]) -> None:
        for failed in self._failed:  # each has been told already
            rows = np.setdiff1d(rows, failed, assume_unique=True)
        beside = np.isin(rows, self._beside)
        cut = self._how.frames == "cut"
        for text in (
            told.without_frames(rows[~beside], self._segments.name, cut=cut),
            told.without_bins(rows[beside], self._segments.name),
        ):
            if text is not None:
                self._reporter.warn(text)

    def _failure(self, sound: SoundOf, outputs: Outputs) -> StftcliError | None:
        """Compute the segments of a sound, or say why that cannot be."""
        try:
            path = sound.find()
        except InputError as error:
            self._forget(sound.rows)
            return error
        outputs.check_inputs(path)
        try:
            self._add_sound(path, sound.rows)
        except (InputError, SettingsError) as error:
            self._forget(sound.rows)
            return _named(error, path)
        return None

    def _forget(self, rows: NDArray[np.int64]) -> None:
        """Take back what there is of a sound, which decides nothing for those that follow."""
        self._failed.append(rows)
        if self.sounds:
            self.store.drop(rows)
        else:
            self._stack.close()
            self._begun = None

    def _add_sound(self, path: str, rows: NDArray[np.int64]) -> None:
        name, duration_s = self._add_channels(path, rows)
        self.sounds.append(name)
        marks = Marks.of(self._segments, rows, boxes=False)
        table = self._segments.name
        for text in (
            told.before(rows[self._segments.early[rows]], table, name),
            told.beyond(marks, duration_s, table, name),
        ):
            if text is not None:
                self._reporter.warn(text)

    def _add_channels(self, path: str, rows: NDArray[np.int64]) -> tuple[str, float]:
        """Add the segments of a sound; give its name, and its length, if its end was reached."""
        marks = Marks.of(self._segments, rows, boxes=self._how.band)
        with Source(path, reading=self._how.reading) as source:
            asked = self._how.settings.segment.channel
            (channel, first), *others = by_channel(marks, asked, source.channels, source.name)
            if others and is_stream(path):
                raise InputError(
                    f"{source.name} is read once, and its segments are of several channels: "
                    "`channel` 1 takes the first for all, or give a file"
                )
            lengths_s = [self._add_channel(source, channel, first)]
            name = source.name
        for channel, own in others:
            with Source(path, reading=self._how.reading) as source:
                lengths_s.append(self._add_channel(source, channel, own))
        return name, min(lengths_s)

    def _add_channel(self, source: Source, channel: Channel | None, marks: Marks) -> float:
        how, segment = self._how, replace(self._how.settings.segment, channel=channel)
        chain = chain_for(self._extractor, source, self._reporter, segment=segment)
        store = self._store_for(chain, frame_shape(source, chain), source.name)
        task = Task(Finish(chain, source.name, boxes=marks.have_boxes), marks, store)
        if how.frames == "cut":
            ended = store_cuts(source, task, self._reporter)
        else:
            ended = store_slices(source, task, self._threads, self._reporter)
        self._top_hz[marks.rows] = chain.sound_rate_hz / 2
        empty = np.flatnonzero(store.counts[marks.rows] == 0).tolist()
        self._beside += [int(marks.rows[index]) for index in empty if not task.has_bins(index)]
        return source.read_samples / source.rate_hz if ended else inf

    def _store_for(self, chain: Chain, shape: tuple[int, ...], name: str) -> Store:
        names = columns_of(chain, shape, name)
        if self._begun is None:
            store = Store(len(self._segments), prod(shape), chain.stored_dtype)
            self._begun = Begun(self._stack.enter_context(store), chain, names, name)
        self._begun.check(chain, names, name)
        return self.store


def _named(error: StftcliError, path: str) -> StftcliError:
    """Give an error that names the sound: of many, it is this one."""
    name = plain_name(path)
    return error if name in str(error) else type(error)(f"{name}: {error}")
