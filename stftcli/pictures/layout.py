"""Where everything in a figure lies, in whole pixels."""

from itertools import accumulate
from math import ceil

from stftcli.errors import SettingsError
from stftcli.frozen import Frozen
from stftcli.settings.pictures import FigureSettings
from stftcli.settings.sizes import PAPER_DPI, check_size, pixels_of

CHARACTER = 0.62
"""Width of a digit in heights of the text."""
POINTS, _MIN_POINTS, _POINTS_AT_NO_WIDTH, _POINTS_PER_IN = 10.0, 6.0, 5.5, 0.45
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
    `own_times` and `own_rows` are whether each has a time axis, and one upwards, of its own.
    """

    rows: int
    columns: int
    named: bool = False
    waves: bool = False
    scaled: tuple[int, ...] = ()
    own_times: bool = False
    own_rows: bool = False


class Characters(Frozen):
    """How many characters the texts have at most: of rows, of colour bars, of times."""

    rows: int = 4
    bars: int = 4
    times: int = 4


FEW = Characters()
"""As many as most texts have."""


class Canvas(Frozen):
    """Width and height of a figure in pixels, how many make an inch, and its text in points."""

    width: int
    height: int
    dpi: int
    points: float

    @property
    def em(self) -> float:
        """Pixels of the height of the text."""
        return self.points * self.dpi / 72


class Layout(Frozen):
    """Where everything lies.

    Attributes
    ----------
    canvas : Canvas
        The figure.
    framed : bool
        Whether axes and names surround the panels.
    panels, waves : list of Box
        Row after row, from the top; the waves are empty where none are wanted.
    bars : list of Box
        The colour bars, one for each scale, if they are wanted.
    """

    canvas: Canvas
    framed: bool
    panels: list[Box]
    waves: list[Box]
    bars: list[Box]


def arrange(count: int, *, in_grid: bool, named: bool, waves: bool) -> Grid:
    """Choose the grid of so many panels: one below the other, or about as wide as high."""
    columns = 1
    if in_grid and count > 3:
        columns = 2 if count <= 8 else 3 if count <= 18 else 4
    return Grid(ceil(count / columns), columns, named, waves)


def choose_canvas(grid: Grid, figure: FigureSettings) -> Canvas:
    """Choose what is not given of the size, the resolution and the text of a figure.

    Raises
    ------
    SettingsError
        If there would be too many pixels.
    """
    dpi = figure.dpi
    if isinstance(figure.size, str):
        dpi = dpi or PAPER_DPI
        width, height = pixels_of(figure.size, dpi)
        return Canvas(width, height, dpi, figure.font_size or _points_on(width / dpi))
    if figure.size is not None:
        width, height = figure.size
        fitting = round(min(width / _WIDTH_IN, height / (_PANEL_IN + _MARGIN_IN)))
        points = POINTS if dpi is None else _points_on(width / dpi)
        dpi = dpi or min(DEFAULT_DPI, max(_MIN_DPI, fitting))
        return Canvas(width, height, dpi, figure.font_size or points)
    dpi = dpi or DEFAULT_DPI
    panel_in = _PANEL_IN * max(0.4, 1.2 - 0.2 * grid.rows) + _WAVE_IN * grid.waves
    if grid.columns > 1:
        panel_in = min(panel_in, 0.75 * _WIDTH_IN / grid.columns)
    width, height = round(_WIDTH_IN * dpi), round((panel_in * grid.rows + _MARGIN_IN) * dpi)
    check_size(width, height)
    return Canvas(width, height, dpi, figure.font_size or POINTS)


def _points_on(width_in: float) -> float:
    """Give the height of text on paper: 7 points in a column of 8.5 cm, 8.5 across a page."""
    points = _POINTS_AT_NO_WIDTH + _POINTS_PER_IN * width_in
    return min(POINTS, max(_MIN_POINTS, round(2 * points) / 2))


def lay_out(
    grid: Grid,
    figure: FigureSettings,
    *,
    titled: bool = True,
    characters: Characters = FEW,
) -> Layout:
    """Divide a figure.

    Parameters
    ----------
    grid : Grid
        Of the panels.
    figure : FigureSettings
        Its size, and what surrounds the panels.
    titled : bool, default True
        Whether there is a title above them.
    characters : Characters, optional
        How many characters the texts have at most.

    Raises
    ------
    SettingsError
        If no room is left for the panels.
    """
    canvas = choose_canvas(grid, figure)
    width, height, em = canvas.width, canvas.height, canvas.em
    around = _around(grid, figure, em, titled, characters)
    first = round(1.2 * em) if figure.framed and grid.named else 0  # the name of the uppermost
    wide = (width - around.left - around.right - around.beside * (grid.columns - 1)) // grid.columns
    high = height - around.top - around.bottom - first - around.between * (grid.rows - 1)
    high //= grid.rows
    wave = round(0.2 * high) if grid.waves else 0
    apart = min(wave, max(1, round(0.3 * em))) if grid.waves else 0
    panel = high - wave - apart
    least = _MIN_COUNT if figure.framed else 1
    if min(wide, panel) < least or (grid.waves and wave < 1):
        raise SettingsError(
            f"{width}x{height} pixels at {canvas.dpi} dpi have no room for {_panels(grid)}: give "
            "a larger `size`, a smaller `dpi` or `font_size`, or `framed=False`"
        )
    panels = []
    for row in range(grid.rows):
        top = height - around.top - first - row * (high + around.between)
        for column in range(grid.columns):
            left = around.left + column * (wide + around.beside)
            panels.append(Box(left, top - high, wide, panel))
    waves = [Box(box.left, box.bottom + panel + apart, wide, wave) for box in panels]
    bars = _bars(panels, grid.scaled or (len(panels),), around.bar, em)
    bars = bars if figure.framed and figure.colorbar else []
    return Layout(canvas, figure.framed, panels, waves if grid.waves else [], bars)


def _around(
    grid: Grid, figure: FigureSettings, em: float, titled: bool, characters: Characters
) -> "_Around":
    """Give the room around and between the panels."""
    if not figure.framed:
        return _Around(0, 0, 0, 0, 2, 2, 0)
    times, frequencies = "time" in figure.axes, "frequency" in figure.axes
    # Half of a time, or of a number, stands beyond the corner of a panel.
    beyond = CHARACTER * characters.times / 2 + 0.3 if times else 0.5
    left = 2.7 + CHARACTER * characters.rows if frequencies else beyond
    # A time of a panel above the lowest ones would stand on the colour bar.
    bar = max(0.9, beyond) if grid.own_times else 0.9
    right = 3.6 + bar + CHARACTER * characters.bars if figure.colorbar else beyond
    between = 1.9 if grid.named else 0.8
    if grid.own_times and times:
        between += 3.1
    beside = 2 * beyond if times else 1.2
    if grid.own_rows and frequencies:
        beside = left + beside / 2
    return _Around(
        left=round(left * em),
        right=round(right * em),
        top=round((2.3 if titled else 0.8) * em),
        bottom=round((3.6 if times else 0.8) * em),
        beside=round(beside * em),
        between=round(between * em),
        bar=round(bar * em),
    )


def _bars(panels: list[Box], scaled: tuple[int, ...], apart: int, em: float) -> list[Box]:
    """Put a colour bar beside the panels of each scale, as high as they are together."""
    left, width = panels[-1].left + panels[-1].width + apart, max(2, round(0.9 * em))
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
    bar: int
