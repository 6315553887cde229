"""The columns that Raven opens a selection table by."""

from collections.abc import Sequence

import numpy as np

from stftcli.segments.table import Floats, Segments

_NUMBERS = ("Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)")
_OFFSET, _FILE, _LABEL = "File Offset (s)", "Begin File", "Annotation"


def raven_columns(segments: Segments, top_hz: Floats) -> dict[str, Sequence[str]]:
    """Give a table's columns as those of a Raven table; one that is, as it stands.

    Parameters
    ----------
    segments : Segments
        The table.
    top_hz : ndarray of float64, shape (segments,)
        The upper frequency of those that have none.
    """
    if segments.kind == "raven":
        return dict(segments.columns)
    count = range(1, len(segments) + 1)
    low_hz = np.nan_to_num(segments.low_hz).tolist()
    high_hz = np.where(np.isnan(segments.high_hz), top_hz, segments.high_hz).tolist()
    times_s = segments.start_s.tolist(), segments.end_s.tolist()
    columns: dict[str, Sequence[str]] = {
        "Selection": [str(number) for number in count],
        "View": ["Spectrogram 1" for _ in count],
        "Channel": [str(channel or 1) for channel in segments.channels.tolist()],
    }
    for name, numbers in zip(_NUMBERS, (*times_s, low_hz, high_hz), strict=True):
        columns[name] = [_spelled(number) for number in numbers]
    if segments.sounds is not None:
        columns |= {_FILE: segments.sounds, _OFFSET: columns["Begin Time (s)"]}
    columns[_LABEL] = segments.labels
    # Of Audacity's columns all is said above.
    others = {} if segments.kind == "audacity" else segments.columns
    return {**columns, **{name: own for name, own in others.items() if name not in columns}}


def _spelled(number: float) -> str:
    """Write a number to the microsecond at least, however long the sound."""
    return f"{number:.12g}" if number < 1e6 else f"{number:.6f}"
