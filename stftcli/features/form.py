"""Steps as operations on tensors: written once, for what computes (torch) and what exports (ONNX).

A form is to a tensor library what `Step.build` is to numpy. It is given that library's operations,
and features of shape (batch, frames, features).
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from stftcli.dsp.tensors import Tensors, Value
from stftcli.frozen import Frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

Weights = Mapping[str, Value]
"""Weights of a step by their names."""


class Sound(Protocol):
    """What can be asked of all frames of each sound; those that only fill up a batch do not count.

    Results of one row for a sound have the shape (batch, 1, features).
    """

    @property
    def samples(self) -> Value:
        """The samples of each frame, shape (batch, frames, frame_length).

        They are as `FrameFeature` has them: less their mean where that is removed, before
        pre-emphasis within the frame, and before the window.
        """

    def mean(self, x: Value) -> Value:
        """Give each feature's mean over the frames."""

    def deviation(self, x: Value, ddof: int = 0) -> Value:
        """Give each feature's deviation from that; `ddof` is taken off the number of frames."""

    def largest(self, x: Value) -> Value:
        """Give the largest value of each feature."""

    def filtered(self, x: Value, weights: Sequence[float]) -> Value:
        """Give sums of neighbouring frames, weighted: ``sum_n w[n] x[t + n - len(w) // 2]``.

        Beyond both ends of a sound its first and its last frame are repeated.
        """

    def followed(self, x: Value, share: Value, initial: float | None) -> Value:
        """Give means that follow x: ``M_t = (1 - share) M_{t-1} + share x_t``.

        `initial` is M before the first frame; None stands for the first frame itself.
        """


class Form(Frozen):
    """Base of the forms: what one step does."""

    @property
    def weights(self) -> Mapping[str, "NDArray[Any]"]:
        """What it computes with and may learn, by the names that a state_dict has."""
        return {}

    @property
    def learns(self) -> bool:
        """Whether its weights are there to be trained; those of banks are not, unless asked."""
        return bool(self.weights)

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:
        """Give the new features.

        Parameters
        ----------
        t : Tensors
            The library's operations.
        x : value, shape (batch, frames, features)
            What comes to the step.
        weights : mapping of str to value
            Those of `weights`, in their shapes.
        sound : Sound
            All frames of each sound.
        """
        raise NotImplementedError(type(self).__name__)


class Projection(Form):
    """The product with a matrix, and perhaps a bias: of every step that a `Linear` carries out."""

    weight: "NDArray[Any]"
    bias: "NDArray[Any] | None" = None
    trained: bool = False

    @property
    def weights(self) -> Mapping[str, "NDArray[Any]"]:
        """The names of torch.nn.Linear."""
        return {"weight": self.weight} | ({} if self.bias is None else {"bias": self.bias})

    @property
    def learns(self) -> bool:
        """As it was said."""
        return self.trained

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Project each frame."""
        return t.linear(x, weights["weight"], weights.get("bias"))
