"""The segments of a table, computed sound by sound."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from math import inf, prod
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.spec import ArraySpec
from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError
from stftcli.features.chain import Chain
from stftcli.features.parallel import choose_threads
from stftcli.features.settings import FeatureSettings
from stftcli.files.distinct import Outputs
from stftcli.files.urls import plain_name
from stftcli.frozen import Frozen
from stftcli.jobs.reporter import Reporter
from stftcli.jobs.segments import told
from stftcli.jobs.segments.channels import by_channel
from stftcli.jobs.segments.cuts import store_cuts
from stftcli.jobs.segments.finish import Finish
from stftcli.jobs.segments.marks import Marks
from stftcli.jobs.segments.slices import store_slices
from stftcli.jobs.segments.sounds import SoundOf
from stftcli.jobs.segments.store import Store
from stftcli.jobs.segments.task import Task
from stftcli.jobs.stream import chain_for, extractor_for, frame_shape
from stftcli.segments.table import Segments
from stftcli.settings.choices import Channel, SegmentFrames
from stftcli.settings.reading import AS_IT_IS, Reading


class How(Frozen):
    """How segments are computed.

    Attributes
    ----------
    settings : FeatureSettings
        What is computed.
    frames : {"slice", "cut"}
        Whether a segment has the frames of the sound whose middle lies in it, or is computed as if
        it were asked for by `start` and `duration`.
    band : bool
        Whether the frequencies of a segment limit descriptors and pooled levels.
    threads : int, optional
        Threads that compute; None for the usual number.
    reading : Reading
        How sounds are read.
    device : str, optional
        What torch computes frames on; without one numpy does.
    """

    settings: FeatureSettings
    frames: SegmentFrames = "slice"
    band: bool = True
    threads: int | None = None
    reading: Reading = AS_IT_IS
    device: str | None = None


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
        self._begun: tuple[Store, Chain, tuple[str, ...]] | None = None
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
        assert self._begun is not None
        return self._begun[0]

    @property
    def chain(self) -> Chain:
        """What the first sound went through."""
        assert self._begun is not None
        return self._begun[1]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the features."""
        assert self._begun is not None
        return self._begun[2]

    def add(self, sounds: Sequence[SoundOf], outputs: Outputs) -> int:
        """Compute the segments of each sound; give how many sounds could not be used.

        Raises
        ------
        StftcliError
            If none can be: what is wrong with the first. Or if one is a result of the call.
        """
        failures: list[InputError] = []
        for sound in sounds:
            try:
                self._add_sound(sound, outputs)
            except InputError as error:
                failures.append(error)
                if self._begun is not None:
                    self.store.drop(sound.rows)
                if len(failures) == len(sounds):
                    raise failures[0] from None
                self._reporter.warn(str(error))
        return len(failures)

    def fill(self, rows: NDArray[np.int64]) -> None:
        """Tell of segments without rows; where each has one, it is NaN."""
        empty = rows[self.store.counts[rows] == 0]
        if (text := told.empty(empty, self._segments.name)) is not None:
            self._reporter.warn(text)
        if not self.chain.axis.per_frame:
            nothing = np.full((1, len(self.names)), np.nan, self.store.dtype)
            for row in empty.tolist():
                self.store.begin(row, 0.0, 0.0)
                self.store.add(row, nothing)

    def _add_sound(self, sound: SoundOf, outputs: Outputs) -> None:
        path = sound.find()
        outputs.check_inputs(path)
        try:
            name, duration_s = self._add_channels(path, sound.rows)
        except InputError as error:
            if plain_name(path) in str(error):
                raise
            raise InputError(f"{plain_name(path)}: {error}") from error  # of many, it is this one
        self.sounds.append(name)
        marks = Marks.of(self._segments, sound.rows, boxes=False)
        if (text := told.beyond(marks, duration_s, self._segments.name, name)) is not None:
            self._reporter.warn(text)

    def _add_channels(self, path: str, rows: NDArray[np.int64]) -> tuple[str, float]:
        """Add the segments of a sound; give its name, and its length, if its end was reached."""
        marks = Marks.of(self._segments, rows, boxes=self._how.band)
        with Source(path, reading=self._how.reading) as source:
            asked = self._how.settings.segment.channel
            (channel, first), *others = by_channel(marks, asked, source.channels, source.name)
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
        return source.read_samples / source.rate_hz if ended else inf

    def _store_for(self, chain: Chain, shape: tuple[int, ...], name: str) -> Store:
        if chain.stored_dtype.kind == "c":
            raise SettingsError("a table holds real numbers: choose another `spectrum`")
        units = chain.axis.sample_units() if chain.settings.calibration.is_absolute else ()
        names = ArraySpec(
            *(shape, chain.stored_dtype, "frames-first", chain.axis.names, name), units=units
        ).column_names
        if self._begun is None:
            store = Store(len(self._segments), prod(shape), chain.stored_dtype)
            self._begun = self._stack.enter_context(store), chain, names
        elif self.names != names:
            raise InputError(
                f"{name} gives other features than {self.sounds[0]}: `rate` and `channel` make "
                "them alike"
            )
        return self.store
