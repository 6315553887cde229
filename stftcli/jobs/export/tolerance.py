"""How far the numbers of what is exported may be from those of stftcli."""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.features.chain import Chain
from stftcli.frozen import Frozen
from stftcli.settings.choices import DB_OF_UNIT

# A thousandth of a natural logarithm is 4.3 thousandths of a decibel.
_OF_LOG, _OF_DB = 1e-3, 4.3e-3
_OF_PEAK, _OF_EACH = 1e-6, 1e-4


class Tolerance(Frozen):
    """What differences are allowed.

    Attributes
    ----------
    absolute : float or None
        Of logarithms; None for 1e-6 of the largest value, and 1e-4 of each.
    unit_db : float or None
        Of single bins that are logarithms, the decibels in their unit. Such a bin may lie so far
        below others of its frame that it holds their rounding, so the magnitudes are compared.
    """

    absolute: float | None = None
    unit_db: float | None = None

    @classmethod
    def of(cls, chain: Chain) -> Self:
        """Give that of a chain."""
        axis = chain.axis
        if axis.bins and axis.log in DB_OF_UNIT:
            of_magnitude = axis.quantity == "magnitude" and axis.log != "db"
            return cls(unit_db=DB_OF_UNIT[axis.log] * (2 if of_magnitude else 1))
        logs = {stage.before.log for stage in chain.stages} | {axis.log}
        if logs == {None}:
            return cls()
        return cls(_OF_DB if "db" in logs else _OF_LOG)

    def __str__(self) -> str:
        if self.absolute is not None:
            return f"{self.absolute:g}"
        return f"{_OF_PEAK:g} of the {self.largest} and {_OF_EACH:g} of each"

    @property
    def largest(self) -> str:
        """What differences are a share of, where they are one."""
        return "largest value" if self.unit_db is None else "largest magnitude"

    def compared(self, values: NDArray[Any]) -> NDArray[Any]:
        """Give what is compared: of logarithms of single bins their magnitudes, else the values."""
        if self.unit_db is None:
            return values
        return np.asarray(10 ** (values * (self.unit_db / 20)))

    def limits(self, compared: NDArray[Any]) -> NDArray[Any]:
        """Give how far each value may be off, of what is compared."""
        sizes = np.abs(compared)
        if self.absolute is not None:
            return np.full_like(sizes, self.absolute)
        return np.asarray(_OF_PEAK * sizes.max(initial=0) + _OF_EACH * sizes)

    def allows(self, got: NDArray[Any], wanted: NDArray[Any]) -> bool:
        """Say whether no value is further off than this."""
        got, wanted = self.compared(got), self.compared(wanted)
        return bool((np.abs(got - wanted) <= self.limits(wanted)).all())
