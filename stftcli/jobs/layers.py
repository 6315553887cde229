"""Layers in files: made, looked at, converted."""

from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp import filterbanks
from stftcli.dsp.bands import is_filterbank
from stftcli.dsp.linear import Linear
from stftcli.dsp.log_frequency import log_frequency_weights, resolution_warning
from stftcli.dsp.standard_bands import narrow_warning, standard_bands, standard_weights
from stftcli.dsp.weightings import weighting_weights
from stftcli.features.steps.mel import empty_bands_warning
from stftcli.files.atomic import atomic_write
from stftcli.files.distinct import Outputs
from stftcli.files.layers import read_layer, write_layer
from stftcli.files.prefix import split_prefix
from stftcli.frozen import Frozen
from stftcli.jobs.reporter import Reporter
from stftcli.pictures.formats import choose_format
from stftcli.settings.lengths import samples_of

# What can be made: functions that give weights.
MAKERS: dict[str, Callable[..., NDArray[np.float64]]] = {
    "mel": filterbanks.mel_weights,
    "bark": filterbanks.bark_weights,
    "erb": filterbanks.erb_weights,
    "chroma": filterbanks.chroma_weights,
    "dct": filterbanks.dct_weights,
    "bands": standard_weights,
    "weighting": weighting_weights,
    "logfreq": log_frequency_weights,
}


def init_layer(file: str, inputs: int, outputs: int, *, bias: bool, seed: int | None) -> Linear:
    """Make a layer of random weights, as torch.nn.Linear begins, and write it."""
    linear = Linear(inputs, outputs, bias, seed=seed)
    linear.save(file)
    return linear


def make_layer(kind: str, file: str, options: dict[str, Any], reporter: Reporter) -> Linear:
    """Make the weights of `MAKERS` and write them as a layer without a bias.

    Raises
    ------
    StftcliError
        If an option is not allowed, or the file cannot be written.
    """
    if "filter_length" in options:
        length = samples_of(options["filter_length"], options["rate_hz"])
        options = {**options, "filter_length": length}
    weights = MAKERS[kind](**options)
    if warning := _warning(kind, options, weights):
        reporter.warn(warning)
    linear = Linear.from_weights(weights)
    linear.save(file)
    return linear


def _warning(kind: str, options: dict[str, Any], weights: NDArray[np.float64]) -> str | None:
    """Say which bands are narrower than a bin."""
    if kind == "bands":
        edges = {name: options[name] for name in ("fmin_hz", "fmax_hz")}
        frames = options["rate_hz"], options["filter_length"]
        return narrow_warning(standard_bands(options["standard"], *frames, **edges), *frames)
    if kind == "logfreq":
        names = ("rate_hz", "filter_length", "bins_per_octave", "fmin_hz")
        return resolution_warning(*(options[name] for name in names))
    empty = filterbanks.empty_bands(weights).tolist()
    return empty_bands_warning(empty, len(weights)) if empty else None


class LayerInfo(Frozen):
    """What a layer's weights are like.

    Attributes
    ----------
    shape : (int, int)
        (outputs, inputs).
    dtype : str
        Type of the values in the file.
    bias : bool
        Whether there is one.
    norm : float
        Frobenius norm of the weight.
    row_norms : (float, float)
        Smallest and largest norm of a row.
    rank : int
        Number of singular values that are not lost in rounding.
    nonzero : float
        Share of the weights that are not zero.
    widths : (int, int)
        Smallest and largest number of neighbouring inputs that an output touches.
    banded : bool
        Whether it is multiplied by blocks.
    """

    shape: tuple[int, int]
    dtype: str
    bias: bool
    norm: float
    row_norms: tuple[float, float]
    rank: int
    nonzero: float
    widths: tuple[int, int]
    banded: bool


def inspect_layer(file: str) -> LayerInfo:
    """Tell what the weights of a layer are like.

    Raises
    ------
    StftcliError
        If the file holds no usable layer.
    """
    weight, bias = read_layer(file)
    linear = Linear.load(file)
    norms = np.linalg.norm(linear.weight.astype(np.float64), axis=1)
    widths = [_width(row) for row in linear.weight]
    return LayerInfo(
        shape=(linear.out_features, linear.in_features),
        dtype=str(weight.dtype),
        bias=bias is not None,
        norm=float(np.sqrt((norms**2).sum())),
        row_norms=(float(norms.min()), float(norms.max())),
        rank=int(np.linalg.matrix_rank(linear.weight)),
        nonzero=float(np.count_nonzero(linear.weight) / linear.weight.size),
        widths=(min(widths), max(widths)),
        banded=linear.banded,
    )


def convert_layer(source: str, target: str) -> Linear:
    """Write the layer of one file into another, the type of its values kept.

    Raises
    ------
    StftcliError
        If the one cannot be read or the other not written, or they are the same.
    """
    Outputs(split_prefix(target)).check_inputs(split_prefix(source))
    linear = Linear.load(source)  # checks the shapes and the values
    write_layer(target, *read_layer(source))
    return linear


def _width(row: NDArray[Any]) -> int:
    touched = np.flatnonzero(row)
    return int(touched[-1] - touched[0] + 1) if len(touched) else 0


def plot_layer(file: str, output: str, rate_hz: int | None = None) -> None:
    """Draw the weights of a layer over its inputs; with a rate, these are bins in Hz.

    Raises
    ------
    StftcliError
        If the file holds no usable layer, or the picture cannot be written.
    """
    picture_format = choose_format(None, output)
    Outputs(output).check_inputs(split_prefix(file))
    linear = Linear.load(file)
    # Deferred: matplotlib takes half a second to import.
    from stftcli.pictures.charts import plot_weights

    with atomic_write(output) as target:
        plot_weights(
            target,
            picture_format,
            linear.weight,
            title=PurePath(file).name,
            rate_hz=rate_hz,
            as_curves=is_filterbank(linear.weight),
        )
