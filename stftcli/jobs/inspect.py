"""What a sound is, and what array would become of it."""

from dataclasses import asdict
from math import prod
from typing import Any

from stftcli.arrays.described import Description, read_description
from stftcli.audio.resample import resampled_samples
from stftcli.audio.source import Source
from stftcli.errors import InputError
from stftcli.frozen import Frozen
from stftcli.jobs.engine import Engine, make_engine
from stftcli.jobs.features import stored_dtype
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.settings.features import FeatureSettings

ArrayInfo = Description


class SoundInfo(Frozen):
    """A sound, and the array that `features` makes of it.

    Attributes
    ----------
    input, container, encoding : str
        The name, the kind of file, the format of its samples.
    rate_hz, channels, samples, duration_s
        Its measures; a sample is one time step of all channels.
    used_rate_hz : int
        The rate that the features are computed at.
    filter_length, hop_length, win_length : int
        The frame settings, in samples of that.
    frames, bins : int
        How many there are of each.
    bin_hz : float
        From one bin to the next.
    first_s, last_s : float, or None without frames
        Times that the first and the last frame are centred on.
    shape : tuple of int
        Of the array.
    dtype : str
        Type of its values.
    array_bytes : int
        Its size.
    """

    input: str
    container: str
    encoding: str
    rate_hz: int
    channels: int
    samples: int
    duration_s: float
    used_rate_hz: int
    filter_length: int
    hop_length: int
    win_length: int
    frames: int
    bins: int
    bin_hz: float
    first_s: float | None
    last_s: float | None
    shape: tuple[int, ...]
    dtype: str
    array_bytes: int

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as JSON's own types."""
        return asdict(self)


def inspect_array(path: str) -> ArrayInfo:
    """Tell what a feature array says of itself.

    Raises
    ------
    InputError
        If it cannot be read, or is none.
    """
    return read_description(path)


def inspect_sound(
    path: str, settings: FeatureSettings, *, reporter: Reporter = SILENT
) -> SoundInfo:
    """Tell what a sound is; one whose header does not say its length is read to the end.

    Parameters
    ----------
    path : str
        The sound: a file, a pipe, or "-" for standard input.
    settings : FeatureSettings
        What would be computed of it.
    reporter : Reporter, optional
        Hears of warnings.

    Raises
    ------
    StftcliError
        If it cannot be read, or the settings do not fit.
    """
    with Source(path) as source:
        samples = source.count()
        if complaint := source.complaint():
            reporter.warn(complaint)
        engine = make_engine(settings, source.rate_hz, reporter=reporter)
        plan, rate_hz = engine.analyzer.stft.plan, engine.rate_hz
        whole = plan.frames(_signal_samples(samples, engine, source))
        frames = max(0, whole - engine.frames.drop_last)
        centers = plan.centers(range(frames))
        rows = frames if engine.per_frame else 1
        several = settings.segment.channel == "all" and source.channels > 1
        frame_shape = (source.channels, engine.features) if several else (engine.features,)
        stored = stored_dtype(settings.dtype, engine.dtype)
        return SoundInfo(
            input=source.name,
            container=source.container,
            encoding=source.encoding,
            rate_hz=source.rate_hz,
            channels=source.channels,
            samples=samples,
            duration_s=samples / source.rate_hz,
            used_rate_hz=rate_hz,
            filter_length=plan.filter_length,
            hop_length=plan.hop_length,
            win_length=engine.frames.win_length,
            frames=frames,
            bins=plan.bins,
            bin_hz=rate_hz / plan.filter_length,
            first_s=settings.segment.start_s + centers[0] / rate_hz if frames else None,
            last_s=settings.segment.start_s + centers[-1] / rate_hz if frames else None,
            shape=(rows, *frame_shape),
            dtype=str(stored),
            array_bytes=stored.itemsize * rows * prod(frame_shape),
        )


def _signal_samples(samples: int, engine: Engine, source: Source) -> int:
    segment, signal = engine.settings.segment, engine.settings.signal
    left = samples - round(segment.start_s * source.rate_hz)
    if segment.duration_s is not None:
        left = min(left, round(segment.duration_s * source.rate_hz))
    if left <= 0:
        raise InputError(f"{source.name} is shorter than that: there is nothing at --start")
    resampled = resampled_samples(left, source.rate_hz, engine.rate_hz)
    return max(resampled, round((signal.pad_to_s or 0) * engine.rate_hz))
