"""`stftcli linear init`, and the filterbanks."""

from typing import Any

import click

from stftcli.cli.options import Decorator, stacked
from stftcli.cli.progress import Talk
from stftcli.settings import MEL_SCALES

output = click.option(
    "-o",
    "--output",
    required=True,
    metavar="FILE",
    help="The layer: .npz, .safetensors, .pt, or .npy for a weight alone.",
)
_sizes = stacked(
    click.option(
        "--in", "inputs", required=True, type=click.IntRange(min=1), metavar="N", help="Inputs."
    ),
    click.option(
        "--out", "outputs", required=True, type=click.IntRange(min=1), metavar="M", help="Outputs."
    ),
)
_spectrum = stacked(
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
        type=click.IntRange(min=1),
        default=2048,
        show_default=True,
        metavar="SAMPLES",
        help="Length of a frame; there are n-fft // 2 + 1 inputs.",
    ),
)


def _bands(usual: int) -> Decorator:
    return click.option(
        "--bands",
        type=click.IntRange(min=1),
        default=usual,
        show_default=True,
        metavar="N",
        help="Number of bands.",
    )


_bank = stacked(
    _spectrum,
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
        help="slaney: each band has the same area; none: the same height.",
    ),
    output,
)


@click.command("init")
@_sizes
@click.option("--no-bias", is_flag=True, help="The weight alone.")
@click.option(
    "--seed", type=click.IntRange(min=0), metavar="S", help="The same seed gives the same weights."
)
@output
def init(inputs: int, outputs: int, no_bias: bool, seed: int | None, output: str) -> None:
    """Draw a layer as torch.nn.Linear begins: uniform on +-1/sqrt(inputs)."""
    from stftcli.dsp.linear import Linear

    Linear(inputs, outputs, not no_bias, seed=seed).save(output)
    _report(output, outputs, inputs)


@click.command("mel")
@click.option(
    "--scale",
    type=click.Choice(MEL_SCALES),
    default="slaney",
    show_default=True,
    help="slaney: linear below 1 kHz, as librosa; htk: as HTK, Kaldi and torchaudio.",
)
@_bank
def mel(**bank: Any) -> None:
    """Make a mel filterbank, to be applied to power or magnitude spectra."""
    from stftcli.dsp.filterbanks import mel_weights

    _save_bank(mel_weights, bank)


@click.command("bark")
@_bank
def bark(**bank: Any) -> None:
    """Make a filterbank on the Bark scale (Traunmueller 1990)."""
    from stftcli.dsp.filterbanks import bark_weights

    _save_bank(bark_weights, bank)


@click.command("erb")
@_bank
def erb(**bank: Any) -> None:
    """Make a filterbank on the ERB-rate scale (Glasberg and Moore 1990)."""
    from stftcli.dsp.filterbanks import erb_weights

    _save_bank(erb_weights, bank)


@click.command("chroma")
@_spectrum
@_bands(12)
@click.option(
    "--tuning",
    type=float,
    default=0.0,
    show_default=True,
    help="Deviation from A440, in parts of a band.",
)
@output
def chroma(**bank: Any) -> None:
    """Make a bank of pitch classes, the same as librosa's."""
    from stftcli.dsp.filterbanks import chroma_weights

    _save_bank(chroma_weights, bank)


@click.command("dct")
@_sizes
@click.option(
    "--lifter",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="Lift the higher coefficients, as MFCCs sometimes are.",
)
@output
def dct(inputs: int, outputs: int, lifter: float, output: str) -> None:
    """Make a discrete cosine transform, type 2, orthonormal: from log mel to MFCC."""
    from stftcli.dsp.filterbanks import dct_weights
    from stftcli.dsp.linear import Linear

    Linear.from_weights(dct_weights(outputs, inputs, lifter=lifter)).save(output)
    _report(output, outputs, inputs)


def _save_bank(make: Any, bank: dict[str, Any]) -> None:
    from stftcli.dsp.filterbanks import empty_bands
    from stftcli.dsp.linear import Linear

    file = bank.pop("output")
    if bank.get("norm") == "none":
        bank["norm"] = None
    weights = make(**bank)
    if len(empty := empty_bands(weights)):
        listed = ", ".join(str(band + 1) for band in empty[:8]) + (
            ", ..." if len(empty) > 8 else ""
        )
        with Talk() as talk:
            talk.warn(
                f"{len(empty)} of {len(weights)} bands are narrower than a bin and stay empty "
                f"({listed}): give fewer --bands, or a longer --n-fft"
            )
    Linear.from_weights(weights).save(file)
    _report(file, *weights.shape)


def _report(file: str, outputs: int, inputs: int) -> None:
    click.echo(f"{file}: {outputs} outputs of {inputs} inputs", err=True)
