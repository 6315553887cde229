"""Percentiles of each feature over frames, in bounded memory however many frames there are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.moments import Floats
from stftcli.errors import InputError
from stftcli.settings.choices import LOWEST_POWER

MAX_HELD = 1 << 23
"""Values that are held as they are; beyond that they are counted in cells."""

_MAX_CELLS, _MIN_CELLS, _CELLS_IN_ALL = 1 << 12, 1 << 7, 1 << 24
_FEATURES_AT_ONCE, _VALUES_AT_ONCE = 1 << 10, 1 << 20


class Percentiles:
    """Percentiles of each feature by itself: exact of what can be held, else by counting.

    Up to `MAX_HELD` values are held. Where there are more, each feature has a row of cells of one
    width, a power of two, in which values are counted. The width is the smallest with which all
    values of the feature fit into its cells; it is doubled, and neighbours joined, when one does
    not. So it depends on the least and the greatest value alone, and the error of a percentile is
    less than a cell: less than ``2 / (cells - 1)`` of the feature's range. There are 4096 cells,
    fewer for more than 4096 features.

    Parameters
    ----------
    as_levels : bool, default False
        Whether values are powers or magnitudes, whose logarithms are counted. The error is then a
        part of the range in decibels. What is below 1e-20 counts as that.
    """

    def __init__(self, *, as_levels: bool = False) -> None:
        self.count = 0
        self._as_levels = as_levels
        self._held: list[NDArray[Any]] = []
        self._cells: _Cells | None = None

    def add(self, batch: NDArray[Any]) -> None:
        """Take a batch of shape (any, [channels,] features)."""
        if not len(batch):
            return
        self._shape, self._dtype = batch.shape[1:], batch.dtype
        self.count += len(batch)
        rows = batch.reshape(len(batch), -1)
        if self._cells is None:
            self._held.append(rows)
            if self.count * rows.shape[1] > MAX_HELD:
                self._cells = _Cells(rows.shape[1])
                for held in self._held:
                    self._cells.add(self._counted(held))
                self._held.clear()
        else:
            self._cells.add(self._counted(rows))

    def at(self, percents: list[float]) -> Floats:
        """Give percentiles, numpy's where all values are held.

        Returns
        -------
        ndarray, shape (percentiles, [channels,] features)

        Raises
        ------
        InputError
            If there are no values, or some are not finite.
        """
        if not self.count:
            raise InputError("there are no frames to take percentiles of")
        if self._cells is None:
            found = _exact(self._held, percents)
        else:
            found = self._cells.percentiles(percents, self.count)
            found = np.exp(found) if self._as_levels else found
        return found.reshape(len(percents), *self._shape)

    def _counted(self, rows: NDArray[Any]) -> Floats:
        values = rows.astype(np.float64)
        if self._as_levels:
            np.log(np.maximum(values, LOWEST_POWER, out=values), out=values)
        return values


def _exact(held: list[NDArray[Any]], percents: list[float]) -> Floats:
    features = held[0].shape[1]
    found = np.empty((len(percents), features))
    # Some features at a time, for they are copied to be sorted.
    step = max(1, _VALUES_AT_ONCE // sum(map(len, held)))
    for first in range(0, features, step):
        part = np.concatenate([rows[:, first : first + step] for rows in held])
        _check_finite(part)
        exact = part.T.astype(np.float64, order="C")
        found[:, first : first + step] = np.percentile(exact, percents, axis=1)
    return found


def _check_finite(values: NDArray[Any]) -> None:
    if not np.isfinite(values).all():
        raise InputError("there are features that are not finite: no percentile can be taken")


class _Cells:
    """How many values of each feature lie in each of its cells.

    Cell j of a feature holds the values in ``[(base + j) * 2^exponent, (base + j + 1) *
    2^exponent)``.
    """

    def __init__(self, features: int) -> None:
        self._number = max(_MIN_CELLS, min(_MAX_CELLS, _CELLS_IN_ALL // features))
        self._counts = np.zeros((features, self._number), np.uint32)
        self._least = np.full(features, np.inf)
        self._greatest = np.full(features, -np.inf)
        self._exponent = np.zeros(features, np.int64)
        self._base = np.zeros(features, np.int64)
        self._empty = True

    def add(self, values: Floats) -> None:
        """Count values of shape (any, features)."""
        _check_finite(values)
        self._make_room(values.min(axis=0), values.max(axis=0))
        cells = self._place(values) + np.arange(len(self._counts)) * self._number
        # Ones of the same type: with a plain number it takes 30 times as long.
        np.add.at(self._counts.reshape(-1), cells.reshape(-1), np.ones(cells.size, np.uint32))

    def percentiles(self, percents: list[float], count: int) -> Floats:
        """Give percentiles of so many values; those in a cell are spread evenly over it."""
        found = np.empty((len(percents), len(self._counts)))
        for first in range(0, len(self._counts), _FEATURES_AT_ONCE):
            part = slice(first, first + _FEATURES_AT_ONCE)
            up_to = np.cumsum(self._counts[part], axis=1, dtype=np.int64)
            for number, percent in enumerate(percents):
                rank, rest = divmod(percent / 100 * (count - 1), 1)
                below, above = (
                    self._at_rank(part, up_to, int(one)) for one in (rank, min(rank + 1, count - 1))
                )
                found[number, part] = below + rest * (above - below)
        return np.clip(found, self._least, self._greatest)

    def _at_rank(self, part: slice, up_to: NDArray[np.int64], rank: int) -> Floats:
        cell = (up_to <= rank).sum(axis=1)[:, np.newaxis]
        own = np.take_along_axis(self._counts[part], cell, 1)[:, 0]
        before = np.take_along_axis(up_to, cell, 1)[:, 0] - own
        within = (rank - before + 0.5) / own
        place = self._base[part] + cell[:, 0] + within
        return np.asarray(np.ldexp(place, self._exponent[part]), np.float64)

    def _place(self, values: Floats) -> NDArray[np.int64]:
        per_unit = np.ldexp(1.0, -self._exponent)
        return np.floor(values * per_unit).astype(np.int64) - self._base

    def _make_room(self, least: Floats, greatest: Floats) -> None:
        least = np.minimum(least, self._least)
        greatest = np.maximum(greatest, self._greatest)
        grown = np.flatnonzero((least < self._least) | (greatest > self._greatest))
        self._least, self._greatest = least, greatest
        if not len(grown):
            return
        exponent = _smallest_exponent(least[grown], greatest[grown], self._number)
        # In the middle, so that what comes next finds room on both sides.
        first, last = (
            np.floor(np.ldexp(ends[grown], -exponent)).astype(np.int64)
            for ends in (least, greatest)
        )
        base = first - (self._number - 1 - (last - first)) // 2
        before = self._base[grown]
        wider = exponent - self._exponent[grown]
        moved = (wider > 0) | (first < before) | (last >= before + self._number)
        if self._empty:
            self._empty, moved = False, np.full_like(moved, fill_value=True)
        else:
            for at in np.flatnonzero(moved):
                self._rebin(grown[at], int(wider[at]), int(base[at]))
        self._exponent[grown[moved]] = exponent[moved]
        self._base[grown[moved]] = base[moved]

    def _rebin(self, feature: int, wider: int, base: int) -> None:
        counts = self._counts[feature]
        filled = np.flatnonzero(counts)
        cells = ((filled + self._base[feature]) >> wider) - base
        moved = np.zeros_like(counts)
        np.add.at(moved, cells, counts[filled])
        self._counts[feature] = moved


def _smallest_exponent(least: Floats, greatest: Floats, cells: int) -> NDArray[np.int64]:
    """Give the exponent of the smallest cells of which so many hold the values."""
    # A range of zero has a power of two nevertheless, so that the values do not overflow.
    magnitude = np.maximum(np.abs(least), np.abs(greatest))
    smallest = np.maximum(greatest - least, np.maximum(magnitude * 2.0**-40, 1e-300))
    exponent = np.frexp(smallest / cells)[1].astype(np.int64) - 1
    for _ in range(3):
        span = np.floor(np.ldexp(greatest, -exponent)) - np.floor(np.ldexp(least, -exponent))
        exponent += span >= cells
    return exponent
