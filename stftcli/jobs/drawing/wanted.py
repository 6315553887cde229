"""What is computed for a picture: frames that fit it, of features that can be drawn."""

from functools import partial
from math import log2

from stftcli.audio.source import Source
from stftcli.errors import SettingsError
from stftcli.features.build import Defaults
from stftcli.features.chain import Chain
from stftcli.features.extractor import Extractor
from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.jobs.reporter import Reporter
from stftcli.jobs.stream import Form, chain_for
from stftcli.settings.choices import Channel, FrequencyScale, Reduction
from stftcli.settings.frames import half, quarter
from stftcli.settings.lengths import DEFAULT_LENGTH

_FRAME_S, _MIN_LENGTH = 0.025, 256
_ULTRASOUND_HZ, _ULTRASOUND_FRAME_S = 150_000, 0.0015
_LONGER: dict[FrequencyScale, int] = {"linear": 1, "mel": 2, "bark": 2, "log": 4}
"""How much longer frames are where the axis spreads low frequencies out."""
_MAX_AHEAD = 1 << 22
"""Samples of all channels that are read before it is decided how close the frames are."""


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


def picture_samples(source: Source, settings: FeatureSettings, wanted: Wanted) -> int:
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
