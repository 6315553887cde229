"""What a picture shows of the features, and how it looks."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Literal

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.settings.choices import (
    FREQUENCY_SCALES,
    REDUCTIONS,
    FrequencyScale,
    LevelReference,
    Reduction,
)
from stftcli.settings.kinds import Choice, Flag, Kind, Number, Text, Whole, WholeChoice
from stftcli.settings.option import Option
from stftcli.settings.record import Record, check_between

MAX_SIDE, MAX_PIXELS = 65_000, 1 << 26
MAX_DPI, MAX_HZ = 2400, 1e9
MIN_RANGE, MAX_RANGE, MAX_TOP = 1e-6, 1e6, 1e6
DEFAULT_RANGE_DB = 80.0


class ViewSettings(Record):
    """What is shown: which frequencies on which scale, which levels, in which colours.

    `fmin_hz` and `fmax_hz` None are the ends of what there is. Levels, or other values, go from
    `top` (None: the highest that is drawn) down by `span`; `ref` "max" counts levels from the
    highest instead of full scale. `reduce` says what becomes of several cells in one pixel.
    """

    scale: FrequencyScale = "linear"
    fmin_hz: float | None = None
    fmax_hz: float | None = None
    span: float | None = None
    top: float | None = None
    ref: LevelReference = "full-scale"
    reduce: Reduction = "max"
    colormap: str | None = None

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "scale",
            Choice(FREQUENCY_SCALES),
            "Scale of the frequency axis.",
            "scale",
            default="linear",
            common=True,
        ),
        Option(
            "range",
            Number(MIN_RANGE, MAX_RANGE, metavar="DB"),
            "From the brightest colour down to the darkest, in decibels or whatever unit is drawn.",
            "span",
            default=f"{DEFAULT_RANGE_DB:g} dB of levels; all of other values",
            common=True,
        ),
        Option(
            "top",
            Number(-MAX_TOP, MAX_TOP, metavar="DB"),
            "Level or value of the brightest colour: with the same top and range, pictures can be "
            "compared.",
            "top",
            default="the highest that is drawn",
        ),
        Option(
            "reduce",
            Choice(REDUCTIONS),
            "What one pixel shows of the several frames or bins that fall into it: their largest "
            "value, or their mean (of the power, unless the spectrum is another).",
            "reduce",
            default="max",
        ),
        Option(
            "colormap",
            Text((), "NAME"),
            "Any of matplotlib's colour maps, as viridis or gray_r.",
            "colormap",
            default="magma; RdBu_r for values of both signs",
            common=True,
        ),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_between("fmin_hz", self.fmin_hz, 0, MAX_HZ)
        check_between("fmax_hz", self.fmax_hz, 0, MAX_HZ)
        low, high = self.fmin_hz, self.fmax_hz
        if low is not None and high is not None and low >= high:
            raise SettingsError(
                f"`fmin` {low:g} is not below `fmax` {high:g}: nothing lies between"
            )
        if self.scale == "log" and low == 0:
            raise SettingsError("a log axis cannot begin at 0 Hz: give `fmin` above 0, or leave it")


class SizeKind(Kind):
    """Width and height in pixels: 1200x600."""

    metavar: str = "WxH"

    def read(self, value: Any) -> tuple[int, int]:
        """Take a text or two numbers."""
        if isinstance(value, Iterable) and not isinstance(value, str):
            value = "x".join(map(str, value))
        text = str(value)
        if not re.fullmatch(r"\d{1,7}x\d{1,7}", text, re.ASCII):
            raise ValueError("give a width and a height in pixels, as in 1200x600")
        width, height = map(int, text.split("x"))
        check_size(width, height)
        return width, height


class FigureSettings(Record):
    """How the picture is laid out.

    `size` is (width, height) in pixels, of which `dpi` make an inch. `bare` leaves the pixels of
    the spectrum alone, `bits` deep where they are grey.
    """

    size: tuple[int, ...] | None = None
    dpi: int | None = None
    title: str | None = None
    dark: bool = False
    axes: bool = True
    waveform: bool = False
    bare: bool = False
    bits: Literal[8, 16] = 8

    options: ClassVar[tuple[Option, ...]] = (
        Option("title", Text(), "What stands above it.", "title", default="the input's name"),
        Option(
            "size",
            SizeKind(),
            "Width and height of the picture in pixels.",
            "size",
            default="1500 wide",
            common=True,
        ),
        Option(
            "dpi",
            Whole(10, MAX_DPI),
            "Pixels in an inch. Text is drawn in points, so more of them make it larger.",
            "dpi",
            default="150, less for a small size",
        ),
        Option(
            "dark",
            Flag(),
            "Light text on a dark background, for slides; or dark on white, for paper.",
            "dark",
            default="light",
            off="light",
        ),
        Option(
            "axes",
            Flag(),
            "Frame it with axes, names and a colour bar.",
            "axes",
            default="axes",
            off="no_axes",
        ),
        Option("waveform", Flag(), "Draw the waveform above it.", "waveform"),
        Option(
            "bare",
            Flag(),
            "Nothing but pixels, for networks: one for each frame and bin, or size of them; low "
            "frequencies at the bottom, grey unless there is a colour map.",
            "bare",
        ),
        Option("bits", WholeChoice((8, 16)), "Depth of a grey bare picture.", "bits", default="8"),
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.bits == 16 and not self.bare:
            raise SettingsError("`bits=16` is for `bare` pictures: give both")
        framing = {
            "title": self.title is not None,
            "dpi": self.dpi is not None,
            "dark": self.dark,
            "axes=False": not self.axes,
            "waveform": self.waveform,
        }
        if not self.axes and self.title:
            raise SettingsError("`axes=False` leaves no room for `title`: give one of them")
        if self.bare and any(framing.values()):
            names = ", ".join(f"`{name}`" for name, given in framing.items() if given)
            raise SettingsError(f"a `bare` picture has nothing but pixels: leave out {names}")


class Screen(Frozen):
    """The room in a terminal: characters in a line, lines, and whether there is colour."""

    width: int
    height: int
    coloured: bool


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
