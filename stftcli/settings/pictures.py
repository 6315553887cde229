"""What a picture shows of the features, and how it looks."""

from typing import Literal

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.settings.choices import FrequencyScale, LevelReference, Reduction
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

    def __post_init__(self) -> None:
        check_between("span", self.span, MIN_RANGE, MAX_RANGE)
        check_between("top", self.top, -MAX_TOP, MAX_TOP)
        check_between("fmin_hz", self.fmin_hz, 0, MAX_HZ)
        check_between("fmax_hz", self.fmax_hz, 0, MAX_HZ)
        low, high = self.fmin_hz, self.fmax_hz
        if low is not None and high is not None and low >= high:
            raise SettingsError(
                f"--fmin {low:g} is not below --fmax {high:g}: nothing lies between"
            )
        if self.scale == "log" and low == 0:
            raise SettingsError("a log axis cannot begin at 0 Hz: give --fmin above 0, or leave it")


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

    def __post_init__(self) -> None:
        check_between("dpi", self.dpi, 10, MAX_DPI)
        if self.size is not None and len(self.size) != 2:
            raise SettingsError(f"size is {self.size}: it must be a width and a height")
        if self.size is not None:
            check_size(*self.size)
        if self.bits == 16 and not self.bare:
            raise SettingsError("--bits 16 is for --bare pictures: give both")
        framing = {
            "--title": self.title is not None,
            "--dpi": self.dpi is not None,
            "--dark": self.dark,
            "--no-axes": not self.axes,
            "--waveform": self.waveform,
        }
        if not self.axes and self.title:
            raise SettingsError("--no-axes leaves no room for --title: give one of them")
        if self.bare and any(framing.values()):
            names = ", ".join(name for name, given in framing.items() if given)
            raise SettingsError(f"a --bare picture has nothing but pixels: leave out {names}")


class Screen(Frozen):
    """The room in a terminal: signs in a line, lines, and whether there is colour."""

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
