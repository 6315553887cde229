"""The options of the part of a sound, and of its signal before it is cut into frames."""

import click

from stftcli.cli import types
from stftcli.cli.sections import Decorator, stacked, under
from stftcli.settings.choices import RESAMPLINGS
from stftcli.settings.frames import MAX_RATE_HZ


def segment_options(default_channel: str) -> Decorator:
    """Add the options of SegmentSettings."""
    option = under("Part of the sound")
    return stacked(
        option(
            "--start",
            "segment__start_s",
            type=types.time_s,
            metavar="TIME",
            help="Start at this time: seconds, or m:ss.",
        ),
        option(
            "--duration",
            "segment__duration_s",
            type=types.duration_s,
            metavar="TIME",
            help="How much to read: seconds, or m:ss.",
        ),
        option(
            "--channel",
            "segment__channel",
            type=types.channel,
            metavar="mix|all|N",
            help="The mean of the channels, all of them, or one, counted from 1.  "
            f"[default: {default_channel}]",
        ),
    )


def signal_options() -> Decorator:
    """Add the options of SignalSettings."""
    option = under("Signal")
    return stacked(
        option(
            "--rate",
            "signal__rate_hz",
            type=click.IntRange(1, MAX_RATE_HZ),
            metavar="HZ",
            help="Resample to this rate (with soxr).",
        ),
        option(
            "--resampling",
            "signal__resample",
            type=click.Choice(RESAMPLINGS),
            help="Quality of --rate, in soxr's words; only VHQ computes in float64.  [default: HQ]",
        ),
        option(
            "--pad-to",
            "signal__pad_to_s",
            type=types.duration_s,
            metavar="TIME",
            help="Fill a shorter sound up with zeros.",
        ),
        option(
            "--int16-scale/--unit-scale",
            "signal__int16_scale",
            default=None,
            help="Samples to 32768, as Kaldi reads them, or to 1.  [default: --unit-scale]",
        ),
        option(
            "--preemphasis",
            "signal__preemphasis",
            type=types.number(0, 1),
            metavar="A",
            help="Subtract A times the sample before.  [default: 0]",
        ),
    )
