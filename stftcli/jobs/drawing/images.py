"""Channels of a sound in pixels."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.jobs.drawing.colours import Drawn, drawn
from stftcli.jobs.drawing.reduced import ReducedSound
from stftcli.jobs.drawing.rows import row_axis
from stftcli.pictures.axes import RowAxis, TimeAxis
from stftcli.pictures.reduce import reduce_to_pixels
from stftcli.settings.pictures import ViewSettings

Ends = tuple[float, float]


class ChannelImage(NamedTuple):
    """A channel in pixels, where its edges lie, its number, and its name among several."""

    drawn: Drawn
    time: TimeAxis
    rows: RowAxis
    channel: int
    name: str
    envelope: NDArray[Any] | None


def rows_of(sound: ReducedSound, view: ViewSettings) -> RowAxis:
    """Place the rows of a sound."""
    return row_axis(sound.chain, sound.axis, sound.bins_per_row, view)


def channel_images(
    sound: ReducedSound,
    view: ViewSettings,
    size: Sequence[int],
    shown_s: Ends,
    shown: Ends,
    *,
    non_negative: bool,
) -> list[ChannelImage]:
    """Reduce the channels of a sound to its share of a panel.

    Parameters
    ----------
    sound : ReducedSound
        The sound.
    view : ViewSettings
        What is shown of it.
    size : (int, int)
        Width and height of the panel in pixels.
    shown_s, shown : (float, float)
        The times and the places of rows that the panel shows; the sound may have fewer.
    non_negative : bool
        Whether no value of the figure is below zero.
    """
    rows = rows_of(sound, view)
    ends_s = sound.time.shown_s
    images, channels = [], len(sound.values)
    for number, pixels in enumerate(channel_pixels(sound, rows, view, size, shown_s, shown)):
        envelope = None if sound.envelope is None else sound.envelope[number]
        values = drawn(pixels, sound.chain, sound.axis, non_negative=non_negative)
        name = channel_name(number, channels)
        images.append(ChannelImage(values, sound.time, rows, number, name, envelope))
    return images


def channel_pixels(
    sound: ReducedSound,
    rows: RowAxis,
    view: ViewSettings,
    size: Sequence[int],
    shown_s: Ends,
    shown: Ends,
) -> Iterator[NDArray[Any]]:
    """Give the features of each channel, a value for each pixel of the sound's share of a panel."""
    ends_s = sound.time.shown_s
    wide, high = _share(size[0], ends_s, shown_s), _share(size[1], rows.shown, shown)
    edges_s = sound.time.edges_s(sound.values.shape[-1])
    for channel in sound.values:
        pixels = reduce_to_pixels(channel, rows.edges, rows.shown, high, 0, view.reduce)
        yield reduce_to_pixels(pixels, edges_s, ends_s, wide, 1, view.reduce)


def pixel_rows(rows: RowAxis) -> int:
    """Give how many rows are shown of an axis: those whose centres are."""
    centers = (rows.edges[:-1] + rows.edges[1:]) / 2
    return int(np.count_nonzero((rows.shown[0] <= centers) & (centers <= rows.shown[1])))


def _share(pixels: int, part: Ends, whole: Ends) -> int:
    return max(1, round(pixels * (part[1] - part[0]) / (whole[1] - whole[0])))


def channel_name(channel: int, channels: int) -> str:
    """Name a channel, if it is one of several."""
    if channels == 1:
        return ""
    return ("Left", "Right")[channel] if channels == 2 else f"Channel {channel + 1}"
