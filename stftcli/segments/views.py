"""Raven's views: a selection has a row in the waveform, and one in the spectrogram."""

from stftcli.segments.table import Segments

_SELECTION, _VIEW = "Selection", "View"
_SAME = (_SELECTION, "Begin Time (s)", "End Time (s)", "Channel", "Begin File", "Begin Path")


def one_view(segments: Segments) -> Segments:
    """Give each selection once, if the table has rows of several views: that of the spectrogram."""
    views = segments.columns.get(_VIEW)
    if views is None or _SELECTION not in segments.columns or len(set(views)) < 2:
        return segments
    columns = [segments.columns[name] for name in _SAME if name in segments.columns]
    # For each selection where it stands, and in which view; rows of one view are all kept.
    kept: dict[tuple[str, ...], list[int]] = {}
    for row, view in enumerate(views):
        rows = kept.setdefault(tuple(cells[row] for cells in columns), [])
        if not rows or views[rows[0]] == view:
            rows.append(row)
        elif _is_spectrogram(view) and not _is_spectrogram(views[rows[0]]):
            rows[:] = [row]
    return segments.chosen(sorted(row for rows in kept.values() for row in rows))


def _is_spectrogram(view: str) -> bool:
    return view.lower().startswith("spectrogram")
