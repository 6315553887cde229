"""Figures with axes: one sound or several, a panel for each channel."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePath

import numpy as np

from stftcli.errors import InputError
from stftcli.frozen import Frozen
from stftcli.jobs.drawing.colours import colour_scale, drawn, referred
from stftcli.jobs.drawing.images import ChannelImage, channel_images, rows_of
from stftcli.jobs.drawing.job import PictureJob, PictureReport
from stftcli.jobs.drawing.reduced import ReducedSound
from stftcli.jobs.drawing.sharing import are_apart, check_alike, shared_views
from stftcli.jobs.drawing.wanted import Wanted
from stftcli.pictures.axes import RowAxis, TimeAxis
from stftcli.pictures.layout import FEW, Characters, Grid, Layout, arrange, lay_out
from stftcli.pictures.ticks import Ticks, round_ticks
from stftcli.settings.pictures import FigureSettings, ViewSettings

_MIN_CHARACTERS = 4
_MANY = 10  # as many ticks as one would look for


def draw_labelled(
    job: PictureJob, paths: Sequence[str], *, timeline: bool = False
) -> PictureReport:
    """Draw sounds into one figure, in panels or on one time line.

    Raises
    ------
    StftcliError
        If one of them cannot be read, or the settings do not fit.
    """
    # Deferred: matplotlib takes half a second to import.
    from stftcli.pictures.figure import ROWS_APART, Legend, Panel, Scale, draw_figure, max_ticks

    figure, view = job.figure, job.view
    count = 1 if timeline else len(paths)
    several = count > 1
    grid = arrange(count, in_grid=several, named=several, waves=figure.waveform)
    # Wide enough: with more channels than sounds, panels only become narrower.
    pixels = _laid_out(grid, figure, several).panels[0].width
    wanted = Wanted(pixels, view.reduce, envelope=figure.waveform, scale=view.scale)
    if timeline:
        sounds = [job.reduce_timeline(paths, wanted)]
    else:
        sounds = [job.reduce(path, wanted) for path in paths]
    # Features of different units have panels and colours of their own.
    groups = [
        _Group.of(parts, view) for parts in zip(*(sound.parts() for sound in sounds), strict=True)
    ]
    times = _joint_times(sounds)
    own_times = are_apart([sound.duration_s for sound in sounds])
    own_rows = any(group.own_rows for group in groups)
    grid = replace(_grid_of(groups, len(sounds), grid), own_times=own_times, own_rows=own_rows)
    axes = [sound.time for sound in sounds] if own_times else [times]
    first = _laid_out(grid, figure, several)
    most = max_ticks(first.panels[0].height, ROWS_APART * first.canvas.em)
    characters = Characters(
        rows=_longest_of(rows.ticks(most) for group in groups for rows in group.axes),
        bars=max(group.characters_of_bar() for group in groups),
        times=_longest_of(axis.ticks(_MANY, _MANY) for axis in axes),
    )
    layout = _laid_out(grid, figure, several, characters)
    scales: list[Scale] = []
    panels: list[Panel] = []
    for number, group in enumerate(groups):
        shown_s = None if own_times else times.shown_s
        images = group.images(layout.panels[0].size, shown_s)
        pictures = referred([image.drawn for _, image in images], view)
        scales.append(Scale(group.rows, colour_scale(pictures, view)))
        panels += [
            Panel(
                picture.values,
                image.time.shown_s,
                image.rows.shown,
                number,
                _panel_name(sound, image, alone=not several),
                image.envelope,
                image.time if own_times else None,
                job.marks(sound, image),
                image.rows if group.own_rows else None,
            )
            for picture, (sound, image) in zip(pictures, images, strict=True)
        ]
    texts = job.texts(sounds, scales[0].colours)
    for sound in sounds:
        job.tell_unseen(sound)
    left_out = draw_figure(
        job.file,
        job.picture_format,
        panels,
        layout,
        times,
        scales,
        Legend(job.title(sounds), job.subtitle(sounds), grid.named, texts, figure.axes),
        dark=figure.dark,
        font=figure.font,
        tell=job.reporter.warn,
    )
    if left_out:
        job.reporter.warn(
            f"{_labels(left_out)} left out, having no room: draw a shorter `duration`, or give a "
            "larger `size`"
        )
    return PictureReport.of(sounds)


class _Group(Frozen):
    """Parts of the sounds whose features have one unit: they share an axis and colours."""

    sounds: Sequence[ReducedSound]
    views: Sequence[ViewSettings]
    axes: Sequence[RowAxis]
    positive: bool

    @classmethod
    def of(cls, sounds: Sequence[ReducedSound], view: ViewSettings) -> "_Group":
        """Find what the parts share."""
        chains = [sound.chain for sound in sounds]
        views = shared_views(chains, view)
        axes = list(map(rows_of, sounds, views))
        check_alike(chains)
        return cls(sounds, views, axes, all(sound.non_negative for sound in sounds))

    @property
    def rows(self) -> RowAxis:
        """The axis that goes up highest, on which the others are a part."""
        return max(self.axes, key=lambda axis: axis.shown[1])

    @property
    def own_rows(self) -> bool:
        """Whether each sound has an axis of its own."""
        return are_apart([axis.shown[1] - axis.shown[0] for axis in self.axes])

    def images(
        self, size: tuple[int, int], shown_s: tuple[float, float] | None
    ) -> list[tuple[ReducedSound, ChannelImage]]:
        """Give each channel in pixels, with its sound.

        `shown_s` are the times that all panels show; None if each shows its own sound.
        """
        return [
            (sound, image)
            for sound, view, axis in zip(self.sounds, self.views, self.axes, strict=True)
            for image in channel_images(
                *(sound, view, size, shown_s or sound.time.shown_s),
                axis.shown if self.own_rows else self.rows.shown,
                non_negative=self.positive,
            )
        ]

    def characters_of_bar(self) -> int:
        """Give the length of the longest text beside the colour bar."""
        ends = [
            np.array([np.nanmin(sound.values), np.nanmax(sound.values)]) for sound in self.sounds
        ]
        first = self.sounds[0]
        extremes = drawn(np.concatenate(ends), first.chain, first.axis, non_negative=self.positive)
        if extremes.are_levels:
            return _MIN_CHARACTERS
        lowest, highest = float(extremes.values.min()), float(extremes.values.max())
        return _longest_of([round_ticks((lowest, highest), _MANY)])


def _laid_out(
    grid: Grid,
    figure: FigureSettings,
    several: bool,
    characters: Characters = FEW,
) -> Layout:
    titled = bool(figure.title) or (figure.title is None and not several)
    return lay_out(grid, figure, titled=titled, characters=characters)


def _labels(count: int) -> str:
    return "1 label of a segment is" if count == 1 else f"{count} labels of segments are"


def _longest_of(axes: Iterable[Ticks]) -> int:
    return max((_MIN_CHARACTERS, *(len(text) for ticks in axes for text in ticks.values())))


def _grid_of(groups: Sequence[_Group], sounds: int, grid: Grid) -> Grid:
    scaled = tuple(sum(len(sound.values) for sound in group.sounds) for group in groups)
    if scaled == (sounds,):
        return grid
    if len(groups) == 1:
        return arrange(scaled[0], in_grid=sounds > 1, named=True, waves=grid.waves)
    # One below the other, so that those of one scale lie together.
    named = scaled[0] > 1
    return Grid(sum(scaled), 1, named=named, waves=grid.waves, scaled=scaled)


def _joint_times(sounds: Sequence[ReducedSound]) -> TimeAxis:
    if len({sound.time.origin for sound in sounds}) > 1:
        raise InputError(
            "panels of one figure share their time axis, and these sounds begin at different "
            "moments: leave out `time_origin`, or lay them behind each other with `timeline`"
        )
    first, last = zip(*(sound.time.shown_s for sound in sounds), strict=True)
    return replace(sounds[0].time, shown_s=(min(first), max(last)))


def _panel_name(sound: ReducedSound, image: ChannelImage, *, alone: bool) -> str:
    file = "" if alone else PurePath(sound.name).name
    return ": ".join(filter(None, (file, image.name)))
