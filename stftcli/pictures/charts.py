"""Charts of a layer's weights and of what a fit explains."""

from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.pictures.style import written_chart
from stftcli.settings.choices import PictureFormat

_SIZE_IN = (8.0, 4.5)


def plot_weights(
    file: IO[bytes],
    picture_format: PictureFormat,
    weight: NDArray[Any],
    *,
    title: str,
    rate_hz: int | None,
    as_curves: bool,
) -> None:
    """Draw a weight of shape (outputs, inputs) over its inputs.

    Parameters
    ----------
    file : binary file
        Takes the picture.
    picture_format : {"png", "svg", "pdf", "webp"}
        How it is written.
    weight : ndarray, shape (outputs, inputs)
        What is drawn.
    title : str
        Stands above it.
    rate_hz : int or None
        With a rate the inputs are bins, from 0 Hz to half of it.
    as_curves : bool
        A curve for each output, or the matrix as colours.
    """
    outputs, inputs = weight.shape
    last = inputs - 1 if rate_hz is None else rate_hz / 2
    subtitle = f"{outputs} outputs of {inputs} inputs"
    with written_chart(file, picture_format, _SIZE_IN, title, subtitle) as figure:
        axis = figure.subplots()
        axis.set_xlabel("Input" if rate_hz is None else "Frequency (Hz)")
        if as_curves:
            axis.plot(np.linspace(0, last, inputs), weight.T, linewidth=0.8)
            axis.set(ylabel="Weight", xlim=(0, last))
            return
        largest = float(np.abs(weight).max()) or 1.0
        half = last / max(1, inputs - 1) / 2
        image = axis.imshow(
            weight,
            cmap="RdBu_r",
            vmin=-largest,
            vmax=largest,
            aspect="auto",
            extent=(-half, last + half, outputs + 0.5, 0.5),
        )
        axis.set_ylabel("Output")
        figure.colorbar(image, ax=axis, pad=0.02).set_label("Weight")


def plot_variance(
    file: IO[bytes], picture_format: PictureFormat, ratio: NDArray[Any], *, title: str
) -> None:
    """Draw the share of the variance that each component explains, and all up to it.

    Parameters
    ----------
    file : binary file
        Takes the picture.
    picture_format : {"png", "svg", "pdf", "webp"}
        How it is written.
    ratio : ndarray, shape (components,)
        The shares, from 0 to 1.
    title : str
        Stands above it.
    """
    number = np.arange(1, len(ratio) + 1)
    subtitle = f"{len(ratio)} components"
    with written_chart(file, picture_format, _SIZE_IN, title, subtitle) as figure:
        axis = figure.subplots()
        axis.bar(number, 100 * ratio, color="0.6", label="each")
        axis.plot(number, 100 * np.cumsum(ratio), marker=".", label="together")
        axis.set(xlabel="Component", ylabel="Explained variance (%)", ylim=(0, 102))
        axis.legend(frameon=False)
