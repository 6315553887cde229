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
        self._scratch = spectrum != "complex"
        self.features = stft.bins if linear is None else linear.out_features
        self.dtype = stft.dtype if self._scratch else complex_of(stft.dtype)
        if linear is None:
            return
        if not self._scratch:
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
        spectra = self.stft.transform(span, self._spectra(span) if self._scratch else None)
        batch: NDArray[Any] = self._scale(spectra)
        if self.linear is not None:
            batch = self.linear(batch)
        channels, frames, features = batch.shape
        if channels == 1:
            return batch.reshape(frames, features)
        return np.ascontiguousarray(batch.swapaxes(0, 1))

    def _spectra(self, span: NDArray[Any]) -> NDArray[Any]:
        plan = self.stft.plan
        frames = plan.frames_of_span(span.shape[-1])
        return self._workspace.take(
            "spectra", (len(span), frames, plan.bins), complex_of(self.stft.dtype)
        )
