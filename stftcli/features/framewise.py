"""The frame-wise part: from a span of samples to a batch of features."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.checks import complex_of
from stftcli.dsp.linear import Linear
from stftcli.dsp.scaling import Scale, scale_of
from stftcli.dsp.stft import STFT
from stftcli.dsp.workspace import Workspace
from stftcli.features.operations import FrameFeature, FrameOperation
from stftcli.settings.choices import Spectrum


class FrameWise:
    """STFT, a scale, and operations on each frame: what is done with each span.

    It remembers nothing between calls, so several threads may use one, each on a span of its own.

    Parameters
    ----------
    stft : STFT
        The transform.
    spectrum : str
        A name of `stftcli.dsp.scaling.SCALES`.
    operations : sequence of callable or FrameFeature
        What is done with the bins, in this order.
    epsilon : float, default 0
        Is added to abs(X)^2 of a magnitude or power spectrum.
    rate_hz : float, default 1
        Samples per second, of a density.
    full_scale : float, default 1
        The largest sample, of levels that count from it.
    correction : ndarray, shape (bins,), optional
        Each bin of the spectra is multiplied by it.

    Attributes
    ----------
    dtype : dtype
        Type of the values of a batch.
    correction : ndarray or None
        That.
    scale : Scale or None
        What is taken of the spectra; None where they stay complex.
    """

    def __init__(
        self,
        stft: STFT,
        spectrum: Spectrum,
        operations: Sequence[FrameOperation | FrameFeature] = (),
        *,
        epsilon: float = 0.0,
        rate_hz: float = 1.0,
        full_scale: float = 1.0,
        correction: NDArray[np.float64] | None = None,
    ) -> None:
        self.stft, self.spectrum, self.operations = stft, spectrum, tuple(operations)
        self._measured = [one for one in operations if isinstance(one, FrameFeature)]
        self.scale: Scale | None = scale_of(
            spectrum, stft, rate_hz, epsilon=epsilon, full_scale=full_scale
        )
        self.correction = None if correction is None else correction.astype(stft.dtype)
        self._workspace = Workspace()
        self._complex_dtype = complex_of(stft.dtype)
        self.dtype = self._complex_dtype if self.scale is None else stft.dtype
        # A Linear gives a new array, so what it is given may lie where the next span's will.
        self._renewed = any(isinstance(one, Linear) for one in operations)

    def __call__(self, span: NDArray[Any]) -> NDArray[Any]:
        """Give the features of a span of shape (channels, samples).

        Returns
        -------
        ndarray, shape (frames, features), or (frames, channels, features) for several channels
            A new array.
        """
        with np.errstate(all="ignore"):  # what is not finite is found where it is written
            batch = self._analyze(span)
        return frames_first(batch)

    def _analyze(self, span: NDArray[Any]) -> NDArray[Any]:
        if self.scale is None:
            return self._operated(self._correct(self.stft.transform(span)), {})
        plan, take = self.stft.plan, self._workspace.take
        shape = (len(span), plan.frames_of_span(span.shape[-1]), plan.bins)
        columns: dict[FrameFeature, NDArray[Any]] = {}
        spectra = self.stft.transform(
            span,
            self._workspace.take("spectra", shape, self._complex_dtype),
            partial(self._measure, columns) if self._measured else None,
        )
        renewed = self._renewed
        batch = take("scaled", shape, self.dtype) if renewed else np.empty(shape, self.dtype)
        self.scale.take(self._correct(spectra), batch)
        return self._operated(batch, columns)

    def _operated(
        self, batch: NDArray[Any], columns: dict[FrameFeature, NDArray[Any]]
    ) -> NDArray[Any]:
        for operation in self.operations:
            if isinstance(operation, FrameFeature):
                batch = operation.put(columns[operation], batch)
            else:
                batch = operation(batch)
        return batch

    def _correct(self, spectra: NDArray[Any]) -> NDArray[Any]:
        if self.correction is not None:
            spectra *= self.correction
        return spectra

    def _measure(self, columns: dict[FrameFeature, NDArray[Any]], frames: NDArray[Any]) -> None:
        for feature in self._measured:
            columns[feature] = feature.measure(frames)


def frames_first(batch: NDArray[Any]) -> NDArray[Any]:
    """Give features of shape (channels, frames, features) as batches have them."""
    channels, frames, features = batch.shape
    if channels == 1:
        return batch.reshape(frames, features)
    return np.ascontiguousarray(batch.swapaxes(0, 1))
