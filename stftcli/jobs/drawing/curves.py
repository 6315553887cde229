"""Spectra of whole sounds, as curves of level over frequency."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import SettingsError
from stftcli.features.axis import SHAPES
from stftcli.frozen import Frozen
from stftcli.jobs.drawing.colours import Drawn, colour_scale, drawn, referred
from stftcli.jobs.drawing.images import channel_name
from stftcli.jobs.drawing.job import PictureJob, PictureReport
from stftcli.jobs.drawing.reduced import ReducedSound
from stftcli.jobs.drawing.rows import FrequencyAxis, frequency_axis
from stftcli.jobs.drawing.wanted import Wanted
from stftcli.pictures.axes import RowAxis
from stftcli.settings.pictures import AUTO, FigureSettings, ViewSettings


class _Part(Frozen):
    """One statistic of one channel of a sound: where it lies, and what it is called."""

    sound: ReducedSound
    drawn: Drawn
    statistic: str
    channel: str

    def name(self, others: Sequence["_Part"]) -> str:
        """Give what tells it from others: the sound, the channel, the statistic."""
        several_sounds = len({part.sound.name for part in others}) > 1
        several = len({part.statistic for part in others}) > 1
        file = PurePath(self.sound.name).name if several_sounds else ""
        return ", ".join(filter(None, (file, self.channel, self.statistic if several else "")))


def draw_curves(job: PictureJob, paths: Sequence[str]) -> PictureReport:
    """Draw one curve for each sound, channel and statistic, all on the same axes.

    Raises
    ------
    StftcliError
        If a sound cannot be read, its features lie at no frequencies, or the settings do not fit.
    """
    # Deferred: matplotlib takes half a second to import.
    from stftcli.pictures.curves import Curve, plot_curves

    check_curves(job.figure)
    wanted = Wanted(1, job.view.reduce, every_frame=True, curves=True, scale=job.view.scale)
    sounds = [job.reduce(path, wanted) for path in paths]
    parts = [part for sound in sounds for part in _parts(sound)]
    levels = referred([part.drawn for part in parts], job.view)
    lowest, highest = _level_ends(levels, job.view)
    scale = replace(colour_scale(levels, job.view), lowest=lowest, highest=highest)
    along = _frequencies(sounds, job.view)
    curves = [
        Curve(along.place(_frequencies_hz(part.sound)), level.values, part.name(parts))
        for part, level in zip(parts, levels, strict=True)
    ]
    texts = {"Title": job.title(sounds), "Description": job.subtitle(sounds)}
    plot_curves(
        *(job.file, job.picture_format, curves),
        RowAxis(along.label, np.empty(0), along.shown, along.ticks),
        scale,
        job.figure,
        texts | job.texts(sounds, scale),
    )
    return PictureReport.of(sounds)


def check_curves(figure: FigureSettings) -> None:
    """Raise SettingsError if no curve has such a figure."""
    for name, given in (("bare", figure.bare), ("waveform", figure.waveform)):
        if given:
            raise SettingsError(f"`pool` makes one row of the sound, a curve: leave out `{name}`")


def _parts(sound: ReducedSound) -> Iterator[_Part]:
    axis, channels = sound.axis, len(sound.values)
    shapes = [statistic in SHAPES for statistic in axis.statistics]
    if axis.unit is None or any(shapes) != all(shapes):
        raise SettingsError(
            f"the statistics {', '.join(axis.statistics)} have different units: draw one of them"
        )
    features = len(axis.names) // len(axis.statistics)
    values = drawn(sound.values[..., 0], sound.chain, axis, non_negative=sound.non_negative)
    for channel, row in enumerate(values.values):
        for number, statistic in enumerate(axis.statistics):
            own = row[number * features : (number + 1) * features]
            yield _Part(
                sound, replace(values, values=own), statistic, channel_name(channel, channels)
            )


def _frequencies(sounds: Sequence[ReducedSound], view: ViewSettings) -> FrequencyAxis:
    """Lay out an axis up to half the highest rate; a logarithmic one begins above 0 Hz."""
    hz = np.concatenate([_frequencies_hz(sound) for sound in sounds])
    lowest_hz = float(hz[hz > 0].min()) if view.scale == "log" else 0.0
    highest_hz = max(sound.chain.rate_hz / 2 for sound in sounds)
    return frequency_axis(view, lowest_hz, highest_hz, highest_hz)


def _frequencies_hz(sound: ReducedSound) -> NDArray[np.float64]:
    hz = sound.axis.frequencies_hz
    assert hz is not None
    return hz[: len(hz) // len(sound.axis.statistics)]


def _level_ends(levels: Sequence[Drawn], view: ViewSettings) -> tuple[float, float]:
    """Give the ends of the vertical axis: all that is drawn, unless the view says otherwise."""
    least = min(float(level.values.min()) for level in levels)
    greatest = max(float(level.values.max()) for level in levels)
    margin = 0.05 * (greatest - least) or 1.0
    highest = greatest + margin if view.top is None else view.top
    lowest = least - margin if view.span in (None, AUTO) else highest - view.span
    return min(lowest, highest - 1e-6), highest
