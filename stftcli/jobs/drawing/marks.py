"""From a table of segments to marks over a panel."""

import numpy as np
from numpy.typing import NDArray

from stftcli.pictures.axes import RowAxis
from stftcli.pictures.marks import Marks
from stftcli.segments.table import Segments
from stftcli.settings.choices import Channel


def marks_of(segments: Segments, rows: RowAxis, channel: Channel | None) -> Marks:
    """Give the segments of a channel as boxes on the axes of its panel.

    Parameters
    ----------
    segments : Segments
        Those of one sound.
    rows : RowAxis
        Of the panel; where it has no frequencies, the boxes are as high as the panel.
    channel : int, "mix" or None
        Which channel the panel shows; a segment of another is left out.
    """
    if isinstance(channel, int):
        there = np.flatnonzero(np.isin(segments.channels, (0, channel)))
        segments = segments.chosen(there)
    times_s = np.stack((segments.start_s, segments.end_s), axis=1)
    return Marks(times_s, _places(segments, rows), segments.labels)


def _places(segments: Segments, rows: RowAxis) -> NDArray[np.float64]:
    edges_hz = np.stack((segments.low_hz, segments.high_hz), axis=1)
    if rows.place is None:
        return np.full_like(edges_hz, np.nan)
    places = rows.place(np.nan_to_num(edges_hz))
    return np.where(np.isnan(edges_hz), np.nan, places)
