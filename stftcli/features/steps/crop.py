"""The bins between two frequencies, the others left out."""

from dataclasses import replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar

from stftcli.dsp.tensors import Tensors, Value
from stftcli.errors import SettingsError
from stftcli.features.form import Form, Sound, Weights
from stftcli.features.operations import Batch, FrameOperation
from stftcli.features.step import Step
from stftcli.settings.kinds import Frequency
from stftcli.settings.option import Option

if TYPE_CHECKING:
    from stftcli.features.builder import Builder, Stage

_MAX_HZ = 1e9


class Crop(Step):
    """The bins whose middle lies from `fmin_hz` to `fmax_hz`; None is half the rate."""

    step = "crop"
    fmin_hz: float = 0.0
    fmax_hz: float | None = None

    on_bins = True
    before = ("weighting",)
    takes_complex = True
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "fmin",
            Frequency(0, _MAX_HZ),
            "Lowest frequency: bins below it are left out. Of a mel bank it is the lower edge, of "
            "standard bands the lowest one.",
            "fmin_hz",
            default="0; with bands, the first that is as wide as a bin",
            makes=True,
        ),
        Option(
            "fmax",
            Frequency(0, _MAX_HZ),
            "Highest frequency: bins above it are left out. Of a mel bank it is the upper edge, of "
            "standard bands the highest one.",
            "fmax_hz",
            default="half the rate",
            makes=True,
        ),
    )

    def build(self, builder: "Builder") -> None:
        """Keep these bins."""
        axis = builder.axis
        if not axis.bins:
            raise SettingsError("crop is for the bins of a spectrum: put it before other steps")
        _check_between(self.fmin_hz, self.fmax_hz, builder.rate_hz / 2)
        kept = self._kept(axis.frequencies_hz)
        if kept.start == kept.stop:
            raise SettingsError(
                f"no bin lies from `fmin` {self.fmin_hz:g} to {self._high_hz:g} Hz: they are "
                f"{builder.rate_hz / builder.plan.filter_length:.4g} Hz apart"
            )
        builder.per_frame(partial(keep, kept=kept))
        builder.keep(kept)

    def undo(self, stage: "Stage") -> FrameOperation:
        """Fill up with nothing what was left out."""
        before = stage.before
        # The logarithm of zero; log1p is zero there.
        nothing = 0.0 if before.log in (None, "log1p") else -inf
        kept = self._kept(before.frequencies_hz)
        beside = (kept.start, len(before.names) - kept.stop)
        return partial(fill_up, beside=beside, nothing=nothing)

    def form(self, stage: "Stage") -> Form:
        """Keep the same bins."""
        return CropForm(self._kept(stage.before.frequencies_hz))

    @property
    def _high_hz(self) -> float:
        return inf if self.fmax_hz is None else self.fmax_hz

    def _kept(self, frequencies_hz: Any) -> slice:
        first = int(frequencies_hz.searchsorted(self.fmin_hz, "left"))
        return slice(first, max(first, int(frequencies_hz.searchsorted(self._high_hz, "right"))))


EDGES = tuple(replace(option, makes=False) for option in Crop.options)
"""The same two as details of a bank that has such edges of its own."""


def keep(batch: Batch, kept: slice) -> Batch:
    """Give these features alone."""
    import numpy as np

    return np.ascontiguousarray(batch[..., kept])


class CropForm(Form):
    """What `keep` does."""

    kept: slice

    def __call__(self, t: Tensors, x: Value, weights: Weights, sound: Sound) -> Value:  # noqa: ARG002
        """Give these features alone."""
        return t.part(x, self.kept)


def fill_up(batch: Batch, beside: tuple[int, int], nothing: float) -> Batch:
    """Put features that hold nothing before and behind those that there are."""
    import numpy as np

    widths = (*[(0, 0)] * (batch.ndim - 1), beside)
    return np.pad(batch, widths, constant_values=nothing)


def _check_between(fmin_hz: float, fmax_hz: float | None, half_hz: float) -> None:
    from stftcli.dsp.checks import check_value

    top_hz = half_hz if fmax_hz is None else fmax_hz
    check_value("fmax_hz", top_hz, top_hz <= half_hz, f"{half_hz:g}, half the rate, or less")
    check_value("fmin_hz", fmin_hz, fmin_hz <= top_hz, f"not above `fmax_hz`, {top_hz:g}")
