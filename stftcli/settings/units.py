"""Units of samples, and how sensitivities, voltages and references are written."""

import re
from math import log10
from typing import Any

from stftcli.frozen import Frozen
from stftcli.settings.kinds import NUMBER, Kind, prefixed, quantity

_VOLTS, _PASCALS, _NUMBERS = prefixed("V"), prefixed("Pa"), prefixed("")
_MAX_V, _MAX_REFERENCE, _MAX_DB = 1e6, 1e30, 400.0

_OF_WATER_DB = 100.0
# Of what a sensitivity is per, in pascals: the lowest and highest that is plausible, in dB.
_PLAUSIBLE_DB = {1e-6: (-250.0, -60.0), 1.0: (-130.0, 0.0)}


class SampleUnit(Frozen):
    """What samples are counted in, and what decibels of them count from.

    Parameters
    ----------
    name : str
        "uPa", "V", "FS" where full scale is 1, or "" where nobody knows.
    reference : float
        What 0 dB is, in this unit: 1 or 20 uPa.
    """

    name: str = ""
    reference: float = 1.0

    @property
    def is_calibrated(self) -> bool:
        """Whether they are pressures or voltages."""
        return self.name not in ("", FULL_SCALE_UNIT.name)

    def square(self, per: str = "") -> str:
        """Give the unit of its square, such as uPa^2/Hz per "/Hz"."""
        return f"{self.name}^2{per}" if self.name else f"1{per}" * bool(per)

    def level(self, per: str = "") -> str:
        """Say what decibels of squares are re: 20 uPa, whose square that is; 1 uPa^2/Hz."""
        root = f"{self.reference:g} {self.name}".rstrip()
        if not per:
            return f"dB re {root}"
        if self.reference == 1:
            return f"dB re {f'1 {self.name}^2' if self.name else '1'}{per}"
        return f"dB re ({root})^2{per}"


FULL_SCALE_UNIT = SampleUnit("FS")


class Sensitivity(Frozen):
    """What comes out of a microphone, a hydrophone or a whole recorder for a pressure.

    Parameters
    ----------
    ratio : float
        How much: volts, or shares of full scale.
    pascals : float
        For which pressure: 1e-6 or 1.
    in_volts : bool
        Whether volts come out; else samples, of which 1 is full scale.
    """

    ratio: float
    pascals: float
    in_volts: bool

    @property
    def per_pascal(self) -> float:
        """What comes out for a pascal."""
        return self.ratio / self.pascals

    @property
    def db(self) -> float:
        """How much, in dB re 1."""
        return 20 * log10(self.ratio)

    @property
    def pressure(self) -> str:
        """The unit of the pressure."""
        return "uPa" if self.pascals < 1 else "Pa"

    def complaint(self) -> str | None:
        """Say what is odd about it, if anything is."""
        low, high = _PLAUSIBLE_DB[self.pascals]
        if low <= self.db <= high:
            return None
        unit = f"1 V/{self.pressure}" if self.in_volts else f"1/{self.pressure}"
        return (
            f"a sensitivity of {self.db:.4g} dB re {unit} is unusual, {low:g} to {high:g} are "
            "usual: look at its sign, and whether it is per uPa (water) or per Pa (air)"
        )


_SENSITIVITY = rf"({NUMBER})(dB)?(?:re)?(1?)([nuµμmk]?V)?(?:/|re)1?([uµμ]?)Pa"


def parse_sensitivity(text: str) -> Sensitivity | None:
    """Read -176.2dB/uPa, -38 dB re 1 V/Pa, -38dBV/Pa or 50mV/Pa; None for what is no such text."""
    found = re.fullmatch(_SENSITIVITY, re.sub(r"[ _]|-(?=re)|(?<=re)-", "", text), re.ASCII)
    if found is None or (found[3] and not found[2]):
        return None
    number, factor = float(found[1]), _VOLTS[found[4]] if found[4] else 1.0
    if found[2]:
        if abs(number) > _MAX_DB or factor != 1:
            return None
        number = 10 ** (number / 20)
    if not 10 ** (-_MAX_DB / 20) <= number <= 10 ** (_MAX_DB / 20):
        return None
    return Sensitivity(number * factor, 1e-6 if found[5] else 1.0, found[4] is not None)


class SensitivityKind(Kind):
    """A sensitivity with its unit; a bare number is in dB re 1 V, and its size says for what.

    No microphone has -100 dB re 1 V/Pa, and no hydrophone as much as that re 1 V/uPa.
    """

    metavar: str = "DB/UNIT"

    def read(self, value: Any) -> str:
        """Take a number, or a text that names the unit; that stays as it is."""
        if isinstance(value, str) and parse_sensitivity(value):
            return value
        number = quantity(value, {"": 1.0, "dB": 1.0})
        if abs(number) <= _MAX_DB:
            return f"{number:g}dBV/{'uPa' if abs(number) > _OF_WATER_DB else 'Pa'}"
        raise ValueError(
            "it must name its unit: -201dBV/uPa of a hydrophone, -38dBV/Pa of a microphone, "
            "-176.2dB/uPa or dB/Pa from the sound to the file, or as in 50mV/Pa"
        )


class Voltage(Kind):
    """A voltage: 1, 1V or 500mV."""

    metavar: str = "VOLTS"

    def read(self, value: Any) -> float:
        """Take a number of volts, or a text with the unit."""
        volts = quantity(value, {"": 1.0, **_VOLTS})
        if not 0 < volts <= _MAX_V:
            raise ValueError(f"it must be a voltage above 0, at most {_MAX_V:g} V, as in 1.25V")
        return volts


class Reference(Kind):
    """What decibels count from: a number, a pressure or a voltage, or the word max."""

    metavar: str = "X|max"

    def read(self, value: Any) -> float | str:
        """Take 20u for 2e-5; 20uPa stays a text."""
        number = quantity(value, _NUMBERS)
        if 0 < number <= _MAX_REFERENCE:
            return number
        units = (_PASCALS, _VOLTS)
        if isinstance(value, str) and (
            value == "max" or any(0 < quantity(value, unit) <= _MAX_REFERENCE for unit in units)
        ):
            return value
        raise ValueError(
            f"it must be a number above 0, at most {_MAX_REFERENCE:g}, or max; of calibrated "
            "sound a pressure, as in 20uPa"
        )


def reference_in(value: float | str, unit: str) -> float | None:
    """Give a reference in uPa or V, a bare number being in Pa or V; None if it is of another."""
    units, factor = (_PASCALS, 1e6) if unit == "uPa" else (_VOLTS, 1.0)
    base = quantity(value, units)
    return base * factor if base > 0 else None
