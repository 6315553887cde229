"""Normalisation by what the sound itself holds."""

from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar

from stftcli.dsp.tensors import Tensors, Value
from stftcli.features.form import Form, Sound, Weights
from stftcli.features.operations import Batch
from stftcli.features.step import AT_THE_END, Step
from stftcli.settings.choices import NORMALIZATIONS, Normalization
from stftcli.settings.kinds import NONE, Choice
from stftcli.settings.option import Option
from stftcli.settings.record import check_between

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage


class Normalize(Step):
    """Normalise by what the sound holds: each feature by its mean (and deviation), all by the peak.

    "frame" divides each frame by its own largest value. `ddof` and `epsilon` belong to the
    deviation: what is taken off the number of frames (0 in Kaldi's apply-cmvn, 1 in NeMo), and what
    is added in the end (1e-5 in NeMo).
    """

    step = "normalize"
    loses = "what the sound was divided by, or its mean, is not kept: give `normalize='none'`"
    by: Normalization = "meanvar"
    ddof: int = 0
    epsilon: float = 0.0

    before = ("deltas", *AT_THE_END)
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "normalize",
            Choice((*NORMALIZATIONS, NONE)),
            "By the sound: each feature by its mean, or mean and deviation, all by the peak; or "
            "each frame by its own peak.",
            "by",
            makes=True,
            removed_by=NONE,
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_between("ddof", self.ddof, 0, 1000)
        check_between("epsilon", self.epsilon, 0, 1e30)

    def build(self, builder: "Builder") -> None:
        """Divide each frame by its peak, or go over the sound in two passes."""
        if self.by == "frame":
            builder.per_frame(scale_frames_to_peak)
        else:
            builder.two_pass(partial(BySound, self))
        builder.axis = builder.axis.with_values()

    def form(self, stage: "Stage") -> Form:  # noqa: ARG002
        """Subtract and divide by statistics of the frames."""
        return NormalizationForm(self)


class BySound:
    """Subtracts and divides by statistics of the sound, of each channel and feature by itself.

    Raises
    ------
    InputError
        From `apply`, if there are no statistics or they are not finite.
    """

    def __init__(self, step: Normalize) -> None:
        from stftcli.dsp.feature_moments import FeatureMoments

        self._step = step
        self._seen = FeatureMoments()

    def observe(self, batch: Batch) -> None:
        """Gather statistics."""
        self._seen.add(batch)

    def apply(self, batch: Batch) -> Batch:
        """Subtract and divide in float64; what does not vary becomes 0."""
        import numpy as np

        if not len(batch):
            return batch
        offset, divisor = self._terms
        return np.asarray((batch - offset) / divisor, batch.dtype)

    @cached_property
    def _terms(self) -> tuple[Any, Any]:
        """What is subtracted, and what divides then."""
        import numpy as np

        seen, step = self._seen, self._step
        seen.finish()
        if step.by == "peak":
            peak = max(seen.greatest.max(), -seen.least.min())
            return np.zeros(1), np.full(1, peak if peak > 0 else 1)
        if step.by == "mean":
            return seen.mean, np.ones(1)
        deviation = seen.deviation(step.ddof) + step.epsilon
        return seen.mean, np.where(deviation > 0, deviation, 1)


def scale_frames_to_peak(batch: Batch) -> Batch:
    """Divide each frame of each channel by its largest magnitude; silence stays as it is.

    librosa.util.normalize with norm=np.inf does this to chroma.
    """
    import numpy as np

    peaks = np.abs(batch).max(axis=-1, keepdims=True)
    return np.asarray(batch / np.where(peaks < np.finfo(batch.dtype).tiny, 1, peaks))


class NormalizationForm(Form):
    """What `BySound` and `scale_frames_to_peak` do."""

    of: Normalize

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Divide by the peak, or subtract the mean and divide by the deviation."""
        how = self.of
        if how.by == "frame":
            return x / t.above_or_one(t.largest(t.abs(x)), 0)
        if how.by == "peak":
            return x / t.above_or_one(t.largest(sound.largest(t.abs(x))), 0)
        centred = x - sound.mean(x)
        if how.by == "mean":
            return centred
        return centred / t.above_or_one(sound.deviation(x, how.ddof) + how.epsilon, 0)
