"""What may be taken of a feature over several frames, and over which."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from stftcli.settings.choices import STATISTICS
from stftcli.settings.kinds import Kind, quantity
from stftcli.settings.record import nearest

ALL = "all"
"""The stretch that is the whole sound."""

DEFAULT_STATISTICS = ("mean",)

_MEDIAN = "median"
_NAMED = (*STATISTICS, _MEDIAN)
_UNITS = {"": 1, "s": 1, "sec": 1, "ms": 1e-3, "m": 60, "min": 60, "h": 3600}
_MAX_PERIOD_S = 1e9


def percent_of(name: str) -> float | None:
    """Give the percentage that a statistic is a percentile of; None for the others."""
    if name == _MEDIAN:
        return 50.0
    found = re.fullmatch(r"p(\d{1,2}(?:\.\d{1,3})?)", name, re.ASCII)
    return float(found[1]) if found else None


class StatisticNames(Kind):
    """Statistics with commas between or as a list; percentiles from p0 to p99.999."""

    metavar: str = "NAME,..."

    is_list: ClassVar[bool] = True

    @property
    def choices(self) -> Sequence[str]:
        """The names that there are; percentiles are without number."""
        return (*_NAMED, ALL)

    def read(self, value: Any) -> tuple[str, ...]:
        """Take names; "all" are those that are no percentiles."""
        if isinstance(value, str) and value == ALL:
            return STATISTICS
        return _names(value)


class PercentileName(Kind):
    """The median, or another percentile, or the word that may stand for it."""

    word: str
    metavar: str = "median|p10"

    @property
    def choices(self) -> Sequence[str]:
        """What a shell may complete."""
        return (_MEDIAN, "p10", self.word)

    def read(self, value: Any) -> str:
        """Take a name."""
        if not isinstance(value, str) or (value != self.word and percent_of(value) is None):
            raise ValueError(f"it must be median, or a percentile such as p10, or {self.word}")
        return value


class Pooling(Kind):
    """A length of time and statistics, as in 60s:mean,p90; all is the whole sound.

    It is read as seconds, None for the whole, and names. Without names it is the mean.
    """

    metavar: str = "TIME|all[:NAME,...]"

    def read(self, value: Any) -> tuple[float | None, tuple[str, ...]]:
        """Take a text, a number of seconds, or a pair of a time and names."""
        if isinstance(value, tuple | list) and len(value) == 2:
            return _period_s(value[0]), _names(value[1])
        if not isinstance(value, str):
            return _period_s(value), DEFAULT_STATISTICS
        time, _, names = value.partition(":")
        return _period_s(time), _names(names) if names else DEFAULT_STATISTICS


def _period_s(value: Any) -> float | None:
    if value is None or (isinstance(value, str) and value == ALL):
        return None
    seconds = quantity(value, _UNITS)
    if not 0 < seconds <= _MAX_PERIOD_S:
        raise ValueError("it must be a time above 0, as in 60s:mean, 10min:max, or all:p10,p90")
    return seconds


def _names(value: Any) -> tuple[str, ...]:
    names: tuple[Any, ...] = ()
    if isinstance(value, str):
        names = tuple(value.split(","))
    elif isinstance(value, Iterable):
        names = tuple(value)
    listed = f"{', '.join(_NAMED)} and percentiles such as p10"
    if not names:
        raise ValueError(f"name one or more of {listed}")
    for name in names:
        if name not in _NAMED and (not isinstance(name, str) or percent_of(name) is None):
            hint = nearest(str(name), _NAMED, listed)
            raise ValueError(f"there is no {name!r}: {hint}")
        if names.count(name) > 1:
            raise ValueError(f"it names {name} twice: give each statistic once")
    return names
