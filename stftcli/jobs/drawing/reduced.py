"""From a sound to the columns of a picture, however long it is."""

from dataclasses import replace
from datetime import datetime
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.errors import InputError
from stftcli.features.axis import Axis
from stftcli.features.chain import Chain
from stftcli.features.parallel import choose_threads
from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.jobs.drawing.wanted import Wanted, picture_chain, picture_samples
from stftcli.jobs.origin import find_origin
from stftcli.jobs.reporter import Reporter
from stftcli.jobs.stream import stream_features
from stftcli.pictures.axes import TimeAxis
from stftcli.pictures.envelope import Envelope
from stftcli.pictures.reduce import MAX_ROWS, ColumnReducer
from stftcli.settings.reading import AS_IT_IS, Reading

_MAX_STEP = 256
"""Samples that an envelope reduces at once: one by one, they would take as long as all the rest."""
_MAX_VALUES = 1 << 28
"""Of a picture that has each frame and feature: a gigabyte."""


class ReducedSound(Frozen):
    """A sound as columns of features.

    Attributes
    ----------
    name : str
        Of the input.
    sound : dict
        The name, rate and channels of the input, and when it begins, if that is known.
    chain : Chain
        What made the features.
    axis : Axis
        What they are.
    values : ndarray, shape (channels, rows, columns)
        Of neighbouring frames and features, one stands for all.
    frames : int
        How many there were.
    bins_per_row : int
        How many features share a row.
    time : TimeAxis
        Where the columns lie.
    envelope : ndarray, shape (channels, 2, columns), or None
        The lowest and highest samples, if they were asked for.
    """

    name: str
    sound: dict[str, Any]
    chain: Chain
    axis: Axis
    values: NDArray[Any]
    frames: int
    bins_per_row: int
    time: TimeAxis
    envelope: NDArray[Any] | None

    def parts(self) -> list["ReducedSound"]:
        """Give the sound in parts whose features have one unit each."""
        if self.axis.unit is not None or self.bins_per_row > 1:
            return [self]
        parts = self.axis.parts()
        ends = accumulate(len(part.names) for part in parts)
        return [
            replace(self, axis=part, values=self.values[:, end - len(part.names) : end])
            for part, end in zip(parts, ends, strict=True)
        ]

    @property
    def non_negative(self) -> bool:
        """Whether no value is below zero."""
        return bool(np.nanmin(self.values) >= 0)

    @property
    def duration_s(self) -> float:
        """How long the segment is that was read, or what it was filled up to."""
        return self.time.shown_s[1] - self.time.shown_s[0]


def reduce_sound(
    path: str,
    settings: FeatureSettings,
    wanted: Wanted,
    threads: int | None,
    reporter: Reporter,
    reading: Reading = AS_IT_IS,
) -> ReducedSound:
    """Read a sound and reduce its features into columns; `reading` says how it is read.

    Raises
    ------
    StftcliError
        If the sound cannot be read, the settings do not fit, or there is no frame.
    """
    if settings.segment.channel is None:
        settings = replace(
            settings, segment=replace(settings.segment, channel=wanted.default_channel)
        )
    with Source(path, reading=reading) as source:
        samples = picture_samples(source, settings, wanted)
        chain = picture_chain(source, settings, wanted, samples, reporter)
        origin = find_origin(source, settings.segment, reporter)
        channels = source.channels if settings.segment.channel == "all" else 1
        if wanted.every_frame:
            max_frames = min(wanted.pixels, max(1, _MAX_VALUES // chain.features))
            columns, max_rows = max_frames + 1, chain.features
        else:
            # Twice the pixels, for they are reduced once more.
            columns, max_rows = 2 * wanted.pixels, MAX_ROWS
        reducer = ColumnReducer(
            channels, chain.features, columns, wanted.reduce, max_rows, chain.dtype
        )
        envelope = None
        if wanted.envelope:
            step = min(_MAX_STEP, max(1, samples // columns))
            envelope = Envelope(channels, columns, step)
        on_block = envelope.push if envelope is not None else None
        batches = stream_features(
            source,
            chain,
            choose_threads(threads),
            reporter,
            on_block=on_block,
            on_short=_refuse,
        )
        for batch in batches:
            reducer.write(batch.reshape(len(batch), channels, chain.features))
            if wanted.every_frame and reducer.frames > max_frames:
                raise InputError(
                    f"{source.name} has more than {max_frames} frames: give `size` to reduce "
                    "them into fewer pixels, a longer `hop_length`, or a `duration`"
                )
        start_s = settings.segment.start_s
        # Zeros that fill it up are drawn as well; what was read beyond the segment is not.
        end = min(source.read_samples, settings.segment.last(source.rate_hz))
        end_s = max(end / source.rate_hz, start_s + (settings.signal.pad_to_s or 0.0))
        return ReducedSound(
            source.name,
            _described(source, origin),
            chain,
            chain.axis,
            reducer.picture(),
            reducer.frames,
            reducer.bins_per_row,
            replace(time_axis(reducer, chain, start_s, end_s), origin=origin),
            None if envelope is None else envelope.finish(),
        )


def _described(source: Source, origin: datetime | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": source.name,
        "rate_hz": source.rate_hz,
        "channels": source.channels,
    }
    return told if origin is None else {**told, "time_origin": origin.isoformat()}


def _refuse(text: str) -> None:
    """Raise what would only be a warning of an array."""
    raise InputError(text)


def time_axis(reducer: ColumnReducer, chain: Chain, start_s: float, end_s: float) -> TimeAxis:
    """Place columns in time, of which what lies between start and end is shown."""
    if not chain.axis.per_frame:
        return TimeAxis(start_s, end_s - start_s, (start_s, end_s))
    if chain.stretches is not None:
        column_s = reducer.frames_per_column * chain.stretches.period_s(chain.rate_hz)
        return TimeAxis(start_s + chain.times_s(0, 1)[0], column_s, (start_s, end_s))
    # A frame stands for half a hop on either side of its centre.
    plan, rate_hz = chain.plan, chain.rate_hz
    first_s = start_s + (plan.centers(range(1))[0] - plan.hop_length / 2) / rate_hz
    return TimeAxis(
        first_s, reducer.frames_per_column * plan.hop_length / rate_hz, (start_s, end_s)
    )
