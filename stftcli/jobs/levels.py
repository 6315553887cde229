"""From a sound to its levels."""

import numpy as np

from stftcli.audio.channels import check_channel, pick_channels
from stftcli.audio.header import full_scale, worth_bits
from stftcli.audio.source import WHOLE, Source
from stftcli.dsp.level_meter import LevelMeter, Levels
from stftcli.jobs.reporter import Reporter
from stftcli.settings.choices import Nonfinite
from stftcli.settings.segment import SegmentSettings


def measure_levels(
    source: Source, segment: SegmentSettings, reporter: Reporter, nonfinite: Nonfinite = "error"
) -> tuple[Levels, ...]:
    """Read a source to its end, and give the levels of each channel of a segment.

    Without a channel in the settings all are measured.

    Raises
    ------
    InputError
        If it cannot be read, or does not have the channel.
    """
    channel = segment.channel or "all"
    check_channel(channel, source.channels, source.name)
    meter = LevelMeter(
        source.channels if channel == "all" else 1,
        source.rate_hz,
        full_scale(source.subtype),
        worth_bits(source.subtype),
    )
    first, last = segment.first(source.rate_hz), segment.last(source.rate_hz)
    seconds = None if source.samples is None else source.samples / source.rate_hz
    reporter.begin(source.name, seconds)
    at = 0
    # All of it, also where the segment is a part: a pipe tells its length only at its end.
    for block in source.blocks(WHOLE, np.float64, nonfinite=nonfinite):
        own = block[:, max(0, first - at) : int(max(0, min(block.shape[-1], last - at)))]
        meter.push(pick_channels(own.T, channel))
        at += block.shape[-1]
        reporter.advance(block.shape[-1] / source.rate_hz)
    return tuple(meter.finish())
