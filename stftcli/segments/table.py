"""A table of segments: where each begins and ends, its frequencies, and all that its file says."""

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from stftcli.frozen import Frozen
from stftcli.segments.texts import Texts

Floats = NDArray[np.float64]

_MAX_COLUMNS = 1000
_MAX_CELLS = 1 << 26
"""Cells that all columns of a table have together: of a million rows 67 columns."""


class Segments(Frozen):
    """Segments of one sound or of several, in the order of their file.

    Attributes
    ----------
    name : str
        What messages call the file.
    kind : str
        "raven", "audacity", "textgrid", "rttm", "csv" or "jsonl".
    start_s, end_s : ndarray of float64, shape (segments,)
        When each begins and ends, in its sound: at 0, if the table says earlier. The end of a point
        is its start.
    early : ndarray of bool, shape (segments,)
        Whether the table says that it begins before its sound.
    low_hz, high_hz : ndarray of float64, shape (segments,)
        The edges of its box; NaN where the table has none.
    channels : ndarray of int64, shape (segments,)
        Counted from 1; 0 where the table has none.
    labels : sequence of str
        What it is called; "" where the table has none.
    sounds : sequence of str or None
        The sound that each is of, as the table names it; None where it names none.
    columns : mapping of str to sequence of str
        All cells as they stood, by the names of the columns, in order.
    path : str
        The file, as it was given.
    """

    name: str
    kind: str
    start_s: Floats
    end_s: Floats
    early: NDArray[np.bool_]
    low_hz: Floats
    high_hz: Floats
    channels: NDArray[np.int64]
    labels: Sequence[str]
    sounds: Sequence[str] | None = None
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    path: str = ""

    def __len__(self) -> int:
        return len(self.start_s)

    @property
    def duration_s(self) -> Floats:
        """How long each is."""
        return self.end_s - self.start_s

    def chosen(self, indices: Sequence[int] | NDArray[Any]) -> Self:
        """Give the segments at these places, in that order."""
        places = np.asarray(indices, np.int64)
        arrays = ("start_s", "end_s", "early", "low_hz", "high_hz", "channels")
        return replace(
            self,
            **{name: getattr(self, name)[places] for name in arrays},
            labels=Texts(self.labels[each] for each in places.tolist()),
            sounds=self.sounds and Texts(self.sounds[each] for each in places.tolist()),
            columns={
                name: Texts(texts[each] for each in places.tolist())
                for name, texts in self.columns.items()
            },
        )


class SegmentRows:
    """Gathers the segments of a file, row after row, in little memory.

    Attributes
    ----------
    tiers : list of str
        The names of all tiers, if the file has tiers; empty ones too.
    """

    def __init__(self) -> None:
        self.tiers: list[str] = []
        self._numbers = {name: array("d") for name in ("start", "end", "low", "high")}
        self._channels, self._early = array("q"), array("b")
        self._labels, self._sounds = Texts(), Texts()
        self._columns: dict[str, Texts] = {}
        self._names_sounds = False

    def __len__(self) -> int:
        return len(self._labels)

    def add(
        self,
        start_s: float,
        end_s: float,
        *,
        label: str = "",
        low_hz: float = np.nan,
        high_hz: float = np.nan,
        channel: int = 0,
        sound: str = "",
        cells: Mapping[str, str],
    ) -> None:
        """Add a segment; `cells` are what its row says, by the names of the columns.

        Raises
        ------
        ValueError
            If it ends before it begins, its box is upside down, or there
            are too many of them.
        """
        _check(start_s, end_s, low_hz, high_hz)
        self._early.append(start_s < 0)
        values = (max(0.0, start_s), max(0.0, end_s), low_hz, high_hz)
        for numbers, value in zip(self._numbers.values(), values, strict=True):
            numbers.append(value)
        self._channels.append(channel)
        self._labels.append(label)
        self._sounds.append(sound)
        self._names_sounds |= bool(sound)
        self._add_cells(cells)

    def finish(self, name: str, kind: str, path: str) -> Segments:
        """Give the table."""
        start, end, low, high = (np.array(one, np.float64) for one in self._numbers.values())
        return Segments(
            *(name, kind, start, end, np.array(self._early, np.bool_), low, high),
            np.array(self._channels, np.int64),
            self._labels,
            self._sounds if self._names_sounds else None,
            self._columns,
            path,
        )

    def _add_cells(self, cells: Mapping[str, str]) -> None:
        row = len(self) - 1
        columns = len(self._columns.keys() | cells.keys())
        if columns > _MAX_COLUMNS or columns * len(self) > _MAX_CELLS:
            raise ValueError(
                f"{columns} columns and {len(self)} rows are too many: {_MAX_COLUMNS} columns and "
                f"{_MAX_CELLS} cells are read"
            )
        for name in cells:
            if name not in self._columns:
                self._columns[name] = Texts([""] * row)
        for name, texts in self._columns.items():
            texts.append(cells.get(name, ""))


def _check(start_s: float, end_s: float, low_hz: float, high_hz: float) -> None:
    if end_s < start_s:
        raise ValueError(f"it ends at {end_s:g} s, before it begins at {start_s:g} s")
    if high_hz < low_hz:
        raise ValueError(f"its frequencies are from {low_hz:g} to {high_hz:g} Hz: turn them round")
