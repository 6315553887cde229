"""What a sound is, and what array would become of it."""

from dataclasses import asdict
from math import prod
from typing import Any

from stftcli.arrays.description import Description
from stftcli.arrays.read import read_description
from stftcli.audio.source import Source
from stftcli.dsp.level_meter import Levels
from stftcli.dsp.overlap import Overlap
from stftcli.errors import InputError
from stftcli.features.chain import Chain
from stftcli.features.extractor import Extractor
from stftcli.features.inverse import why_not
from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.jobs.levels import measure_levels
from stftcli.jobs.origin import find_origin
from stftcli.jobs.provenance import unit_of
from stftcli.jobs.reporter import SILENT, Reporter
from stftcli.jobs.stream import chain_for, frame_shape
from stftcli.settings.reading import AS_IT_IS, Reading

ArrayInfo = Description
"""What an array says of itself, in the words of its format's reader."""


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
    unit : str or list of str
        Their unit, or that of each feature where they differ; "" for none.
    array_bytes : int
        Its size.
    invertible : bool
        Whether it can be turned back into sound.
    inverse : str
        How nearly: "exactly", "without its phase", or why not.
    overlap_error : float
        How far the squares of the windows that cover a sample are from a constant sum, from 0 to 1.
    redundancy : float
        Numbers that a complex spectrum holds for each sample: filter_length / hop_length.
    levels : tuple of Levels or None
        Of each channel, if they were asked for.
    time_origin : str or None
        When it begins, as ISO 8601 writes it, if that was asked for.
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
    unit: str | list[str]
    array_bytes: int
    invertible: bool
    inverse: str
    overlap_error: float
    redundancy: float
    levels: tuple[Levels, ...] | None = None
    time_origin: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give all of it as JSON's own types; what was not asked for is left out."""
        told = asdict(self)
        for name in ("levels", "time_origin"):
            if told[name] is None:
                del told[name]
        return told


def inspect_array(path: str) -> ArrayInfo:
    """Tell what a feature array says of itself.

    Raises
    ------
    InputError
        If it cannot be read, or is none.
    """
    return read_description(path)


def inspect_sound(
    path: str,
    settings: FeatureSettings,
    *,
    levels: bool = False,
    reading: Reading = AS_IT_IS,
    reporter: Reporter = SILENT,
) -> SoundInfo:
    """Tell what a sound is; one whose header does not say its length is read to the end.

    Parameters
    ----------
    path : str
        The sound: a file, a pipe, or "-" for standard input.
    settings : FeatureSettings
        What would be computed of it.
    levels : bool, default False
        Whether its levels are measured, for which all of it is read.
    reading : Reading, optional
        How the input is read.
    reporter : Reporter, optional
        Hears of warnings.

    Raises
    ------
    StftcliError
        If it cannot be read, or the settings do not fit.
    """
    with Source(path, reading=reading) as source:
        measured = (
            measure_levels(source, settings.segment, reporter, settings.signal.nonfinite)
            if levels
            else None
        )
        samples = source.count() if measured is None else source.read_samples
        if complaint := source.complaint():
            reporter.complain(complaint)
        origin = find_origin(source, settings.segment, reporter)
        chain = chain_for(Extractor(settings), source, reporter)
        plan, rate_hz = chain.plan, chain.rate_hz
        shape = (chain.rows(_used_samples(samples, chain, source)), *frame_shape(source, chain))
        frames = chain.frames_of(_used_samples(samples, chain, source))
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
            win_length=chain.frames.win_length,
            frames=frames,
            bins=plan.bins,
            bin_hz=rate_hz / plan.filter_length,
            first_s=_time_s(chain, 0) if frames else None,
            last_s=_time_s(chain, frames - 1) if frames else None,
            shape=shape,
            dtype=str(chain.stored_dtype),
            unit=unit_of(chain.axis),
            array_bytes=chain.stored_dtype.itemsize * prod(shape),
            invertible=(reason := why_not(chain)) is None,
            inverse=reason or _nearness(chain),
            overlap_error=round(Overlap(chain.framewise.stft.window, plan).error, 6),
            redundancy=plan.filter_length / plan.hop_length,
            levels=measured,
            time_origin=None if origin is None else origin.isoformat(),
        )


def _time_s(chain: Chain, frame: int) -> float:
    times_s = chain.framewise.stft.times_s(range(frame, frame + 1), chain.rate_hz)
    return float(chain.settings.segment.start_s + times_s[0])


def _nearness(chain: Chain) -> str:
    return "exactly" if chain.settings.features.spectrum == "complex" else "without its phase"


def _used_samples(samples: int, chain: Chain, source: Source) -> int:
    segment = chain.settings.segment
    end = min(samples, segment.last(source.rate_hz))
    left = int(end) - segment.first(source.rate_hz)
    if left <= 0:
        raise InputError(f"{source.name} is shorter than that: there is nothing at `start`")
    return left
