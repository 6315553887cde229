"""Which channel of a sound each segment is of."""

from collections.abc import Iterator

import numpy as np

from stftcli.errors import InputError
from stftcli.jobs.segments.marks import Marks
from stftcli.settings.choices import Channel


def by_channel(
    marks: Marks, asked: Channel | None, channels: int, name: str
) -> Iterator[tuple[Channel | None, Marks]]:
    """Give the segments of each channel: the one that was asked for, or else those of the table.

    Parameters
    ----------
    marks : Marks
        The segments of a sound.
    asked : {"mix", "all"} or int, optional
        What the settings say; the table does not matter then.
    channels : int
        How many the sound has; of a single one all segments are, whatever the table says.
    name : str
        What messages call the sound.

    Raises
    ------
    InputError
        If a segment is of a channel that the sound does not have.
    """
    if asked is not None or channels == 1:
        yield asked, marks
        return
    if (most := int(marks.channels.max())) > channels:
        segment = int(marks.rows[int(marks.channels.argmax())]) + 1
        raise InputError(
            f"{name} has {channels} channels, and segment {segment} is of channel {most}: "
            "`channel` says which one is used for all"
        )
    for channel in np.unique(marks.channels).tolist():
        yield channel or None, marks.at(np.flatnonzero(marks.channels == channel))
