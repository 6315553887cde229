"""`stftcli linear init`, and the filterbanks."""

from typing import Any

import click

from stftcli.cli import types
from stftcli.cli.progress import TerminalReporter
from stftcli.cli.sections import Decorator, stacked
from stftcli.cli.types import FILE
from stftcli.features.steps.mel import MAX_BANDS
from stftcli.settings.choices import MEL_SCALES
from stftcli.settings.kinds import Number
from stftcli.settings.lengths import LengthKind


def output(*names: str) -> Decorator:
    """Add the file that a layer is written to."""
    return click.option(
        "-o",
        *names,
        "output",
        required=True,
        type=FILE,
        metavar="FILE",
        help="The layer: .npz, .safetensors, .pt, or .npy for a weight alone.",
    )


# Where --out is the number of outputs, it cannot be the file too.
_output = output("--output")
out = output("--out", "--output")
_sizes = stacked(
    click.option(
        "--in", "inputs", required=True, type=click.IntRange(min=1), metavar="N", help="Inputs."
    ),
    click.option(
        "--out", "outputs", required=True, type=click.IntRange(min=1), metavar="M", help="Outputs."
    ),
)
spectrum = stacked(
    click.option(
        "--rate",
        "rate_hz",
        required=True,
        type=click.IntRange(min=1),
        metavar="HZ",
        help="Rate of the sound.",
    ),
    click.option(
        "--n-fft",
        "--filter-length",
        "filter_length",
        type=types.Of(LengthKind()),
        default="2048",
        show_default=True,
        metavar="SAMPLES|MS",
        help="Length of a frame; there are n-fft // 2 + 1 inputs.",
    ),
)


def _bands(usual: int) -> Decorator:
    return click.option(
        "--bands",
        type=click.IntRange(1, MAX_BANDS),
        default=usual,
        show_default=True,
        metavar="N",
        help="Number of bands.",
    )


_bank = stacked(
    spectrum,
    _bands(128),
    click.option(
        "--fmin",
        "fmin_hz",
        type=float,
        default=0.0,
        show_default=True,
        metavar="HZ",
        help="Lower edge of the first band.",
    ),
    click.option(
        "--fmax",
        "fmax_hz",
        type=float,
        metavar="HZ",
        help="Upper edge of the last band.  [default: half the rate]",
    ),
    click.option(
        "--norm",
        type=click.Choice(["slaney", "none"]),
        default="slaney",
        show_default=True,
        help="slaney: each band has an area of 1; none: a height of 1.",
    ),
    out,
)


@click.command("init")
@_sizes
@click.option("--no-bias", is_flag=True, help="The weight alone.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    metavar="S",
    help="The same seed gives the same weights.",
)
@_output
def init(inputs: int, outputs: int, no_bias: bool, seed: int | None, output: str) -> None:
    """Create a layer of random weights.

    They are uniform on +-1/sqrt(inputs), as in a new torch.nn.Linear.
    """
    from stftcli.jobs.layers import init_layer

    _report(output, init_layer(output, inputs, outputs, bias=not no_bias, seed=seed))


@click.command("mel")
@click.option(
    "--scale",
    type=click.Choice(MEL_SCALES),
    default="slaney",
    show_default=True,
    help="slaney: linear below 1 kHz, as librosa; htk: as HTK and torchaudio.",
)
@_bank
def mel(output: str, **bank: Any) -> None:
    """Make a mel filterbank.

    It is to be applied to power or magnitude spectra.
    """
    make_layer_of("mel", output, bank)


@click.command("bark")
@_bank
def bark(output: str, **bank: Any) -> None:
    """Make a filterbank on the Bark scale.

    The scale is that of Traunmueller (1990).
    """
    make_layer_of("bark", output, bank)


@click.command("erb")
@_bank
def erb(output: str, **bank: Any) -> None:
    """Make a filterbank on the ERB-rate scale.

    The scale is that of Glasberg and Moore (1990).
    """
    make_layer_of("erb", output, bank)


@click.command("chroma")
@spectrum
@_bands(12)
@click.option(
    "--tuning",
    type=float,
    default=0.0,
    show_default=True,
    help="Deviation from A440, in fractions of a chroma bin.",
)
@out
def chroma(output: str, **bank: Any) -> None:
    """Make a bank of pitch classes, the same as librosa's."""
    make_layer_of("chroma", output, bank)


@click.command("dct")
@_sizes
@click.option(
    "--lifter",
    type=types.Of(Number(0, 1e6)),
    default="0",
    metavar="L",
    show_default=True,
    help="Lift the higher coefficients, as MFCCs sometimes are.",
)
@_output
def dct(output: str, **sizes: Any) -> None:
    """Make a cosine transform: from log mel to MFCC.

    It is of type 2, and orthonormal.
    """
    make_layer_of("dct", output, sizes)


def make_layer_of(kind: str, file: str, options: dict[str, Any]) -> None:
    """Make weights of a kind and write them."""
    from stftcli.jobs.layers import make_layer

    if options.get("norm") == "none":
        options["norm"] = None
    with TerminalReporter() as reporter:
        _report(file, make_layer(kind, file, options, reporter))


def _report(file: str, layer: object) -> None:
    click.echo(f"{file}: {layer}", err=True)
