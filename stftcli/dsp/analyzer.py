"""From a span of samples to a batch of features."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.linear import Linear
from stftcli.dsp.precision import complex_of
from stftcli.dsp.scaling import scale_of
from stftcli.dsp.stft import STFT
from stftcli.dsp.workspace import Workspace
from stftcli.errors import SettingsError
from stftcli.settings import Spectrum


class Analyzer:
    """STFT, then a scale, then perhaps a Linear: what is done with each span.

    It remembers nothing between calls, so several threads may use one, each on a span of its own.

    Parameters
    ----------
    stft : STFT
        The transform.
    spectrum : str
        A name of `stftcli.dsp.scaling.SCALES`.
    linear : Linear, optional
        Projects the scaled bins.

    Attributes
    ----------
    features : int
        Length of the last axis of a batch.
    dtype : dtype
        Type of its values.
    """

    def __init__(self, stft: STFT, spectrum: Spectrum, linear: Linear | None = None) -> None:
        self.stft, self.linear = stft, linear
        self._scale = scale_of(spectrum)
        self._workspace = Workspace()
        self._complex_dtype = complex_of(stft.dtype)
        self.features = stft.bins if linear is None else linear.out_features
        self.dtype = self._complex_dtype if self._scale is None else stft.dtype
        if linear is None:
            return
        if self._scale is None:
            raise SettingsError("a Linear takes real numbers: choose a spectrum but complex")
        if linear.in_features != stft.bins:
            raise SettingsError(
                f"the Linear takes {linear.in_features} features, the spectrum has {stft.bins} "
                f"bins (filter_length {stft.plan.filter_length})"
            )

    def __call__(self, span: NDArray[Any]) -> NDArray[Any]:
        """Give the features of a span of shape (channels, samples).

        Returns
        -------
        ndarray, shape (frames, features), or (frames, channels, features) for several channels
            A new array.
        """
        batch = self._analyze(span)
        channels, frames, features = batch.shape
        if channels == 1:
            return batch.reshape(frames, features)
        return np.ascontiguousarray(batch.swapaxes(0, 1))

    def _analyze(self, span: NDArray[Any]) -> NDArray[Any]:
        if self._scale is None:
            return self.stft.transform(span)
        plan, take = self.stft.plan, self._workspace.take
        shape = (len(span), plan.frames_of_span(span.shape[-1]), plan.bins)
        spectra = self.stft.transform(span, take("spectra", shape, self._complex_dtype))
        projected = self.linear is not None
        scaled = take("scaled", shape, self.dtype) if projected else np.empty(shape, self.dtype)
        self._scale(spectra, scaled)
        return scaled if self.linear is None else self.linear(scaled)
