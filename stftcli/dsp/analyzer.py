"""From a span of samples to a batch of features."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.checks import complex_of
from stftcli.dsp.scaling import scale_of
from stftcli.dsp.stages import Measured, Projection, Stage, run_stages, widths
from stftcli.dsp.stft import STFT
from stftcli.dsp.workspace import Workspace
from stftcli.errors import SettingsError
from stftcli.settings.choices import Spectrum


class Analyzer:
    """STFT, a scale, and stages: what is done with each span.

    It remembers nothing between calls, so several threads may use one, each on a span of its own.

    Parameters
    ----------
    stft : STFT
        The transform.
    spectrum : str
        A name of `stftcli.dsp.scaling.SCALES`.
    stages : sequence of Stage
        What is done with the bins, in this order.
    epsilon : float, default 0
        Is added to abs(X)^2 of a magnitude or power spectrum.

    Attributes
    ----------
    features : int
        Length of the last axis of a batch.
    dtype : dtype
        Type of its values.

    Raises
    ------
    SettingsError
        If the stages do not fit each other or the spectrum.
    """

    def __init__(
        self,
        stft: STFT,
        spectrum: Spectrum,
        stages: Sequence[Stage] = (),
        *,
        epsilon: float = 0.0,
    ) -> None:
        self.stft, self.spectrum, self.stages = stft, spectrum, tuple(stages)
        self._measured = [stage for stage in stages if isinstance(stage, Measured)]
        self._scale = scale_of(spectrum, epsilon)
        self._workspace = Workspace()
        self._complex_dtype = complex_of(stft.dtype)
        self.dtype = self._complex_dtype if self._scale is None else stft.dtype
        self.features = widths(
            self.stages, stft.bins, f"the spectrum (n-fft {stft.plan.filter_length})"
        )
        if self.stages and self._scale is None:
            raise SettingsError("features take real numbers: choose another --spectrum")

    @property
    def projects(self) -> bool:
        """Whether a Linear is among the stages, which gives a new array."""
        return any(isinstance(stage, Projection) for stage in self.stages)

    def __call__(self, span: NDArray[Any]) -> NDArray[Any]:
        """Give the features of a span of shape (channels, samples).

        Returns
        -------
        ndarray, shape (frames, features), or (frames, channels, features) for several channels
            A new array.
        """
        with np.errstate(all="ignore"):  # what is not finite is found where it is written
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
        columns: dict[Stage, NDArray[Any]] = {}

        def observe(frames: NDArray[Any]) -> None:
            columns.update((stage, stage.measure(frames)) for stage in self._measured)

        spectra = self.stft.transform(
            span,
            self._workspace.take_rows("spectra", shape, self._complex_dtype),
            observe if self._measured else None,
        )
        scratch = self.projects
        scaled = take("scaled", shape, self.dtype) if scratch else np.empty(shape, self.dtype)
        self._scale(spectra, scaled)
        return run_stages(self.stages, scaled, columns)
