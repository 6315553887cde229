"""The options that commands share; each group of them becomes one settings object."""

from collections.abc import Callable
from dataclasses import fields
from functools import reduce, wraps
from typing import Any

import click

from stftcli.cli import types
from stftcli.settings import (
    LOGS,
    MOST_THREADS,
    PAD_MODES,
    SPECTRA,
    FrameSettings,
    PartSettings,
    Spectrum,
    ValueSettings,
    window_names,
)

Command = Callable[..., None]
Decorator = Callable[[Command], Command]

FILE = click.Path(path_type=str, allow_dash=True, readable=False)
"""A file to be read or written: shells complete its name."""

threads = click.option(
    "--threads",
    type=click.IntRange(1, MOST_THREADS),
    envvar="STFTCLI_THREADS",
    show_envvar=True,
    help="Threads that compute.  [default: 2, or 1 on a single processor]",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="No report and no progress.")


def stacked(*decorators: Decorator) -> Decorator:
    """Make one decorator of several, the first of them outermost."""

    def decorate(command: Command) -> Command:
        return reduce(lambda inner, decorator: decorator(inner), reversed(decorators), command)

    return decorate


def gathered(name: str, record: type, *options: Decorator) -> Decorator:
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

        return stacked(*options)(wrapped)

    return decorate


def frame_options(usual_length: str = "2048") -> Decorator:
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


def part_options(usual_channel: str) -> Decorator:
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
            help="Start at this time: seconds, or m:ss.",
        ),
        click.option(
            "--duration",
            "duration_s",
            type=types.duration_s,
            metavar="TIME",
            help="How much to read: seconds, or m:ss.",
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


class OrderedCommand(click.Command):
    """A command that remembers in which order its options were given."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the order, then parse as usual."""
        *_, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[_ORDER] = [parameter.name for parameter in order]
        return super().parse_args(ctx, args)


_ORDER = "stftcli.order"
_STAGES = ("linear", "linear_out", "log")


def value_options(usual_spectrum: Spectrum) -> Decorator:
    """Add the options of ValueSettings as `values`, to an OrderedCommand."""
    options = (
        click.option(
            "--spectrum",
            type=click.Choice(list(SPECTRA)),
            default=usual_spectrum,
            show_default=True,
            help="; ".join(f"{name}: {meaning}" for name, meaning in SPECTRA.items()) + ".",
        ),
        click.option(
            "--linear",
            multiple=True,
            type=FILE,
            metavar="FILE[:PREFIX]",
            help="Project through this Linear: weight and bias from .npz, .safetensors or .pt, or "
            "a weight from .npy. --linear and --log are applied in the order given.",
        ),
        click.option(
            "--linear-out",
            multiple=True,
            type=click.IntRange(1, 1_000_000),
            metavar="N",
            help="Project through a new Linear to N features.",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            metavar="S",
            help="Seed of the weights that --linear-out draws.",
        ),
        click.option(
            "--log",
            multiple=True,
            type=click.Choice(list(LOGS)),
            help="Take the logarithm at this point: "
            + "; ".join(f"{name}: {meaning}" for name, meaning in LOGS.items())
            + ".",
        ),
        click.option(
            "--kernel",
            type=FILE,
            metavar="FILE[:NAME]",
            help="Transform with this matrix in place of the DFT: 2 * (n-fft // 2 + 1) rows, real "
            "ones above imaginary ones, of n-fft columns.",
        ),
    )

    def decorate(command: Command) -> Command:
        @wraps(command)
        def wrapped(**values: Any) -> None:
            given = {kind: iter(values.pop(kind)) for kind in _STAGES}
            order = click.get_current_context().meta[_ORDER]
            stages = tuple((kind, next(given[kind])) for kind in order if kind in given)
            own = {name: values.pop(name) for name in ("spectrum", "seed", "kernel")}
            command(values=ValueSettings(stages=stages, **own), **values)

        return stacked(*options)(wrapped)

    return decorate
