"""Each feature's own level over the sound, taken off."""

from functools import cached_property, partial
from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from stftcli.errors import SettingsError
from stftcli.features.axis import SQUARES, WITHOUT_LEVEL, Quantity
from stftcli.features.operations import Batch
from stftcli.features.step import Step
from stftcli.settings.choices import LOWEST_POWER, Spectrum
from stftcli.settings.kinds import NONE
from stftcli.settings.option import Option
from stftcli.settings.statistics import PercentileName, percent_of

if TYPE_CHECKING:
    from stftcli.features.axis import Axis
    from stftcli.features.builder import Builder


class Background(Step):
    """Take off each feature's own level: a percentile of it over the sound.

    It is subtracted from logarithms and from numbers that have none, and divides powers and
    magnitudes.
    """

    step = "background"
    loses = "each feature's own level is not kept: give `background='none'`"
    no_form = "it takes a percentile of the sound: give `background='none'`"
    after_one_row = "one row is its own background: give a time, as in `pool='60s'`"
    percentile: str = "median"

    before = ("stats",)
    keeps_bins = True
    default_spectrum: ClassVar[Spectrum | None] = "power"
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "background",
            PercentileName(NONE),
            "Take each feature's own level over the sound off: its median, or a percentile such as "
            "p10. Levels are subtracted, powers divided.",
            "percentile",
            makes=True,
            removed_by=NONE,
        ),
    )

    def build(self, builder: "Builder") -> None:
        """Go over the sound in two passes."""
        axis = builder.axis
        if axis.quantity == "phase":
            raise SettingsError("`background` is for levels, and angles have none")
        if without := [name for name in axis.statistics if name in WITHOUT_LEVEL]:
            raise SettingsError(
                f"`background` is for levels, and {without[0]} is none: leave it out of `pool`"
            )
        percent = percent_of(self.percentile)
        assert percent is not None
        builder.two_pass(partial(WithoutBackground, percent, _floor_of(axis)))
        builder.axis = axis.with_values(_left_of(axis), axis.log)


def _floor_of(axis: "Axis") -> float | None:
    """Give the smallest divisor, or None where the background is subtracted."""
    if not axis.are_amounts:
        return None
    return sqrt(LOWEST_POWER) if axis.quantity == "magnitude" else LOWEST_POWER


def _left_of(axis: "Axis") -> Quantity:
    """Give what is left of a quantity: a ratio of powers or magnitudes, if it was one of these."""
    if axis.quantity == "magnitude":
        return "ratio of magnitudes"
    return "ratio" if axis.quantity in SQUARES else ""


class WithoutBackground:
    """Subtracts a percentile of the sound, or divides by it, of each channel and feature by itself.

    Parameters
    ----------
    percent : float
        Which percentile.
    floor : float or None
        The smallest divisor; None subtracts.

    Raises
    ------
    InputError
        From `observe` or `apply`, if values are not finite.
    """

    def __init__(self, percent: float, floor: float | None) -> None:
        from stftcli.dsp.percentiles import Percentiles

        self._percent, self._floor = percent, floor
        self._seen = Percentiles(as_levels=floor is not None)

    def observe(self, batch: Batch) -> None:
        """Gather values."""
        self._seen.add(batch)

    def apply(self, batch: Batch) -> Batch:
        """Subtract or divide in float64."""
        import numpy as np

        if self._floor is None:
            return np.asarray(batch - self._background, batch.dtype)
        return np.asarray(batch / np.maximum(self._background, self._floor), batch.dtype)

    @cached_property
    def _background(self) -> Any:
        (background,) = self._seen.at([self._percent])
        del self._seen
        return background
