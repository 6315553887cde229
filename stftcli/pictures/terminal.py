"""Spectrograms in a terminal: two pixels in each sign, or shades where there is no colour."""

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style

from stftcli.files.untrusted import printable
from stftcli.pictures.axes import ColourScale, RowAxis, TimeAxis
from stftcli.pictures.colours import colour_table, shades
from stftcli.pictures.reduce import reduce_groups
from stftcli.settings.pictures import Screen

_SHADES = " ░▒▓█"
_UPPER_HALF = "▀"
_STEPS = 48  # as many colours are told apart, and long runs of one are written faster
_MARGIN = 6  # of the numbers beside the rows, and the line that they stand at
_ROWS_PER_TICK, _COLUMNS_PER_TICK = 3, 12
_BELOW = 3  # lines of the time axis and the caption
_MIN_WIDTH, _LOWEST = 24, 4  # of what is framed

Line = list[Segment]
Picture = Segments


def plot_size(screen: Screen) -> tuple[int, int]:
    """Give the width and height in pixels of what is drawn on a screen, two in each sign."""
    framed = _is_framed(screen)
    return max(1, screen.width - _MARGIN * framed), 2 * max(1, screen.height - _BELOW * framed)


def render(
    values: NDArray[Any],
    times: TimeAxis,
    axes: tuple[RowAxis, ColourScale],
    screen: Screen,
    title: str,
) -> Picture:
    """Draw a picture of text.

    Parameters
    ----------
    values : ndarray, shape (height, any)
        What is drawn as colour, the lowest row first, as high as `plot_size` says; what is not as
        wide is drawn at the left.
    times : TimeAxis
        What a screen that is full shows.
    axes : (RowAxis, ColourScale)
        What the rows and the colours are.
    screen : Screen
        The room.
    title : str
        Stands below.

    Returns
    -------
    Segments
        What rich prints, line after line.
    """
    rows, colours = axes
    numbers = shades(values, colours.lowest, colours.highest)[::-1]
    draw = _in_colour if screen.coloured else _in_shades
    lines = list(draw(numbers, colours.colormap))
    if _is_framed(screen):
        beside = _beside(rows, len(lines))
        lines = [[Segment(text), *line] for text, line in zip(beside, lines, strict=True)]
        lines += [[Segment(text)] for text in _below(times, plot_size(screen)[0])]
        words = [word for word in (printable(title), times.label, rows.label) if word]
        lines.append(_caption(words, colours, screen))
    return Segments([part for line in lines for part in (*line, Segment.line())])


def _is_framed(screen: Screen) -> bool:
    return screen.width >= _MIN_WIDTH and screen.height >= _LOWEST


def _in_colour(numbers: NDArray[Any], colormap: str) -> Iterator[Line]:
    steps = (numbers.astype(np.int64) * (_STEPS - 1) + 127) // 255
    for upper, lower in zip(steps[0::2], steps[1::2], strict=True):
        pairs = zip(upper.tolist(), lower.tolist(), strict=True)
        yield [
            Segment(_UPPER_HALF * len(list(run)), _style(colormap, *pair))
            for pair, run in groupby(pairs)
        ]


def _in_shades(numbers: NDArray[Any], _: str) -> Iterator[Line]:
    louder = reduce_groups(numbers, np.arange(0, len(numbers), 2), 0, "max")
    for row in louder.astype(np.int64) * len(_SHADES) // 256:
        yield [Segment("".join(_SHADES[number] for number in row.tolist()))]


@cache
def _style(colormap: str, upper: int, lower: int) -> Style:
    table = _table(colormap)
    return Style(color=_colour(table[upper]), bgcolor=_colour(table[lower]))


@cache
def _table(colormap: str) -> NDArray[np.uint8]:
    table = colour_table(colormap)
    return np.asarray(table[np.linspace(0, len(table) - 1, _STEPS).astype(int)])


def _colour(rgb: NDArray[np.uint8]) -> Color:
    return Color.from_rgb(*map(int, rgb))


def _beside(rows: RowAxis, lines: int) -> list[str]:
    texts = [" " * (_MARGIN - 1) + "│"] * lines
    low, high = rows.shown
    for place, text in rows.ticks(max(2, lines // _ROWS_PER_TICK)).items():
        line = min(lines - 1, int((high - place) / (high - low) * lines))
        texts[line] = f"{text[: _MARGIN - 1]:>{_MARGIN - 1}}┤"
    return texts


def _below(times: TimeAxis, columns: int) -> tuple[str, str]:
    line, texts = ["─"] * columns, [" "] * (columns + _MARGIN)
    first_s, last_s = times.shown_s
    ticks = times.ticks(max(1, columns // _COLUMNS_PER_TICK), _COLUMNS_PER_TICK - 1)
    for place_s, text in ticks.items():
        column = min(columns - 1, int((place_s - first_s) / (last_s - first_s) * columns))
        line[column] = "┬"
        start = min(max(0, _MARGIN + column - len(text) // 2), len(texts) - len(text))
        texts[start : start + len(text)] = text
    return " " * (_MARGIN - 1) + "└" + "".join(line), "".join(texts)


def _caption(words: list[str], colours: ColourScale, screen: Screen) -> Line:
    """Say what is drawn as far as there is room, and what the colours mean."""
    lowest, highest = (f"{end:.3g}".replace("-", "−") for end in (colours.lowest, colours.highest))
    unit = colours.label.partition("(")[2].rstrip(")")
    ramp = np.tile(np.arange(0, 256, 22), (2, 1))
    room = screen.width - len(f"{lowest}  {highest} {unit}") - ramp.shape[1]
    if room < 0:
        return [Segment(words[0][: screen.width])]
    text = ""
    for word in words:
        if len(text) + len(word) + 3 > room:
            break
        text += f"{word}   "
    draw = _in_colour if screen.coloured else _in_shades
    (bar,) = draw(ramp, colours.colormap)
    return [Segment(f"{text}{lowest} "), *bar, Segment(f" {highest} {unit}")]
