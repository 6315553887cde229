"""From a sound to the columns of a picture, however long it is."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import accumulate
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError
from stftcli.features.axis import Axis
from stftcli.features.build import Defaults
from stftcli.features.chain import Chain
from stftcli.features.extractor import Extractor
from stftcli.features.parallel import choose_threads
from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.jobs.origin import find_origin
from stftcli.jobs.reporter import Reporter
from stftcli.jobs.stream import Form, chain_for, stream_features
from stftcli.pictures.axes import TimeAxis
from stftcli.pictures.envelope import Envelope
from stftcli.pictures.reduce import MAX_ROWS, ColumnReducer
from stftcli.settings.choices import Channel, FrequencyScale, Reduction
from stftcli.settings.frames import half, quarter
from stftcli.settings.lengths import DEFAULT_LENGTH
from stftcli.settings.reading import AS_IT_IS, Reading

_FRAME_S, _MIN_LENGTH = 0.025, 256
_ULTRASOUND_HZ, _ULTRASOUND_FRAME_S = 150_000, 0.0015
_LONGER: dict[FrequencyScale, int] = {"linear": 1, "mel": 2, "bark": 2, "log": 4}
"""How much longer frames are where the axis spreads low frequencies out."""
_MAX_STEP = 256
"""Samples that an envelope reduces at once: one by one, they would take as long as all the rest."""
_MAX_AHEAD = 1 << 22
"""Samples of all channels that are read before it is decided how close the frames are."""
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


class Wanted(Frozen):
    """What is wanted of a sound.

    Parameters
    ----------
    pixels : int
        How wide its picture will be.
    reduce : {"max", "mean"}
        What stands for several frames or bins.
    default_channel : {"mix", "all"}
        Which channels, where the settings leave it open.
    every_frame : bool
        Whether each frame is to have a column and each feature a row; then `pixels` is the most
        frames that there may be.
    envelope : bool
        Whether the envelope of the samples is wanted as well.
    curves : bool
        Whether one row is drawn, as a curve over frequency.
    scale : {"linear", "log", "mel", "bark"}
        Of the frequency axis.
    """

    pixels: int
    reduce: Reduction = "max"
    default_channel: Channel = "all"
    every_frame: bool = False
    envelope: bool = False
    curves: bool = False
    scale: FrequencyScale = "linear"


def picture_length(
    settings: FeatureSettings, sound_rate_hz: int, scale: FrequencyScale = "linear"
) -> int:
    """Give the usual length of frames in a picture of a sound of this rate.

    It is that of features, where there are others than bins, or else the power of two that is
    nearest to 25 ms: short enough for speech and trills. A logarithmic axis shows tones that are
    close together at its lower end, for which frames are four times as long. Who records ultrasound
    looks at calls of a few ms, and who records a hundred samples a second at tremors of many
    seconds.
    """
    if not settings.features.is_spectrum:
        return DEFAULT_LENGTH
    rate_hz = settings.signal.rate_hz or sound_rate_hz
    seconds = _ULTRASOUND_FRAME_S
    if rate_hz < _ULTRASOUND_HZ:
        seconds = _LONGER[scale] * _FRAME_S
    samples = seconds * rate_hz
    return max(_MIN_LENGTH, int(2 ** round(log2(max(2.0, samples)))))


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
        samples = _samples(source, settings, wanted)
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


def picture_chain(
    source: Form, settings: FeatureSettings, wanted: Wanted, samples: int, reporter: Reporter
) -> Chain:
    """Build the chain for a sound of so many samples; a hop that is not given fits its picture."""
    hop = quarter
    if settings.features.is_pooled:
        hop = half  # whatever the size of the picture
    elif settings.features.is_spectrum and not wanted.every_frame:
        hop = partial(_hop_for, samples // wanted.pixels)
    length = picture_length(settings, source.rate_hz, wanted.scale)
    chain = chain_for(
        Extractor(settings), source, reporter, Defaults(length, hop, "power", drawn=True)
    )
    check_drawable(chain, curves=wanted.curves)
    return chain


def check_drawable(chain: Chain, *, curves: bool = False) -> None:
    """Raise SettingsError unless what the chain makes is real numbers, row after row.

    With `curves` it may be one row over frequency.
    """
    axis = chain.axis
    if chain.dtype.kind == "c":
        raise SettingsError("a complex spectrum cannot be drawn: choose another `spectrum`")
    if chain.settings.signal.nonfinite == "keep":
        raise SettingsError("a picture has no colour for NaN: give `nonfinite='zero'`")
    if not axis.per_frame and not axis.statistics:
        raise SettingsError("`stats` gives one row for the sound, which is no picture")
    if curves and axis.frequencies_hz is None:
        raise SettingsError(
            f"{axis.names[0]} and so on lie at no frequencies, so their pooled row is no curve: "
            "give a time, as in `pool='60s:mean'`"
        )
    if curves:
        return
    if not axis.per_frame:
        raise SettingsError(
            "`pool` makes one row of the sound, which only `stftcli spectrogram` draws: give a "
            "time, as in `pool='60s:mean'`"
        )
    if len(axis.statistics) > 1:
        raise SettingsError(
            f"a picture shows one statistic, and `pool` takes {', '.join(axis.statistics)}: give "
            "one of them"
        )


def _samples(source: Source, settings: FeatureSettings, wanted: Wanted) -> int:
    """Give how many samples will be cut into frames; of a long pipe, so many as matter.

    Those are as many as make the hop half a frame, which it is for whatever is longer.
    """
    rate_hz = settings.signal.rate_hz or source.rate_hz
    samples = source.segment_samples(settings.segment)
    if samples is None:
        frames = settings.frames.resolve(rate_hz, picture_length(settings, rate_hz, wanted.scale))
        longest_hop = half(frames.filter_length)
        ahead = min(_MAX_AHEAD // source.channels, (wanted.pixels + 1) * longest_hop)
        dtype = "float64" if settings.dtype == "float64" else "float32"
        wanted_samples = ahead * source.rate_hz // rate_hz
        samples = source.look_ahead(
            settings.segment,
            dtype,
            wanted_samples,
            before=_before(source, settings, wanted.scale),
            nonfinite=settings.signal.nonfinite,
        )
    zero_pad = round((settings.signal.pad_to_s or 0.0) * rate_hz)
    return max(samples * rate_hz // source.rate_hz, zero_pad)


def _before(source: Source, settings: FeatureSettings, scale: FrequencyScale) -> int:
    """Give how many samples before a segment may be needed, whichever hop will be chosen."""
    if not settings.segment.start_s:
        return 0
    length = picture_length(settings, source.rate_hz, scale)
    chain = Extractor(settings).chain(
        source.rate_hz, Defaults(length, quarter, "power", drawn=True)
    )
    return chain.neighbours(any_hop=True)[0]


def _hop_for(samples_per_pixel: int, filter_length: int) -> int:
    """Give a frame to each pixel; but no sample may fall between the windows of two frames."""
    return max(1, min(samples_per_pixel, half(filter_length)))


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
