"""`stftcli linear`: layers made, fitted, looked at and converted."""

import click

from stftcli.cli.linear.bands import bands, logfreq, weighting
from stftcli.cli.linear.fit import fit
from stftcli.cli.linear.make import bark, chroma, dct, erb, init, mel
from stftcli.cli.linear.show import convert, show


@click.group(
    "linear",
    epilog="""\b
Examples:
  stftcli linear mel --rate 16000 --n-fft 400 --bands 80 -o mel.safetensors
  stftcli linear fit pca --components 32 recordings/*.wav -o pca.safetensors
  stftcli linear show pca.safetensors
  stftcli features in.wav --linear pca.safetensors --out feats.npy""",
)
def linear() -> None:
    """Make, fit, inspect and convert Linear layers, y = x A^T + b.

    A layer is a file with torch's names, weight (outputs, inputs) and bias (outputs,): .npz,
    .safetensors, .pt, or .npy for a weight alone. FILE:PREFIX names one of several in a file.
    """


for command in (
    *(init, mel, bark, erb, chroma, dct),
    *(bands, weighting, logfreq),
    *(fit, show, convert),
):
    linear.add_command(command)
