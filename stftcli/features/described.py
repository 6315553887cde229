"""Frame descriptors as operations on tensors: those of `stftcli.dsp.descriptors` that are sums."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from stftcli.dsp.tensors import Tensors, Value
from stftcli.features.form import Form, Sound, Weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

_POWER_FLOOR = 1e-10
_RISE = (-1.0, 1.0, 0.0)
"""A frame less the one before it; the first has none, and no rise."""


class DescriptorsForm(Form):
    """What `FrameDescriptors` does with the frames of a sound.

    Attributes
    ----------
    names : tuple of str
        Of `DESCRIBED`, in the order of the columns.
    frequencies_hz : ndarray, shape (bins,)
        Where the bins lie.
    """

    names: tuple[str, ...]
    frequencies_hz: "NDArray[Any]"

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Put the columns beside one another."""
        return t.join([DESCRIBED[name](self, t, x, sound) for name in self.names])


def _rms(form: DescriptorsForm, t: Tensors, x: Value, sound: Sound) -> Value:  # noqa: ARG001
    samples = sound.samples
    return t.sqrt(t.mean(samples * samples))


def _centroid(form: DescriptorsForm, t: Tensors, x: Value, sound: Sound) -> Value:  # noqa: ARG001
    return t.sum(x * t.constant(form.frequencies_hz)) / t.above_or_one(t.sum(x), 0)


def _bandwidth(form: DescriptorsForm, t: Tensors, x: Value, sound: Sound) -> Value:
    away = t.constant(form.frequencies_hz) - _centroid(form, t, x, sound)
    return t.sqrt(t.sum(x * away * away) / t.above_or_one(t.sum(x), 0))


def _flatness(form: DescriptorsForm, t: Tensors, x: Value, sound: Sound) -> Value:  # noqa: ARG001
    powers = t.at_least(x * x, _POWER_FLOOR)
    return t.exp(t.mean(t.log(powers))) / t.mean(powers)


def _flux(form: DescriptorsForm, t: Tensors, x: Value, sound: Sound) -> Value:  # noqa: ARG001
    return t.sum(t.at_least(sound.filtered(x, _RISE), 0))


DESCRIBED: dict[str, Callable[[DescriptorsForm, Tensors, Value, Sound], Value]] = {
    "rms": _rms,
    "centroid": _centroid,
    "bandwidth": _bandwidth,
    "flatness": _flatness,
    "flux": _flux,
}
"""Each of them of magnitudes; zcr, rolloff and contrast are counts and sorted values."""
