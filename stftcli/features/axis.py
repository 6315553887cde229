"""What features are: carried along by the steps, so that nobody has to guess it afterwards."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from stftcli.frozen import Frozen
from stftcli.settings.choices import LogKind, Spectrum
from stftcli.settings.units import FULL_SCALE_UNIT, SampleUnit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
else:
    Floats = Any  # numpy is imported where an axis is made

FULL_SCALE = "dBFS"
"""The unit of levels that count from a full-scale sine."""

OF_HIGHEST = "dB re highest"
"""The unit of levels that count from the highest that there is."""

OF_BACKGROUND = "dB re background"
"""The unit of levels that count from each feature's own over the sound."""

Quantity = Literal[
    "complex",
    "magnitude",
    "power",
    "density",
    "mean square",
    "ratio",
    "ratio of magnitudes",
    "phase",
    "",
]

SQUARES: tuple[Quantity, ...] = ("power", "density", "mean square")
"""What is counted in the square of the samples' unit."""

AMOUNTS: tuple[Quantity, ...] = ("magnitude", *SQUARES)
"""Quantities that are nowhere below zero."""

SHAPES = ("skewness", "kurtosis")
"""Statistics that are plain numbers, whatever they are of."""

WITHOUT_LEVEL = ("std", *SHAPES)
"""Statistics that do not lie where the values do, but say how these are spread."""

# Spectrum -> what it holds, and the logarithm that it is.
_OF_SPECTRUM: dict[Spectrum, tuple[Quantity, LogKind | None]] = {
    "complex": ("complex", None),
    "magnitude": ("magnitude", None),
    "power": ("power", None),
    "psd": ("density", None),
    "mean-square": ("mean square", None),
    "dbfs": ("power", "db"),
    "db": ("power", "db"),  # 20 log10 |X| is 10 log10 |X|^2
    "log": ("magnitude", "ln"),
    "phase": ("phase", None),
}


class Axis(Frozen):
    """The last axis of a feature array.

    Attributes
    ----------
    names : tuple of str
        What the features are called, such as "mel_1", "rms" or "1000 Hz".
    label : str
        What one of them is, for the axis of a picture, such as "Mel band".
    units : tuple of str
        Unit of each; "" for plain numbers.
    frequencies_hz : ndarray of float64, shape (features,), or None
        Where they lie, if they lie at frequencies: bins, or the centres of bands.
    bins : bool
        Whether they are the bins of the spectrum.
    quantity : str
        What of the spectrum they hold, or the logarithm of what: a density is a mean square per Hz,
        a power depends on the window as well, a ratio is one of powers unless it says of what; ""
        for something else.
    log : {"ln", "log10", "log1p", "db"} or None
        The logarithm that they are.
    per_frame : bool
        Whether a row is a frame or a stretch of frames, or else the whole sound.
    first : int
        Number of the first of them: MFCC are counted from 0.
    samples : SampleUnit
        What the samples were counted in, and what decibels of them count from.
    of_densities : bool
        Whether they are densities or mean squares, or a bank's or layer's sums of them.
    statistics : tuple of str
        What was taken of each feature over several frames; for several, all features are there
        once for each. Empty where a row is a frame.
    """

    names: tuple[str, ...]
    label: str = "Feature"
    units: tuple[str, ...] = ()
    frequencies_hz: Floats | None = None
    bins: bool = False
    quantity: Quantity = ""
    log: LogKind | None = None
    per_frame: bool = True
    first: int = 1
    samples: SampleUnit = SampleUnit()
    of_densities: bool = False
    statistics: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.frequencies_hz is not None:
            self.frequencies_hz.setflags(write=False)  # many share an axis
        if not self.units:
            vars(self)["units"] = (self._unit_of_values(),) * len(self.names)

    def _unit_of_values(self) -> str:
        """Give the unit that follows from what they are: none where the window is part of it."""
        if self.quantity in ("density", "mean square") and self.log in (None, "db"):
            per = "/Hz" if self.quantity == "density" else ""
            return self.samples.level(per) if self.log else self.samples.square(per)
        if self.log == "db" and self.quantity == "ratio":
            return OF_BACKGROUND
        if self.log == "db":
            return "dB" if self.quantity in SQUARES else "10 log10"
        return self.log or ("rad" if self.quantity == "phase" else "")

    def _values(self) -> tuple[Any, ...]:
        # An array cannot be compared as a whole, nor hashed.
        hz = self.frequencies_hz
        return (*replace(self, frequencies_hz=None)._plain(), None if hz is None else hz.tobytes())

    def _plain(self) -> tuple[Any, ...]:
        return super()._values()

    def __repr__(self) -> str:
        """Give it in short: how many features there are, which, and where they lie."""
        features = f"{len(self.names)} features"
        if self.names:
            features += f", {self.names[0]!r} to {self.names[-1]!r}"
        if self.frequencies_hz is not None and len(self.frequencies_hz):
            features += f", {self.frequencies_hz[0]:g} to {self.frequencies_hz[-1]:g} Hz"
        unit = f", in {self.unit}" if self.unit else ""
        return f"<Axis of {features}{unit}>"

    @property
    def unit(self) -> str | None:
        """The unit of all features, or None where they differ."""
        return self.units[0] if len(set(self.units)) == 1 else None

    def sample_units(self) -> tuple[str, ...]:
        """Give the unit of each that is counted in the samples' unit, and "" of the others."""
        return tuple(unit if self.samples.name in unit else "" for unit in self.units)

    def units_of(self, statistic: str) -> tuple[str, ...]:
        """Give the units of a statistic of them; deviations do not count from anything."""
        if statistic in SHAPES:
            return ("",) * len(self.units)
        if statistic == "std":
            return tuple("dB" if unit.startswith("dB") else unit for unit in self.units)
        return self.units

    @property
    def are_amounts(self) -> bool:
        """Whether they are powers or magnitudes, which have a logarithm, and are none."""
        return self.log is None and self.quantity in AMOUNTS

    def parts(self) -> list["Axis"]:
        """Give the axis in parts of one unit each, neighbours staying together."""
        ends = [at for at in range(1, len(self.units)) if self.units[at] != self.units[at - 1]]
        return [self.part(slice(*both)) for both in pairwise((0, *ends, len(self.units)))]

    def part(self, part: slice) -> "Axis":
        """Give the axis of some neighbouring features."""
        hz = self.frequencies_hz
        return replace(
            self,
            names=self.names[part],
            units=self.units[part],
            frequencies_hz=None if hz is None else hz[part],
        )

    def with_values(self, quantity: Quantity = "", log: LogKind | None = None) -> "Axis":
        """Give the axis of other values of the same features."""
        return replace(self, quantity=quantity, log=log, units=())

    @property
    def quantity_of_sums(self) -> Quantity:
        """What sums of them are: of powers a power; nothing is known of sums of logarithms."""
        if self.log:
            return ""
        return "power" if self.quantity in SQUARES else self.quantity

    def relative_to(self, reference: float) -> "Axis":
        """Give the axis of decibels that count from so many times what they did."""
        own = self.samples
        return replace(self, units=(), samples=SampleUnit(own.name, own.reference * reference))

    def pooled(self, statistics: tuple[str, ...]) -> "Axis":
        """Give the axis of statistics of the same features; one alone leaves their names."""
        plain = any(statistic in SHAPES for statistic in statistics)
        units = tuple(unit for statistic in statistics for unit in self.units_of(statistic))
        if len(statistics) == 1 and not plain:
            return replace(self, statistics=statistics, units=units)
        import numpy as np

        hz = self.frequencies_hz
        return replace(
            self,
            names=tuple(f"{name}_{statistic}" for statistic in statistics for name in self.names),
            units=units,
            frequencies_hz=None if hz is None else np.tile(hz, len(statistics)),
            quantity="" if plain else self.quantity,
            log=None if plain else self.log,
            statistics=statistics,
        )

    def renamed(self, names: Sequence[str], label: str = "Feature", **of_features: Any) -> "Axis":
        """Give the axis of other features, which say themselves what else they are."""
        kept = {"samples": self.samples, "of_densities": self.of_densities}
        return Axis(tuple(names), label, **{**kept, **of_features})


def spectrum_axis(
    spectrum: Spectrum,
    bins: int,
    rate_hz: int,
    filter_length: int,
    samples: SampleUnit = FULL_SCALE_UNIT,
) -> Axis:
    """Give the axis of the bins of a spectrum, from 0 Hz on."""
    import numpy as np

    quantity, log = _OF_SPECTRUM[spectrum]
    frequencies_hz = np.arange(bins) * rate_hz / filter_length
    names = _names_of(frequencies_hz)
    units = (FULL_SCALE,) * bins if spectrum == "dbfs" else ()
    return Axis(
        *(names, "Frequency", units, frequencies_hz, True, quantity, log),
        samples=samples,
        of_densities=quantity in ("density", "mean square"),
    )


def _names_of(frequencies_hz: Floats) -> tuple[str, ...]:
    """Name bins by their frequencies, with as many digits as tell them apart."""
    names: tuple[str, ...] = ()
    for digits in (6, 9, 12, 17):
        names = tuple(f"{hz:.{digits}g} Hz" for hz in frequencies_hz.tolist())
        if len(set(names)) == len(names):
            break
    return names
