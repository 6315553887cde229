"""How much memory may be taken: what would take more is refused before it is begun."""

import os
import re

from stftcli.errors import SettingsError

VARIABLE = "STFTCLI_MAX_MEMORY"
DEFAULT_BYTES = 4_000_000_000

_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def max_memory() -> int:
    """Give the bytes that one thing may take: those of the environment variable, or 4 GB.

    Raises
    ------
    SettingsError
        If the variable holds no size.
    """
    text = os.environ.get(VARIABLE, "")
    if not text:
        return DEFAULT_BYTES
    found = re.fullmatch(r"(\d{1,12}(?:\.\d{1,9})?) ?([KMGT]?B)?", text.upper(), re.ASCII)
    if found is None:
        raise SettingsError(f"{VARIABLE} is {text[:60]!r}: give a size, as in 500MB or 16GB")
    return int(float(found[1]) * _UNITS[found[2] if found[2] and found[2] != "B" else ""])


def check_memory(needed: float, what: str, advice: str) -> None:
    """Raise SettingsError, with what it takes, if something would take more than is allowed."""
    limit = max_memory()
    if needed > limit:
        more = f", or set {VARIABLE}={-(-needed // 10**9):.0f}GB" if needed < 1e12 else ""
        raise SettingsError(
            f"{what} would take about {spell_bytes(needed)} of memory, and {spell_bytes(limit)} "
            f"are allowed: {advice}{more}"
        )


def spell_bytes(count: float) -> str:
    """Write a number of bytes for people."""
    for unit, size in (("TB", 1e12), ("GB", 1e9)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count / 1e6:.3g} MB"
