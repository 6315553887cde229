"""Frequencies that may be given as notes."""

import re
from typing import Any

from stftcli.settings.kinds import Kind, quantity

_SEMITONES = {"C": -9, "D": -7, "E": -5, "F": -4, "G": -2, "A": 0, "B": 2}
_ACCIDENTALS = {"": 0, "#": 1, "b": -1}
_A4_HZ = 440.0
_MAX_HZ = 1e9


class PitchKind(Kind):
    """A frequency in Hz, or a note of equal temperament, A4 being 440 Hz: 440, 1.5k, A4 or C#3."""

    metavar: str = "HZ|NOTE"

    def read(self, value: Any) -> float:
        """Take a number, a text with its unit, or the name of a note."""
        hertz = _note_hz(value) if isinstance(value, str) else None
        if hertz is None:
            hertz = quantity(value, {"": 1, "hz": 1, "k": 1000, "khz": 1000})
        if not 0 < hertz <= _MAX_HZ:
            raise ValueError("it must be a frequency above 0, as in 440 or 1.5k, or a note, as A4")
        return hertz


def _note_hz(text: str) -> float | None:
    found = re.fullmatch(r"([A-Ga-g])([#b]?)(-?\d)", text, re.ASCII)
    if found is None:
        return None
    octaves = int(found[3]) - 4
    semitones = _SEMITONES[found[1].upper()] + _ACCIDENTALS[found[2]]
    return float(_A4_HZ * 2 ** (octaves + semitones / 12))
