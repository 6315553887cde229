"""How large a picture is: in pixels, or on paper."""

import re
from collections.abc import Iterable
from typing import Any

from stftcli.errors import SettingsError
from stftcli.settings.kinds import Kind

MAX_SIDE, MAX_PIXELS = 65_000, 1 << 26
MAX_DPI, PAPER_DPI = 2400, 300

_INCHES = {"cm": 1 / 2.54, "mm": 1 / 25.4, "in": 1.0}
_ON_PAPER = re.compile(r"(\d{1,5}(?:\.\d{1,5})?)x(\d{1,5}(?:\.\d{1,5})?) ?(cm|mm|in)", re.ASCII)


class SizeKind(Kind):
    """Width and height: 1200x600 pixels, or 8.5x5cm, 85x50mm and 3.35x2in on paper."""

    metavar: str = "WxH"

    def read(self, value: Any) -> tuple[int, int] | str:
        """Take a text or two numbers."""
        if isinstance(value, Iterable) and not isinstance(value, str):
            value = "x".join(map(str, value))
        text = str(value)
        if (found := _ON_PAPER.fullmatch(text)) and min(map(float, found.group(1, 2))) > 0:
            return text
        if not re.fullmatch(r"\d{1,7}x\d{1,7}", text, re.ASCII):
            raise ValueError(
                "give a width and a height in pixels, as in 1200x600, or in cm, mm or in, as in "
                "8.5x5cm"
            )
        width, height = map(int, text.split("x"))
        check_size(width, height)
        return width, height


def pixels_of(size: str, dpi: int) -> tuple[int, int]:
    """Give the pixels of a size on paper, to the nearest.

    Raises
    ------
    SettingsError
        If no picture can have so many.
    """
    found = _ON_PAPER.fullmatch(size)
    assert found is not None
    width, height = (
        max(1, round(float(side) * _INCHES[found[3]] * dpi)) for side in found.groups()[:2]
    )
    check_size(width, height)
    return width, height


def check_size(width: int, height: int) -> None:
    """Raise SettingsError unless a picture of so many pixels can be made."""
    if not (min(width, height) >= 1 and max(width, height) <= MAX_SIDE):
        raise SettingsError(
            f"a picture of {width}x{height}: each side must be 1 to {MAX_SIDE} pixels"
        )
    if width * height > MAX_PIXELS:
        raise SettingsError(
            f"a picture of {width}x{height} has {width * height / 1e6:.0f} million pixels: "
            f"{MAX_PIXELS / 1e6:.0f} are the most"
        )
