"""Lengths in samples, or in milliseconds until the rate is known."""

import re
from typing import Any, Literal

from stftcli.settings.kinds import Kind

Length = int | str
"""A number of samples, or a time in milliseconds such as "25ms"."""

POWER_OF_TWO: Literal["pow2"] = "pow2"
"""As the length of a transform: the smallest power of two that holds the window."""

DEFAULT_LENGTH = 2048
"""Samples in a frame, where nobody says how many."""

MAX_SAMPLES = 999_999_999


class LengthKind(Kind):
    """Samples (512) or milliseconds (25ms); `pow2` says whether "pow2" is one too."""

    pow2: bool = False
    metavar: str = "SAMPLES|MS"

    def read(self, value: Any) -> Length:
        """Take a number of samples, or a text."""
        if self.pow2 and value == POWER_OF_TWO:
            return POWER_OF_TWO
        text = str(value)
        good = re.fullmatch(r"\d{1,9}|\d{1,9}(\.\d{1,9})? ?ms", text, re.ASCII)
        if isinstance(value, bool) or not good or not re.search("[1-9]", text):
            also = f", or {POWER_OF_TWO}" if self.pow2 else ""
            raise ValueError(f"give samples (512) or milliseconds (25ms), above zero{also}")
        return text if text.endswith("ms") else int(text)


def samples_of(length: Length, rate_hz: int) -> int:
    """Give a length in samples; a part of a sample is dropped, as Kaldi and torchaudio do."""
    if isinstance(length, int) or not length.endswith("ms"):
        return int(length)
    from fractions import Fraction

    return int(Fraction(length.removesuffix("ms").strip()) * rate_hz / 1000)
