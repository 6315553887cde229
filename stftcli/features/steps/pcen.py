"""Per-channel energy normalisation: an automatic gain and a root in the place of a logarithm."""

from collections.abc import Mapping
from functools import partial
from math import log, sqrt
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from stftcli.dsp.tensors import Tensors, Value
from stftcli.errors import SettingsError
from stftcli.features.axis import AMOUNTS
from stftcli.features.form import Form, Sound, Weights
from stftcli.features.operations import Batch, Batches
from stftcli.features.step import Step
from stftcli.settings.kinds import Flag, Number, Time
from stftcli.settings.option import Option
from stftcli.settings.record import check_between

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from stftcli.features.builder import Builder, Stage

_EPSILON = 1e-6


class Pcen(Step):
    """Per-channel energy normalisation (PCEN), as librosa.pcen has it.

    Each energy E is divided by what it was lately, M, and its range is compressed:
    ``(E / (epsilon + M)^gain + bias)^power - bias^power``, where M follows E with a time constant,
    ``M_t = (1 - b) M_{t-1} + b E_t`` (Y. Wang et al., "Trainable frontend for robust and
    far-field keyword spotting", ICASSP 2017; b of the time constant as in V. Lostanlen et al.,
    "Per-channel energy normalization: why and how", IEEE Signal Processing Letters 26, 2019).
    `initial` is M before the first frame; "first" stands for the first frame itself.
    """

    step = "pcen"
    loses = "it divides by what the energy was before, which is not kept"
    gain: float = 0.98
    bias: float = 2.0
    power: float = 0.5
    time_constant_s: float = 0.4
    epsilon: float = _EPSILON
    initial: float | Literal["first"] = 1.0

    after = ("mel", "chroma", "bands")
    replaces = ("log", "top_db", "standardize")
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "pcen",
            Flag(),
            "Per-channel energy normalisation of each band: divide it by what it was lately, and "
            "take a root, in the place of a logarithm.",
            makes=True,
            removed_by=False,
            off="no_pcen",
        ),
        Option(
            "pcen_gain",
            Number(0, 1e3),
            "Power of what a band was lately that divides it; 0 divides by nothing.",
            "gain",
            default="0.98",
        ),
        Option(
            "pcen_bias",
            Number(0, 1e30, above=True),
            "B in (x + B)^P - B^P, where P is the power.",
            "bias",
            default="2",
        ),
        Option(
            "pcen_power",
            Number(0, 1e3, above=True),
            "Exponent of the compression; 0.5 is the square root.",
            "power",
            default="0.5",
        ),
        Option(
            "pcen_time",
            Time(0, 1e6, above=True),
            "How fast the gain follows: its time constant.",
            "time_constant_s",
            default="400ms",
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_between("epsilon", self.epsilon, 1e-30, 1)
        if self.initial != "first":
            check_between("initial", self.initial, 0, 1e30)

    def build(self, builder: "Builder") -> None:
        """Follow each band through the stream."""
        if builder.axis.log is not None or builder.axis.quantity not in AMOUNTS:
            raise SettingsError(
                "`pcen` takes powers or magnitudes: put it after a bank, and no logarithm before it"
            )
        smoothing = self._smoothing(builder.rate_hz, builder.plan.hop_length)
        builder.stream(partial(normalized, self, smoothing))
        builder.axis = builder.axis.with_values()

    def form(self, stage: "Stage") -> Form:
        """Follow each band over the frames of each sound; its numbers may learn."""
        return PcenForm(self, self._smoothing(stage.rate_hz, stage.hop_length))

    def learned(self, stage: "Stage", weights: Mapping[str, float]) -> Self:
        """Give the step of other numbers; the share of a frame tells the time constant."""
        share = weights["smoothing"]
        if not 0 < share < 1:
            raise SettingsError(
                f"the smoothing that PCEN has learned is {share:g}: it must lie between 0 and 1, "
                "clamp it after each step of training"
            )
        # `_smoothing` solved for the time constant.
        time_constant_s = sqrt(1 - share) / share * stage.hop_length / stage.rate_hz
        numbers = {name: weights[name] for name in ("gain", "bias", "power")}
        return self.changed({**numbers, "time_constant_s": time_constant_s})

    def _smoothing(self, rate_hz: int, hop_length: int) -> float:
        frames = self.time_constant_s * rate_hz / hop_length
        # (sqrt(1 + 4 T^2) - 1) / (2 T^2), written so that nothing cancels where T is small.
        return 2 / (1 + sqrt(1 + 4 * frames**2))


def normalized(step: Pcen, smoothing: float, batches: Batches) -> Batches:
    """Normalise the energies of a sound.

    Parameters
    ----------
    step : Pcen
        The settings.
    smoothing : float
        b, the share of a frame in the mean that follows it.
    batches : iterator of ndarray, shape (any, [channels,] features)
        Neighbouring frames of one sound, in order.

    Yields
    ------
    ndarray, shape (any, [channels,] features)
        As many frames, of the same type.
    """
    import numpy as np

    mean: Batch | None = None
    for batch in batches:
        if not len(batch):
            continue
        energies = batch.astype(np.float64)
        if mean is None:
            mean = np.empty_like(energies[0])
            mean[...] = energies[0] if step.initial == "first" else step.initial
        means = energies * smoothing
        # Frame after frame, so that no bit depends on where batches end.
        for row in means:
            mean *= 1 - smoothing
            mean += row
            row[...] = mean
        yield _compressed(step, energies, means).astype(batch.dtype)


def _compressed(step: Pcen, energies: Batch, means: Batch) -> Batch:
    import numpy as np

    # log(epsilon + M), exact where M is far smaller than epsilon.
    logs = np.log(step.epsilon) + np.log1p(means / step.epsilon)
    normal = energies * np.exp(-step.gain * logs)
    compressed = np.expm1(step.power * np.log1p(normal / step.bias))
    return np.asarray(step.bias**step.power * compressed)


class PcenForm(Form):
    """What `normalized` does."""

    of: Pcen
    smoothing: float

    @property
    def weights(self) -> "Mapping[str, NDArray[Any]]":
        """Its numbers, and b, the share of a frame in the mean that follows it."""
        import numpy as np

        step = self.of
        numbers = {"gain": step.gain, "bias": step.bias, "power": step.power}
        return {name: np.array(value) for name, value in numbers.items()} | {
            "smoothing": np.array(self.smoothing)
        }

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:
        """Divide each energy by its mean to the power of the gain, and compress it."""
        step, (gain, bias, power) = self.of, (weights[name] for name in ("gain", "bias", "power"))
        initial = None if step.initial == "first" else step.initial
        means = sound.followed(x, weights["smoothing"], initial)
        logs = t.log1p(means / step.epsilon) + log(step.epsilon)
        normal = x / t.exp(gain * logs)
        return t.exp(power * t.log(bias)) * t.expm1(power * t.log1p(normal / bias))
