"""Raven's views: a selection has a row in the waveform, and one in the spectrogram."""

from collections.abc import Sequence
from dataclasses import replace
from math import isnan, nan

import numpy as np

from stftcli.segments.table import Floats, Segments
from stftcli.segments.texts import Texts

_SELECTION, _VIEW = "Selection", "View"
_SAME = (_SELECTION, "Begin Time (s)", "End Time (s)", "Channel", "Begin File", "Begin Path")


def one_view(segments: Segments) -> Segments:
    """Give each selection once, if the table has rows of several views: that of the spectrogram.

    What only the other rows say of it, as Raven's measurements of the waveform, is kept.
    """
    views = segments.columns.get(_VIEW)
    if views is None or _SELECTION not in segments.columns or len(set(views)) < 2:
        return segments
    columns = [segments.columns[name] for name in _SAME if name in segments.columns]
    # For each selection where it stands, and in which view; rows of one view are all kept.
    kept: dict[tuple[str, ...], list[int]] = {}
    left_out: dict[tuple[str, ...], list[int]] = {}
    for row, view in enumerate(views):
        key = tuple(cells[row] for cells in columns)
        rows, others = kept.setdefault(key, []), left_out.setdefault(key, [])
        if not rows or views[rows[0]] == view:
            rows.append(row)
        elif _is_spectrogram(view) and not _is_spectrogram(views[rows[0]]):
            others += rows
            rows[:] = [row]
        else:
            others.append(row)
    sources = {row: (row, *left_out[key]) for key, rows in kept.items() for row in rows}
    return _filled(segments, [sources[row] for row in sorted(sources)])


def _filled(segments: Segments, sources: list[tuple[int, ...]]) -> Segments:
    """Give the first row of each source, its empty cells filled from the others."""

    def texts(cells: Sequence[str]) -> Texts:
        return Texts(next(filter(None, (cells[row] for row in rows)), "") for rows in sources)

    def numbers(values: Floats) -> Floats:
        known = ([value for value in values[list(rows)] if not isnan(value)] for rows in sources)
        return np.array([found[0] if found else nan for found in known], np.float64)

    return replace(
        segments.chosen([rows[0] for rows in sources]),
        labels=texts(segments.labels),
        low_hz=numbers(segments.low_hz),
        high_hz=numbers(segments.high_hz),
        columns={name: texts(cells) for name, cells in segments.columns.items()},
    )


def _is_spectrogram(view: str) -> bool:
    return view.lower().startswith("spectrogram")
