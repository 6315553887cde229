"""Channels of a sound in pixels."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.features.axis import Axis
from stftcli.jobs.drawing.colours import Drawn, drawn_rows
from stftcli.jobs.drawing.reduced import ReducedSound
from stftcli.jobs.drawing.rows import row_axis
from stftcli.pictures.axes import RowAxis, TimeAxis
from stftcli.pictures.reduce import reduce_to_pixels
from stftcli.settings.choices import LOWEST_POWER
from stftcli.settings.pictures import ViewSettings

Ends = tuple[float, float]
Floats = NDArray[Any]


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
    images, channels = [], len(sound.values)
    for number, pixels in enumerate(channel_pixels(sound, rows, view, size, shown_s, shown)):
        envelope = None if sound.envelope is None else sound.envelope[number]
        values = drawn_rows(pixels, sound.chain, sound.axis, non_negative=non_negative)
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
        pixels = reduce_rows(channel, rows, high, sound.axis, view)
        yield reduce_to_pixels(pixels, edges_s, ends_s, wide, 1, view.reduce)


def reduce_rows(
    values: NDArray[Any], rows: RowAxis, pixels: int, axis: Axis, view: ViewSettings
) -> NDArray[Any]:
    """Reduce values of shape (rows, columns) to so many pixels upwards.

    On a logarithmic axis the lowest bins have many pixels each: between their centres levels, or
    other values, go straight from one to the next.
    """
    blend = None
    if view.scale == "log" and axis.quantity != "phase":
        is_power = axis.log is None and axis.quantity != ""
        blend = _between_levels if is_power else _between
    shown = (rows.edges, rows.shown)
    return reduce_to_pixels(
        values, *shown, pixels, 0, view.reduce, centers=rows.centers, blend=blend
    )


def _between(one: Floats, other: Floats, share: Floats) -> Floats:
    return np.asarray(one + share * (other - one))


def _between_levels(one: Floats, other: Floats, share: Floats) -> Floats:
    first, second = (np.log(np.maximum(values, LOWEST_POWER)) for values in (one, other))
    return np.asarray(np.exp(_between(first, second, share)))


def pixel_rows(rows: RowAxis) -> int:
    """Give how many rows are shown of an axis: those whose centres are."""
    centers = (rows.edges[:-1] + rows.edges[1:]) / 2 if rows.centers is None else rows.centers
    return int(np.count_nonzero((rows.shown[0] <= centers) & (centers <= rows.shown[1])))


def _share(pixels: int, part: Ends, whole: Ends) -> int:
    return max(1, round(pixels * (part[1] - part[0]) / (whole[1] - whole[0])))


def channel_name(channel: int, channels: int) -> str:
    """Name a channel, if it is one of several."""
    if channels == 1:
        return ""
    return ("Left", "Right")[channel] if channels == 2 else f"Channel {channel + 1}"
