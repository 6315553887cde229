"""Figures with axes: one sound or several, a panel for each channel."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

import numpy as np

from stftcli.errors import SettingsError
from stftcli.jobs.drawing.colours import colour_scale, drawn, referred
from stftcli.jobs.drawing.images import ChannelImage, channel_images, rows_of
from stftcli.jobs.drawing.job import PictureJob, PictureReport
from stftcli.jobs.drawing.reduced import ReducedSound, Wanted
from stftcli.pictures.axes import TimeAxis
from stftcli.pictures.layout import Grid, Layout, arrange, lay_out
from stftcli.pictures.ticks import Ticks, round_ticks
from stftcli.settings.pictures import FigureSettings, ViewSettings

_MIN_CHARACTERS = 4
_MANY = 10  # as many ticks as one would look for


def draw_labelled(job: PictureJob, paths: Sequence[str]) -> PictureReport:
    """Draw sounds into one figure.

    Raises
    ------
    StftcliError
        If one of them cannot be read, or the settings do not fit.
    """
    # Deferred: matplotlib takes half a second to import.
    from stftcli.pictures.figure import Legend, Panel, draw_figure

    figure, view = job.figure, job.view
    several = len(paths) > 1
    grid = arrange(len(paths), in_grid=several, named=several, waves=figure.waveform)
    # Wide enough: with more channels than sounds, panels only become narrower.
    pixels = _laid_out(grid, figure, several).panels[0].width
    wanted = Wanted(pixels, view.reduce, envelope=figure.waveform)
    sounds = [job.reduce(path, wanted) for path in paths]
    grid = _grid_of(sounds, grid)
    times = _joint_times(sounds)
    views = _views(sounds, view)
    rows = max(map(rows_of, sounds, views), key=lambda axis: axis.shown[1])
    _check_alike(sounds)
    positive = all(sound.non_negative for sound in sounds)
    characters = _longest(rows.ticks(_MANY)), _longest_of_bar(sounds, positive)
    layout = _laid_out(grid, figure, several, characters)
    size, ends_s = layout.panels[0].size, times.shown_s
    named_images = [
        (_panel_name(sound, image, alone=not several), image)
        for sound, its_view in zip(sounds, views, strict=True)
        for image in channel_images(
            sound, its_view, size, ends_s, rows.shown, non_negative=positive
        )
    ]
    names, images = zip(*named_images, strict=True)
    pictures = referred([image.drawn for image in images], view)
    colours = colour_scale(pictures, view)
    panels = [
        Panel(picture.values, image.times_s, image.rows.shown, name, image.envelope)
        for picture, name, image in zip(pictures, names, images, strict=True)
    ]
    draw_figure(
        job.file,
        job.picture_format,
        panels,
        layout,
        (times, rows, colours),
        Legend(_title(figure, sounds), _subtitle(sounds), grid.named, job.texts(sounds, colours)),
        dark=figure.dark,
    )
    return PictureReport.of(sounds)


def _laid_out(
    grid: Grid,
    figure: FigureSettings,
    several: bool,
    characters: tuple[int, int] = (_MIN_CHARACTERS, _MIN_CHARACTERS),
) -> Layout:
    titled = bool(figure.title) or (figure.title is None and not several)
    return lay_out(
        grid, figure.size, figure.dpi, framed=figure.axes, titled=titled, characters=characters
    )


def _longest(ticks: Ticks) -> int:
    return max((_MIN_CHARACTERS, *map(len, ticks.values())))


def _longest_of_bar(sounds: Sequence[ReducedSound], positive: bool) -> int:
    ends = [np.array([sound.values.min(), sound.values.max()]) for sound in sounds]
    engine = sounds[0].engine
    extremes = drawn(np.concatenate(ends), engine, non_negative=positive)
    if extremes.are_levels:
        return _MIN_CHARACTERS
    lowest, highest = float(extremes.values.min()), float(extremes.values.max())
    return _longest(round_ticks((lowest, highest), _MANY))


def _check_alike(sounds: Sequence[ReducedSound]) -> None:
    """Raise SettingsError if features that are no bins mean other frequencies in each sound."""
    rates_hz = sorted({sound.engine.rate_hz for sound in sounds})
    if len(rates_hz) > 1 and not all(sound.engine.of_bins for sound in sounds):
        raise SettingsError(
            f"the sounds have {', '.join(map(str, rates_hz))} Hz, so their features do not mean "
            f"the same: give --rate {rates_hz[0]}"
        )


def _grid_of(sounds: Sequence[ReducedSound], grid: Grid) -> Grid:
    panels = sum(len(sound.values) for sound in sounds)
    if panels == len(sounds):
        return grid
    return arrange(panels, in_grid=len(sounds) > 1, named=True, waves=grid.waves)


def _views(sounds: Sequence[ReducedSound], view: ViewSettings) -> list[ViewSettings]:
    """Give each sound its view: all of them on an axis with the same beginning.

    Each ends at half its rate, if there is one that goes up to the end of the axis.
    """
    view = _begun_together(sounds, view)
    halves_hz = [sound.engine.rate_hz / 2 for sound in sounds]
    if view.fmax_hz is None or max(halves_hz) < view.fmax_hz:
        return [view] * len(sounds)
    return [replace(view, fmax_hz=min(view.fmax_hz, half_hz)) for half_hz in halves_hz]


def _begun_together(sounds: Sequence[ReducedSound], view: ViewSettings) -> ViewSettings:
    bins_hz = {sound.engine.rate_hz / sound.engine.frames.filter_length for sound in sounds}
    if view.scale != "log" or view.fmin_hz is not None or len(bins_hz) == 1:
        return view
    # Alone, each would begin at its own first bin.
    first_hz = min(bins_hz)
    return view if view.fmax_hz and view.fmax_hz <= first_hz else replace(view, fmin_hz=first_hz)


def _joint_times(sounds: Sequence[ReducedSound]) -> TimeAxis:
    first, last = zip(*(sound.time.shown_s for sound in sounds), strict=True)
    return replace(sounds[0].time, shown_s=(min(first), max(last)))


def _panel_name(sound: ReducedSound, image: ChannelImage, *, alone: bool) -> str:
    file = "" if alone else PurePath(sound.name).name
    return ": ".join(filter(None, (file, image.name)))


def _title(figure: FigureSettings, sounds: Sequence[ReducedSound]) -> str:
    if figure.title is not None:
        return figure.title
    return PurePath(sounds[0].name).name if len(sounds) == 1 else ""  # panels have their names


def _subtitle(sounds: Sequence[ReducedSound]) -> str:
    texts = {f"{sound.engine.rate_hz / 1000:g} kHz, {sound.engine.frames}" for sound in sounds}
    return texts.pop() if len(texts) == 1 else ""
