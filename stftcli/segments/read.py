"""Tables of segments of all kinds."""

from collections.abc import Sequence

import numpy as np

from stftcli.errors import InputError, SettingsError
from stftcli.files.lists import open_list
from stftcli.files.untrusted import list_names
from stftcli.segments.audacity import AUDACITY
from stftcli.segments.csv import CSV, RAVEN
from stftcli.segments.jsonl import JSONL
from stftcli.segments.kind import TableKind
from stftcli.segments.lines import TextLines
from stftcli.segments.rttm import RTTM
from stftcli.segments.table import SegmentRows, Segments
from stftcli.segments.textgrid import TEXTGRID
from stftcli.segments.views import one_view

KINDS: tuple[TableKind, ...] = (TEXTGRID, JSONL, RTTM, AUDACITY, RAVEN, CSV)
"""The kinds, in the order in which they are asked."""

_TIER = "tier"


def read_segments(path: str, tier: str | None = None) -> Segments:
    """Read a table of segments, whose kind its content tells.

    Parameters
    ----------
    path : str
        The table: a file, a URL, or "-" for standard input.
    tier : str, optional
        Of which tier they are, where the table has several; of all if None.

    Raises
    ------
    InputError
        If it cannot be read, is no such table, or has a line that cannot be used, which is named.
    SettingsError
        If it has no such tier; those that it has are named.
    """
    rows = SegmentRows()
    with open_list(path) as file:
        lines = TextLines(path, file)
        kind = _kind_of(lines)
        kind.read(lines, rows)
    segments = one_view(rows.finish(lines.name, kind.name, path))
    if tier is not None:
        segments = _of_tier(segments, tier, rows.tiers)
    if not len(segments):
        raise InputError(f"{lines.name} holds no segments")
    return segments


def _kind_of(lines: TextLines) -> TableKind:
    head = lines.head()
    if not head:
        raise InputError(f"{lines.name} holds no segments: it is empty")
    kind = next((kind for kind in KINDS if kind.fits(head)), None)
    if kind is None:
        titles = ", ".join(kind.title for kind in KINDS)
        raise lines.error(f"it begins no table of segments: give {titles}", 1)
    return kind


def _of_tier(segments: Segments, tier: str, names: Sequence[str]) -> Segments:
    cells = segments.columns.get(_TIER)
    if cells is None:
        raise SettingsError(f"`tier` is {tier!r}, and {segments.name} has no tiers: leave it out")
    names = names or list(dict.fromkeys(cells))
    if tier not in names:
        raise SettingsError(f"{segments.name} has no tier {tier!r}: it has {list_names(names)}")
    return segments.chosen(np.flatnonzero([cell == tier for cell in cells]))
