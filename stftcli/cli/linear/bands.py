"""`stftcli linear bands`, `weighting` and `logfreq`: what levels are made of, as layers."""

from typing import Any

import click

from stftcli.cli import types
from stftcli.cli.linear.make import make_layer_of, out, spectrum
from stftcli.settings.choices import BAND_STANDARDS, BAND_VALUES, WEIGHTING_CURVES
from stftcli.settings.kinds import Frequency
from stftcli.settings.pitch import PitchKind

_FREQUENCY = types.Of(Frequency(0, 1e9))
_PITCH = types.Of(PitchKind())


@click.command("bands")
@click.option(
    "--standard",
    type=click.Choice(list(BAND_STANDARDS)),
    default="third",
    show_default=True,
    help="; ".join(f"{name}: {meaning}" for name, meaning in BAND_STANDARDS.items()) + ".",
)
@click.option(
    "--band-values",
    "values",
    type=click.Choice(list(BAND_VALUES)),
    default="power",
    show_default=True,
    help="; ".join(f"{name}: {meaning}" for name, meaning in BAND_VALUES.items()) + ".",
)
@click.option(
    "--fmin",
    "fmin_hz",
    type=_FREQUENCY,
    metavar="HZ",
    help="The lowest band.  [default: the first that is as wide as a bin]",
)
@click.option(
    "--fmax",
    "fmax_hz",
    type=_FREQUENCY,
    metavar="HZ",
    help="The highest band.  [default: the last that ends below half the rate]",
)
@spectrum
@out
def bands(output: str, **bank: Any) -> None:
    """Make the bands of a standard.

    They are to be applied to a density (--spectrum psd): a bin on an edge is shared.
    """
    make_layer_of("bands", output, bank)


@click.command("weighting")
@click.argument(
    "curve", type=types.Names(list(WEIGHTING_CURVES)), metavar="|".join(WEIGHTING_CURVES)
)
@spectrum
@out
def weighting(output: str, **bank: Any) -> None:
    """Make a frequency weighting: A, C or K.

    A and C are those of IEC 61672-1, K is that of ITU-R BS.1770. They are to be applied to powers
    (--spectrum psd or power), before a bank.
    """
    make_layer_of("weighting", output, bank)


@click.command("logfreq")
@click.option(
    "--bins-per-octave",
    type=click.IntRange(1, 1200),
    default=36,
    show_default=True,
    metavar="N",
    help="Number of bands in an octave.",
)
@click.option(
    "--fmin",
    "fmin_hz",
    type=_PITCH,
    default="C1",
    show_default=True,
    metavar="HZ|NOTE",
    help="Where the first band peaks.",
)
@click.option(
    "--fmax",
    "fmax_hz",
    type=_PITCH,
    metavar="HZ|NOTE",
    help="Where the last band ends at the latest.  [default: half the rate]",
)
@click.option(
    "--norm",
    type=click.Choice(["slaney", "none"]),
    default="none",
    show_default=True,
    help="slaney: each band has an area of 1; none: a height of 1.",
)
@spectrum
@out
def logfreq(output: str, **bank: Any) -> None:
    """Make bands that lie evenly on a log scale.

    They are to be applied to power or magnitude spectra. Where they are closer together than the
    bins, the spectrum is interpolated, and a warning says below which frequency that is.
    """
    make_layer_of("logfreq", output, bank)
