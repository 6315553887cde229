"""What a picture shows of the features, and how it looks."""

from typing import ClassVar, Literal

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.settings.choices import (
    FREQUENCY_SCALES,
    REDUCTIONS,
    FrequencyScale,
    LevelReference,
    Reduction,
)
from stftcli.settings.kinds import Choice, Flag, Names, Number, Text, Whole, WholeChoice
from stftcli.settings.option import Option
from stftcli.settings.record import Record, check_between
from stftcli.settings.sizes import MAX_DPI, PAPER_DPI, SizeKind, pixels_of

MAX_HZ = 1e9
AUTO: Literal["auto"] = "auto"
"""As a range: by what the picture holds."""

COLORMAPS = (
    *("magma", "inferno", "plasma", "viridis", "cividis", "turbo", "jet", "hot", "gray", "bone"),
    *("Blues", "Greens", "Greys", "RdBu", "coolwarm", "seismic", "twilight"),
    *("magma_r", "inferno_r", "viridis_r", "gray_r", "Greys_r", "Blues_r", "RdBu_r"),
)
"""Those of matplotlib's colour maps that a shell offers."""

PICTURE_AXES = ("time", "frequency")
MIN_RANGE, MAX_RANGE, MAX_TOP = 1e-6, 1e6, 1e6
DEFAULT_RANGE_DB = 80.0


class ViewSettings(Record):
    """What is shown: which frequencies on which scale, which levels, in which colours.

    `fmin_hz` and `fmax_hz` None are the ends of what there is. Levels, or other values, go from
    `top` (None: the highest that is drawn) down by `span`, or down to the noise if that is "auto";
    `ref` "max" counts levels from the highest instead of full scale. `reduce` says what becomes of
    several cells in one pixel.
    """

    scale: FrequencyScale = "linear"
    fmin_hz: float | None = None
    fmax_hz: float | None = None
    span: float | Literal["auto"] | None = None
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
            Number(MIN_RANGE, MAX_RANGE, word=AUTO, metavar="DB|auto"),
            "From the brightest colour down to the darkest, in decibels or whatever unit is drawn; "
            "auto: down to the noise, below which a tenth of the picture lies, or by 80 dB.",
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
            Text(COLORMAPS, "NAME"),
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


class FigureSettings(Record):
    """How the picture is laid out.

    `size` is (width, height) in pixels, of which `dpi` make an inch, or a text such as "8.5x5cm".
    `axes` are those that have names and numbers; with `framed` False there is nothing but the
    panels. `bare` leaves the pixels of the spectrum alone, `bits` deep where they are grey.
    """

    size: tuple[int, ...] | str | None = None
    dpi: int | None = None
    font_size: float | None = None
    font: str | None = None
    title: str | None = None
    dark: bool = False
    framed: bool = True
    axes: tuple[str, ...] = PICTURE_AXES
    colorbar: bool = True
    waveform: bool = False
    bare: bool = False
    bits: Literal[8, 16] = 8

    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "title",
            Text(),
            "What stands above it; nothing does if it is empty.",
            "title",
            default="the input's name",
        ),
        Option(
            "size",
            SizeKind(),
            "Width and height in pixels, or on paper: 8.5x5cm, 85x50mm, 3.3x2in.",
            "size",
            default="1500 wide",
            common=True,
        ),
        Option(
            "dpi",
            Whole(10, MAX_DPI),
            "Pixels in an inch.",
            "dpi",
            default="300 for a size on paper; else 150, less for a small size",
        ),
        Option(
            "font_size",
            Number(1, 100, metavar="POINTS"),
            "Height of the text, of which 72 make an inch.",
            "font_size",
            default="10; by the width of a size on paper, 7 for 8.5 cm",
        ),
        Option(
            "font",
            Text((), "NAME"),
            "Font of the text: one that is installed, as Arial.",
            "font",
            default="DejaVu Sans",
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
            "framed",
            Flag(),
            "Frame it with axes, names and a colour bar, or leave nothing but the panels.",
            "framed",
            default="framed",
            off="no_axes",
        ),
        Option(
            "axes",
            Names(PICTURE_AXES, none=True),
            "Which axes have names and numbers: time, frequency, or none.",
            "axes",
            default="time,frequency",
        ),
        Option(
            "colorbar",
            Flag(),
            "Say what the colours mean.",
            "colorbar",
            default="colorbar",
            off="no_colorbar",
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
            "font_size": self.font_size is not None,
            "font": self.font is not None,
            "dark": self.dark,
            "framed=False": not self.framed,
            "axes": self.axes != PICTURE_AXES,
            "colorbar=False": not self.colorbar,
            "waveform": self.waveform,
        }
        if not self.framed and self.title:
            raise SettingsError("`framed=False` leaves no room for `title`: give one of them")
        if self.bare and any(framing.values()):
            names = ", ".join(f"`{name}`" for name, given in framing.items() if given)
            raise SettingsError(f"a `bare` picture has nothing but pixels: leave out {names}")
        if self.bare and isinstance(self.size, str):
            raise SettingsError("a `bare` picture has a `size` in pixels, as in 1200x600")
        if isinstance(self.size, str):
            pixels_of(self.size, self.dpi or PAPER_DPI)


class Look(Record):
    """All that settings say of a picture beside the numbers in it."""

    view: ViewSettings = ViewSettings()
    figure: FigureSettings = FigureSettings()


class Screen(Frozen):
    """The room in a terminal: characters in a line, lines, and whether there is colour."""

    width: int
    height: int
    coloured: bool
