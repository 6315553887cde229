"""`stftcli linear show` and `convert`."""

import click

from stftcli.cli.types import FILE
from stftcli.cli.words import say


@click.command("show")
@click.argument("file", metavar="FILE[:PREFIX]", type=FILE)
@click.option(
    "--plot",
    type=FILE,
    metavar="PICTURE",
    help="Draw the weights into a .png, .svg or .pdf as well.",
)
@click.option(
    "--rate",
    "rate_hz",
    type=click.IntRange(min=1),
    metavar="HZ",
    help="Rate of the sound: the inputs are bins, and drawn over frequency.",
)
def show(file: str, plot: str | None, rate_hz: int | None) -> None:
    """Show the shape, norms, rank and bands of a layer."""
    from stftcli.jobs.layers import inspect_layer, plot_layer

    layer = inspect_layer(file)
    outputs, inputs = layer.shape
    narrowest, widest = layer.widths
    rows = {
        "weight": f"{outputs} x {inputs} {layer.dtype}, {100 * layer.nonzero:.3g} % not zero",
        "bias": f"{outputs}" if layer.bias else "none",
        "norm": f"{layer.norm:.4g}; rows {layer.row_norms[0]:.4g} to {layer.row_norms[1]:.4g}",
        "rank": f"{layer.rank}",
        "bands": f"an output touches {narrowest} to {widest} neighbouring inputs; "
        + ("multiplied by blocks" if layer.banded else "multiplied as a whole"),
    }
    say(file, err=False)
    for name, text in rows.items():
        say(f"  {name:<7} {text}", err=False)
    if plot is not None:
        plot_layer(file, plot, rate_hz)
        say(plot)


@click.command("convert")
@click.argument("source", metavar="FROM[:PREFIX]", type=FILE)
@click.argument("target", metavar="TO[:PREFIX]", type=FILE)
def convert(source: str, target: str) -> None:
    """Write the layer of one file into another, as its ending says.

    Endings are .npz, .safetensors, .pt (a torch state dict; needs torch) and .npy.
    """
    from stftcli.jobs.layers import convert_layer

    say(f"{target}: {convert_layer(source, target)}")
