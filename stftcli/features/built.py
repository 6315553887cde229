"""What settings have become for one sample rate, before any sound is there."""

from bisect import bisect_left
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.linear import Linear
from stftcli.dsp.plan import FramePlan
from stftcli.errors import SettingsError
from stftcli.features.axis import Axis
from stftcli.features.builder import Joint, Stage
from stftcli.features.form import Form
from stftcli.features.framewise import FrameWise
from stftcli.features.operations import StreamOperation
from stftcli.features.resample import resampled_samples
from stftcli.features.settings import FeatureSettings
from stftcli.frozen import Frozen
from stftcli.settings.frames import ResolvedFrames

if TYPE_CHECKING:
    from stftcli.dsp.stretches import Stretches

Analyze = Callable[[NDArray[Any]], NDArray[Any]]

_MAX_SAMPLES = 1 << 50


class Built(Frozen):
    """All of a chain but the way of a sound through it: what comes out, how much, and when.

    Attributes
    ----------
    settings : FeatureSettings
        With every choice made: they give the same numbers again.
    frames : ResolvedFrames
        Those of the settings.
    sound_rate_hz, rate_hz : int
        Of the samples that come, and of those that are cut into frames.
    framewise : FrameWise
        Spans to batches.
    operations : tuple of StreamOperation
        What is done with the batches after that.
    axis : Axis
        What the features are.
    new_linears : tuple of Linear
        Those that were drawn.
    warnings : tuple of str
        What the user should know.
    stages : tuple of Stage
        The steps, each with what it stands on.
    stretches : Stretches or None
        What a row is of, where it is not of a frame.
    joint : Joint or None
        Where frames are pooled, if they are.
    analyze : function or None
        What does the work of `framewise` elsewhere, if it is done elsewhere.
    """

    settings: FeatureSettings
    frames: ResolvedFrames
    sound_rate_hz: int
    rate_hz: int
    framewise: FrameWise
    operations: tuple[StreamOperation, ...]
    axis: Axis
    new_linears: tuple[Linear, ...]
    warnings: tuple[str, ...]
    stages: tuple[Stage, ...]
    stretches: "Stretches | None" = None
    joint: Joint | None = None
    analyze: Analyze | None = None

    @property
    def features(self) -> int:
        """Length of the last axis."""
        return len(self.axis.names)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values that are computed."""
        return self.framewise.dtype

    @property
    def stored_dtype(self) -> np.dtype[Any]:
        """Type of the values that are given out; SettingsError if there is no such type."""
        if self.settings.dtype != "float16":
            return self.dtype
        if self.dtype.kind == "c":
            raise SettingsError("there is no complex type of float16: choose float32 or float64")
        return np.dtype(np.float16)

    @property
    def plan(self) -> FramePlan:
        """Where the frames lie."""
        return self.framewise.stft.plan

    def forms(self) -> tuple[Form, ...]:
        """Give the forms of its steps, for torch and ONNX.

        Raises
        ------
        SettingsError
            If a step has none, or if the sound is resampled.
        """
        if self.sound_rate_hz != self.rate_hz:
            raise SettingsError(
                f"resampling from {self.sound_rate_hz} to {self.rate_hz} Hz has no form for torch "
                f"and ONNX: resample first, and give the rate {self.rate_hz}"
            )
        return tuple(stage.step.form(stage) for stage in self.stages)

    def rows(self, samples: int) -> int:
        """Give the number of rows of a sound of so many samples."""
        return self.rows_of(self.frames_of(samples))

    def rows_of(self, frames: int) -> int:
        """Give the number of rows of so many frames."""
        if self.stretches is not None:
            frames = self.stretches.rows(frames)
        return frames if self.axis.per_frame else min(1, frames)

    def frames_of(self, samples: int) -> int:
        """Give the number of frames of a sound of so many samples."""
        signal = self.settings.signal
        resampled = resampled_samples(samples, self.sound_rate_hz, self.rate_hz)
        filled = max(resampled, round((signal.pad_to_s or 0) * self.rate_hz))
        return max(0, self.plan.frames(filled) - self.frames.drop_last)

    def shortage(self, samples: int) -> str:
        """Say why a sound of so many samples has no frame, and how long it would have to be."""
        needed = bisect_left(range(_MAX_SAMPLES), 1, key=self.frames_of)
        there_s, needed_s = samples / self.sound_rate_hz, needed / self.sound_rate_hz
        return (
            f"gives no frame: {samples} samples ({there_s:.4g} s) are too few, with these settings "
            f"it takes {needed} ({needed_s:.4g} s); `pad_to` appends zeros"
        )

    def times_s(self, first: int, last: int) -> NDArray[np.float64]:
        """Give the times of rows [first, last), the first sample being at 0 s.

        A frame is where its middle is, a stretch of frames where it begins.
        """
        if self.stretches is not None:
            return self.stretches.starts_s(range(first, last), self.rate_hz)
        return self.framewise.stft.times_s(range(first, last), self.rate_hz)
