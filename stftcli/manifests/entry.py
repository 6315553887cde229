"""One sound of a corpus, or a segment of one: what every kind of list comes down to."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from stftcli.settings.choices import Channel


class Entry(NamedTuple):
    """A sound of a corpus, or a segment of one; there may be a million.

    Parameters
    ----------
    audio : str
        The sound's file, as it can be opened from the current folder; or its URL.
    listed : str
        What its list calls it: the path of which its results are named.
    id : str, optional
        What the list calls this entry; the results are named so then.
    start_s : float, default 0
        Where the segment begins, in seconds.
    duration_s : float, optional
        How long it is; to the end of the sound if None.
    channel : {"mix", "all"} or int, optional
        Which channels are used; what the settings say if None.
    extra : mapping, optional
        What else the list says of it; kept for the results.
    """

    audio: str
    listed: str
    id: str | None = None
    start_s: float = 0.0
    duration_s: float | None = None
    channel: Channel | None = None
    extra: Mapping[str, Any] = {}  # nobody changes it
