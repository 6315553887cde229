"""What options take: each kind reads texts of a shell and Python's own values by one rule.

`read` gives the value that settings keep, or raises ValueError with what is allowed. `metavar` is
what the help puts behind the option's name, `choices` what a shell may complete.
"""

import operator
import os
import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from stftcli.frozen import Frozen
from stftcli.settings.record import nearest

NONE = "none"
"""The word that takes a step of a preset away."""

NUMBER = r"[+-]?(?:\d{1,12}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?"
"""A number in a text, as a regular expression."""

_PREFIXES = {"": 1.0, "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "k": 1e3}


class Kind(Frozen):
    """Base of the kinds."""

    metavar = ""
    is_flag: ClassVar[bool] = False
    is_list: ClassVar[bool] = False
    """Whether several of the choices may stand behind one another, with commas between."""

    @property
    def choices(self) -> Sequence[str]:
        """What a shell may complete."""
        return ()

    def read(self, value: Any) -> Any:
        """Give the value as settings keep it; ValueError says what is allowed."""
        return value


class Flag(Kind):
    """On or off; on the command line two names, one for each.

    `on` and `off` are the values that settings keep.
    """

    on: Any = True
    off: Any = False

    is_flag: ClassVar[bool] = True

    def read(self, value: Any) -> Any:
        """Take True or False."""
        if not isinstance(value, bool):
            raise ValueError("it must be True or False")  # noqa: TRY004
        return self.on if value else self.off


class Whole(Kind):
    """A whole number within bounds."""

    lowest: int
    highest: int
    metavar: str = "N"

    def read(self, value: Any) -> int:
        """Take an integer, numpy's too, or its digits."""
        try:
            number = int(value, 10) if isinstance(value, str) else operator.index(value)
        except (TypeError, ValueError):
            number = self.lowest - 1
        if isinstance(value, bool) or not self.lowest <= number <= self.highest:
            raise ValueError(f"it must be a whole number from {self.lowest} to {self.highest}")
        return number


class Number(Kind):
    """A number within bounds, which NaN is not; or the `word` that may stand for one."""

    lowest: float
    highest: float
    word: str = ""
    above: bool = False
    metavar: str = "X"

    @property
    def choices(self) -> Sequence[str]:
        """The word, if there is one."""
        return (self.word,) if self.word else ()

    def read(self, value: Any) -> float | str:
        """Take a number or its text."""
        if self.word and isinstance(value, str) and value == self.word:
            return self.word
        number = as_float(value)
        if not self.lowest <= number <= self.highest or (self.above and number <= self.lowest):
            bounds = f"above {self.lowest:g}, at most" if self.above else f"from {self.lowest:g} to"
            either = f", or {self.word}" if self.word else ""
            raise ValueError(f"it must be a number {bounds} {self.highest:g}{either}")
        return number


class Frequency(Kind):
    """A frequency in Hz: 16000, 16k or 16kHz."""

    lowest: float
    highest: float
    whole: bool = False
    advice: str = ""
    metavar: str = "HZ"

    def read(self, value: Any) -> float:
        """Take a number, or a text with its unit."""
        hertz = quantity(value, {"": 1, "hz": 1, "k": 1000, "khz": 1000})
        if self.whole:
            hertz = round(hertz, 6)  # 1.001 * 1000 is a little less than 1001
        if not self.lowest <= hertz <= self.highest or (self.whole and hertz != int(hertz)):
            number = "a whole number of Hz" if self.whole else "Hz"
            bounds = f"from {self.lowest:.10g} to {self.highest:.10g}"
            raise ValueError(f"it must be {number} {bounds}, as in 16000 or 16k{self.advice}")
        return int(hertz) if self.whole else hertz


class Time(Kind):
    """A time in seconds: 90, 1:30, 1:02:03.5, 500ms or 1.5s."""

    lowest: float
    highest: float
    above: bool = False
    metavar: str = "TIME"

    def read(self, value: Any) -> float:
        """Take a number of seconds or a text."""
        seconds = _clock_s(value) if isinstance(value, str) and ":" in value else None
        if seconds is None:
            seconds = quantity(value, {"": 1, "s": 1, "ms": 1e-3})
        if not self.lowest <= seconds <= self.highest or (self.above and seconds <= self.lowest):
            bounds = f"above {self.lowest:g}, at most" if self.above else f"from {self.lowest:g} to"
            raise ValueError(
                f"it must be a time {bounds} {self.highest:.10g} s, as in 90, 1:30 or 500ms"
            )
        return seconds


class Choice(Kind):
    """One of several names."""

    names: tuple[str, ...]

    @property
    def choices(self) -> Sequence[str]:
        """The names."""
        return self.names

    def read(self, value: Any) -> str:
        """Take a name of the list; a wrong one is answered with the nearest."""
        if not isinstance(value, str) or value not in self.names:
            near = nearest(str(value), list(self.names))
            hint = f" ({near})" if near.startswith("did") else ""
            raise ValueError(f"it must be one of {', '.join(self.names)}{hint}")
        return value


class WholeChoice(Kind):
    """One of a few whole numbers."""

    numbers: tuple[int, ...]

    @property
    def choices(self) -> Sequence[str]:
        """The numbers."""
        return tuple(map(str, self.numbers))

    def read(self, value: Any) -> int:
        """Take one of the numbers."""
        if str(value) not in self.choices:
            raise ValueError(f"it must be one of {', '.join(self.choices)}")
        return int(value)


class Names(Kind):
    """Several names with commas between or as a list, or "all"; `none` if there may be none."""

    known: tuple[str, ...]
    none: bool = False
    metavar: str = "NAME,..."

    is_list: ClassVar[bool] = True

    @property
    def choices(self) -> Sequence[str]:
        """The names that there are."""
        return (*self.known, "all", *([NONE] if self.none else []))

    def read(self, value: Any) -> tuple[str, ...]:
        """Take names of the list."""
        if isinstance(value, str) and value == "all":
            return self.known
        if self.none and value in (NONE, (), []):
            return ()
        names: tuple[Any, ...] = ()
        if isinstance(value, str):
            names = tuple(value.split(","))
        elif isinstance(value, Iterable):
            names = tuple(value)
        if not names:
            either = f"all or {NONE}" if self.none else "all"
            raise ValueError(f"name one or more of {', '.join(self.known)}, or {either}")
        for name in names:
            if name not in self.known:
                raise ValueError(f"there is no {name!r}: {nearest(str(name), list(self.known))}")
        return names


class Pair(Kind):
    """Two numbers with a comma between, or the `word` that may stand for them."""

    word: str = NONE
    metavar: str = "X,Y"

    def read(self, value: Any) -> tuple[float, float] | str:
        """Take two numbers."""
        if isinstance(value, str) and value == self.word:
            return self.word
        numbers = value.split(",") if isinstance(value, str) else value
        pair = [as_float(number) for number in numbers] if isinstance(numbers, Iterable) else []
        if len(pair) != 2 or not all(abs(number) <= 1e30 for number in pair):
            raise ValueError(f"it must be two numbers, as in -4.27,9.14, or {self.word}")
        return pair[0], pair[1]


class Text(Kind):
    """Any text; `known` are those that a shell may complete."""

    known: tuple[str, ...] = ()
    metavar: str = "TEXT"

    @property
    def choices(self) -> Sequence[str]:
        """What is known."""
        return self.known

    def read(self, value: Any) -> str:
        """Take a text."""
        if not isinstance(value, str):
            raise ValueError("it must be a text")  # noqa: TRY004
        return value


class FileName(Kind):
    """The name of a file."""

    metavar: str = "FILE"

    def read(self, value: Any) -> str:
        """Take a text or a path."""
        if not isinstance(value, str | os.PathLike):
            raise ValueError("it must be the name of a file")  # noqa: TRY004
        return str(os.fspath(value))


def as_float(value: Any) -> float:
    """Give a number, of a text too; NaN for what is none."""
    try:
        return float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return float("nan")


def prefixed(unit: str) -> dict[str, float]:
    """Give a unit with each of the prefixes from n to k, and what it is then in base units."""
    return {f"{prefix}{unit}": factor for prefix, factor in _PREFIXES.items()}


def quantity(value: Any, units: dict[str, float]) -> float:
    """Give a number of base units: of a number, or of a text with one of the units; else NaN."""
    if not isinstance(value, str):
        return as_float(value)
    found = re.fullmatch(rf"({NUMBER}) ?([a-zA-Zµμ]*)", value, re.ASCII)
    factor = found and units.get(found[2], units.get(found[2].lower()))
    return float(found[1]) * factor if found and factor else float("nan")


def _clock_s(text: str) -> float:
    """Give the seconds of m:ss or h:mm:ss; NaN for what is neither."""
    if not re.fullmatch(r"(\d{1,9}:){1,2}(\d{1,9}(\.\d*)?|\.\d+)", text, re.ASCII):
        return float("nan")
    seconds = 0.0
    for part in text.split(":"):
        seconds = 60 * seconds + float(part)
    return seconds
