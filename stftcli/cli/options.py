"""The options that commands share; each group of them becomes one settings object."""

from collections.abc import Callable
from dataclasses import fields
from functools import wraps
from typing import Any

import click

from stftcli.cli import types
from stftcli.settings import PAD_MODES, FrameSettings, PartSettings, window_names

Command = Callable[..., None]

SOUND_PATH = click.Path(path_type=str, allow_dash=True)
"""A path of a sound: whether it can be read is for the reader to say, with a reason."""

threads = click.option(
    "--threads",
    type=click.IntRange(1, 64),
    envvar="STFTCLI_THREADS",
    show_envvar=True,
    help="Threads that compute.  [default: 2, or 1 on a single processor]",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="No report and no progress.")


def gathered(
    name: str, record: type, *options: Callable[[Command], Command]
) -> Callable[[Command], Command]:
    """Make a decorator that adds options and hands their values on as one settings object.

    Parameters
    ----------
    name : str
        The keyword under which the command gets the object.
    record : type
        The settings class; its fields are the names of the options.
    *options : decorators
        Click's options, in the order of the help.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(**values: Any) -> None:
            own = {field.name: values.pop(field.name) for field in fields(record)}
            command(**{name: record(**own)}, **values)

        decorated: Command = wrapped
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


def frame_options(usual_length: str = "2048") -> Callable[[Command], Command]:
    """Add the options of FrameSettings as `frames`; `usual_length` is what the help says."""
    return gathered(
        "frames",
        FrameSettings,
        click.option(
            "--n-fft",
            "--filter-length",
            "filter_length",
            type=types.length,
            metavar="SAMPLES|MS",
            help=f"Length of a frame and of its transform.  [default: {usual_length}]",
        ),
        click.option(
            "--hop-length",
            type=types.length,
            metavar="SAMPLES|MS",
            help="From one frame to the next.  [default: a quarter of --n-fft]",
        ),
        click.option(
            "--win-length",
            type=types.length,
            metavar="SAMPLES|MS",
            help="Length of the window, centred in the frame.  [default: --n-fft]",
        ),
        click.option(
            "--window",
            default="hann",
            show_default=True,
            metavar="NAME[:X]",
            help=f"One of {window_names()}; periodic.",
        ),
        click.option(
            "--center/--no-center",
            default=None,
            help="Pad both ends, so that frame t is centred on sample t * hop; or pad nothing.  "
            "[default: --center]",
        ),
        click.option(
            "--causal",
            is_flag=True,
            help="Pad n-fft minus hop zeros on the left only: no frame sees the future.",
        ),
        click.option(
            "--pad-mode",
            type=click.Choice(PAD_MODES),
            default="reflect",
            show_default=True,
            help="What --center pads with; wrap holds the whole sound in memory.",
        ),
    )


def part_options(usual_channel: str) -> Callable[[Command], Command]:
    """Add the options of PartSettings as `part`."""
    return gathered(
        "part",
        PartSettings,
        click.option(
            "--start",
            "start_s",
            type=types.time_s,
            default="0",
            metavar="TIME",
            help="Begin here: seconds, or m:ss.",
        ),
        click.option(
            "--duration",
            "duration_s",
            type=types.duration_s,
            metavar="TIME",
            help="Use so much: seconds, or m:ss.",
        ),
        click.option(
            "--channel",
            type=types.channel,
            metavar="mix|all|N",
            default=usual_channel,
            show_default=True,
            help="The mean of the channels, all of them, or one, counted from 1.",
        ),
    )
