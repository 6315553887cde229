"""Where everything in a figure lies, in whole pixels."""

from itertools import accumulate
from math import ceil

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.settings.pictures import check_size

POINTS, CHARACTER = 10.0, 0.62
"""Height of the text, and width of a digit in heights of the text."""
_MIN_COUNT = 16  # pixels of a panel, either way
_WIDTH_IN, _PANEL_IN, _MARGIN_IN, _WAVE_IN = 10.0, 3.6, 0.9, 0.7
DEFAULT_DPI, _MIN_DPI = 150, 80


class Box(Frozen):
    """A rectangle of pixels, counted from the lower left corner of the figure."""

    left: int
    bottom: int
    width: int
    height: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.width, self.height


class Grid(Frozen):
    """How many panels lie below and beside each other, and what belongs to each of them.

    `scaled` tells how many neighbours share a scale of colours, for each scale; empty: all of them.
    """

    rows: int
    columns: int
    named: bool = False
    waves: bool = False
    scaled: tuple[int, ...] = ()


class Layout(Frozen):
    """Where everything lies.

    Attributes
    ----------
    width, height, dpi : int
        Of the figure in pixels, and how many are an inch.
    panels, waves : list of Box
        Row after row, from the top; the waves are empty where none are wanted.
    bars : list of Box
        The colour bars, one for each scale; none without axes.
    em : float
        Pixels of the height of the text.
    """

    width: int
    height: int
    dpi: int
    panels: list[Box]
    waves: list[Box]
    bars: list[Box]
    em: float


def arrange(count: int, *, in_grid: bool, named: bool, waves: bool) -> Grid:
    """Choose the grid of so many panels: one below the other, or about as wide as high."""
    columns = 1
    if in_grid and count > 3:
        columns = 2 if count <= 8 else 3 if count <= 18 else 4
    return Grid(ceil(count / columns), columns, named, waves)


def choose_size(
    grid: Grid, size: tuple[int, ...] | None, dpi: int | None
) -> tuple[tuple[int, int], int]:
    """Give width and height in pixels, and the pixels of an inch, where they are not given.

    Raises
    ------
    SettingsError
        If there would be too many.
    """
    if size is not None:
        width, height = size
        fitting = round(min(width / _WIDTH_IN, height / (_PANEL_IN + _MARGIN_IN)))
        return (width, height), dpi or min(DEFAULT_DPI, max(_MIN_DPI, fitting))
    dpi = dpi or DEFAULT_DPI
    panel_in = _PANEL_IN * max(0.4, 1.2 - 0.2 * grid.rows) + _WAVE_IN * grid.waves
    if grid.columns > 1:
        panel_in = min(panel_in, 0.75 * _WIDTH_IN / grid.columns)
    width, height = round(_WIDTH_IN * dpi), round((panel_in * grid.rows + _MARGIN_IN) * dpi)
    check_size(width, height)
    return (width, height), dpi


def lay_out(
    grid: Grid,
    size: tuple[int, ...] | None,
    dpi: int | None,
    *,
    framed: bool,
    titled: bool = True,
    characters: tuple[int, int] = (4, 4),
) -> Layout:
    """Divide a figure.

    Parameters
    ----------
    grid : Grid
        Of the panels.
    size : (int, int), optional
        Width and height in pixels; None for what looks well.
    dpi : int, optional
        Pixels of an inch.
    framed : bool
        Whether axes, names and a colour bar surround the panels.
    titled : bool, default True
        Whether there is a title above them.
    characters : (int, int), default (4, 4)
        How many characters the texts have at most, left of the panels and beside the colour bar.

    Raises
    ------
    SettingsError
        If no room is left for the panels.
    """
    (width, height), dpi = choose_size(grid, size, dpi)
    em = POINTS * dpi / 72
    around = _Around(0, 0, 0, 0, 2, 2)
    if framed:
        around = _Around(
            left=round((2.7 + CHARACTER * characters[0]) * em),
            right=round((4.5 + CHARACTER * characters[1]) * em),
            top=round((2.3 if titled else 0.8) * em),
            bottom=round(3.6 * em),
            beside=round(1.2 * em),
            between=round((1.9 if grid.named else 0.8) * em),
        )
    first = round(1.2 * em) if framed and grid.named else 0  # the name of the uppermost panels
    wide = (width - around.left - around.right - around.beside * (grid.columns - 1)) // grid.columns
    high = height - around.top - around.bottom - first - around.between * (grid.rows - 1)
    high //= grid.rows
    wave = round(0.2 * high) if grid.waves else 0
    apart = min(wave, max(1, round(0.3 * em))) if grid.waves else 0
    panel = high - wave - apart
    if min(wide, panel) < (_MIN_COUNT if framed else 1) or (grid.waves and wave < 1):
        raise SettingsError(
            f"{width}x{height} pixels at {dpi} dpi have no room for {_panels(grid)}: give "
            "a larger `size`, a smaller `dpi`, or `axes=False`"
        )
    panels = []
    for row in range(grid.rows):
        top = height - around.top - first - row * (high + around.between)
        for column in range(grid.columns):
            left = around.left + column * (wide + around.beside)
            panels.append(Box(left, top - high, wide, panel))
    waves = [Box(box.left, box.bottom + panel + apart, wide, wave) for box in panels]
    bars = _bars(panels, grid.scaled or (len(panels),), em) if framed else []
    return Layout(width, height, dpi, panels, waves if grid.waves else [], bars, em)


def _bars(panels: list[Box], scaled: tuple[int, ...], em: float) -> list[Box]:
    """Put a colour bar beside the panels of each scale, as high as they are together."""
    left, width = panels[-1].left + panels[-1].width + round(0.9 * em), max(2, round(0.9 * em))
    ends = list(accumulate(scaled))
    runs = [panels[end - count : end] for count, end in zip(scaled, ends, strict=True)]
    return [
        Box(left, run[-1].bottom, width, run[0].bottom + run[0].height - run[-1].bottom)
        for run in runs
    ]


def _panels(grid: Grid) -> str:
    count = grid.rows * grid.columns
    return "a panel" if count == 1 else f"{count} panels"


class _Around(Frozen):
    left: int
    right: int
    top: int
    bottom: int
    beside: int
    between: int
