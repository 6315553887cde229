"""Lengths in samples, or in milliseconds until the rate is known."""

import re
from typing import Literal

from stftcli.errors import SettingsError

Length = int | str
"""A number of samples, or a time in milliseconds such as "25ms"."""

POWER_OF_TWO: Literal["pow2"] = "pow2"
"""As the length of a transform: the smallest power of two that holds the window."""

DEFAULT_LENGTH = 2048
"""Samples in a frame, where nobody says how many."""


def samples_of(length: Length, rate_hz: int) -> int:
    """Give a length in samples; a part of a sample is dropped, as Kaldi and torchaudio do."""
    if isinstance(length, int) or not length.endswith("ms"):
        return int(length)
    from fractions import Fraction

    return int(Fraction(length.removesuffix("ms").strip()) * rate_hz / 1000)


def parse_length(text: str) -> Length:
    """Read "512" as samples and "25ms" as a time.

    Raises
    ------
    SettingsError
        If the text is neither, zero, or beyond all reason.
    """
    if not re.fullmatch(r"\d{1,9}|\d{1,9}(\.\d{1,9})? ?ms", text, re.ASCII) or not re.search(
        "[1-9]", text
    ):
        raise SettingsError(
            f"{text!r} is not a length: give samples (512) or milliseconds (25ms), above zero"
        )
    return text if text.endswith("ms") else int(text)


def parse_transform_length(text: str) -> Length:
    """Read a length, or "pow2"."""
    return POWER_OF_TWO if text == POWER_OF_TWO else parse_length(text)
