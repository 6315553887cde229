"""Numbers as tables write them: with a decimal point or comma, and times as clocks have them."""

import re
from math import isfinite, nan

from stftcli.settings.kinds import Time

_MAX_SHOWN = 40
_THOUSANDS = re.compile(r"\s*[1-9]\d{0,2},\d{3}\s*", re.ASCII)
"""A comma that divides thousands, or begins a fraction: in Hz nobody can tell."""
_NOTHING = frozenset(("", "na", "n/a", "nan", "none", "null", "<na>", "-"))
_SIDES = {"left": 1, "l": 1, "right": 2, "r": 2}
_MAX_S = 1_000_000_000
_TIME = Time(-_MAX_S, _MAX_S)


def is_nothing(text: str) -> bool:
    """Say whether a cell stands for no value."""
    return text.strip().lower() in _NOTHING


def read_number(text: str) -> float:
    """Read a number with a decimal point, or with a comma; ValueError if it is none."""
    try:
        value = float(text)
    except ValueError:
        value = float(text.replace(",", ".")) if text.count(",") == 1 else nan
    if not isfinite(value) or "_" in text:
        raise ValueError(text)
    return value


def read_time(name: str, text: str, unit_s: float = 1.0) -> float:
    """Read a time in seconds, or as 1:30; ValueError, which names it, if it is none."""
    try:
        seconds = read_number(text) * unit_s
    except ValueError:
        try:
            seconds = _TIME.read(text.strip())
        except ValueError:
            raise ValueError(f"its {name} is {shown(text)}, which is no time in seconds") from None
    if abs(seconds) > _MAX_S:
        raise ValueError(f"its {name} is {shown(text)}: no sound is so long")
    return seconds


def read_hz(name: str, text: str, unit_hz: float = 1.0) -> float:
    """Read a frequency; NaN for an empty cell, ValueError, which names it, for no number."""
    if is_nothing(text):
        return nan
    if unit_hz == 1 and _THOUSANDS.fullmatch(text):
        plain, point = text.strip().replace(",", ""), text.strip().replace(",", ".")
        raise ValueError(f"its {name} is {shown(text)}: write {plain}, or {point}")
    try:
        return read_number(text) * unit_hz
    except ValueError:
        raise ValueError(f"its {name} is {shown(text)}, which is no frequency") from None


def read_channel(text: str) -> int:
    """Read the number of a channel, or its side; 0 for an empty cell."""
    if is_nothing(text):
        return 0
    if (side := text.strip().lower()) in _SIDES:
        return _SIDES[side]
    try:
        value = read_number(text)
    except ValueError:
        value = -1
    if not 0 <= value < 1e6 or value != int(value):
        raise ValueError(f"its channel is {shown(text)}: channels are counted from 1")
    return int(value)


def shown(text: str) -> str:
    """Write a cell for a message."""
    return repr(text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…")
