"""Spectra reduced to a bounded number of columns while they arrive."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.settings.choices import Reduction
from stftcli.settings.memory import check_memory


class _Way(NamedTuple):
    """How values that share a cell are joined, beginning with what; `counted` if divided then."""

    join: np.ufunc
    nothing: float
    dtype: type[np.floating[Any]]
    counted: bool


_WAYS: dict[Reduction, _Way] = {
    "max": _Way(np.maximum, -np.inf, np.float32, False),
    "mean": _Way(np.add, 0.0, np.float64, True),
}
_SINGLE = np.dtype(np.float32)
MAX_ROWS = 4096
"""More than a picture is usually high, few enough that long frames take little memory."""
_FIRST_COLUMNS, _CELL_COPIES = 256, 2
_ON_A_BORDER = 1e-6  # of a pixel


Blend = Callable[[NDArray[Any], NDArray[Any], NDArray[Any]], NDArray[Any]]
"""From the values of two neighbours, and the share of the second, to a value between them."""


class ColumnReducer:
    """Keeps one value of each column and row of a picture, however long the sound is.

    It begins with a column for each frame; whenever `max_columns` are full, neighbours are reduced
    into one and from then on a column holds twice as many frames. Frequencies are reduced likewise
    to at most `max_rows`, each of the same number of bins but the last.

    Parameters
    ----------
    channels, bins : int
        Shape of a frame.
    max_columns : int
        Bound of the number of columns, which ends between half of it and all of it, or is the
        number of frames if that is smaller.
    how : {"max", "mean"}
        What stands for the frames and bins that are reduced together.
    max_rows : int
        Bound of the number of rows.
    dtype : dtype
        Of the values.
    """

    def __init__(
        self,
        channels: int,
        bins: int,
        max_columns: int,
        how: Reduction = "max",
        max_rows: int = MAX_ROWS,
        dtype: np.dtype[Any] = _SINGLE,
    ) -> None:
        self.bins, self.bins_per_row = bins, -(-bins // max_rows)
        self.frames_per_column = 1
        self.frames = 0
        self._way = _WAYS[how]
        self._how: Reduction = how
        self._dtype = np.result_type(dtype, self._way.dtype)
        self._row_starts = np.arange(0, bins, self.bins_per_row)
        self._most = max(2, max_columns - max_columns % 2)
        check_memory(
            _CELL_COPIES * self._dtype.itemsize * channels * self.rows * self._most,
            f"a picture of {channels} channels of {self.rows} rows and {self._most} columns",
            "choose one `channel`, or draw less of it",
        )
        columns = min(self._most, _FIRST_COLUMNS)
        self._values = self._empty(columns, channels)
        self._counts = np.zeros(columns, np.int64)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self._row_starts)

    @property
    def columns(self) -> int:
        """Number of columns so far."""
        return -(-self.frames // self.frames_per_column)

    def write(self, batch: NDArray[Any]) -> None:
        """Take values of shape (frames, channels, bins)."""
        if self.bins_per_row > 1:
            batch = reduce_groups(batch, self._row_starts, -1, self._how)
        self._make_room(len(batch))
        wide, length = self.frames_per_column, len(batch)
        head = min(-self.frames % wide, length)  # what is missing in the column begun before
        tail = head + (length - head) // wide * wide
        for piece, frames in (
            (batch[:head], head),
            (batch[head:tail], wide),
            (batch[tail:], length - tail),
        ):
            if len(piece):
                self._join(piece.reshape(-1, frames, *batch.shape[1:]))

    def skip(self, frames: int) -> None:
        """Leave out so many frames, of which nothing is known."""
        self._make_room(frames)
        self.frames += frames

    def picture(self) -> NDArray[Any]:
        """Give the values, shape (channels, rows, columns); NaN where all frames were skipped."""
        values, counts = self._values[: self.columns], self._counts[: self.columns]
        if self._way.counted:
            values = values / np.maximum(counts, 1)[:, np.newaxis, np.newaxis]
        if not counts.all():
            values = np.where(counts[:, np.newaxis, np.newaxis] > 0, values, np.nan)
        return np.moveaxis(values, 0, -1)

    def _make_room(self, frames: int) -> None:
        while (last := self._column(self.frames + frames - 1)) >= self._most:
            self._reduce()
        if last >= len(self._values):
            self._grow(last + 1)

    def _empty(self, columns: int, channels: int) -> NDArray[Any]:
        shape = (columns, channels, self.rows)
        return np.full(shape, self._way.nothing, self._dtype)

    def _join(self, columns: NDArray[Any]) -> None:
        """Join frames of shape (columns, frames, channels, rows) to their columns."""
        first, join = self._column(self.frames), self._way.join
        part = self._values[first : first + len(columns)]
        join(part, join.reduce(columns, axis=1), out=part)
        self._counts[first : first + len(columns)] += columns.shape[1]
        self.frames += columns.shape[0] * columns.shape[1]

    def _column(self, frame: int) -> int:
        return frame // self.frames_per_column

    def _grow(self, columns: int) -> None:
        old = self._values
        length = min(self._most, max(columns, 2 * len(old)))
        self._values = self._empty(length, old.shape[1])
        self._values[: len(old)] = old
        self._counts = np.concatenate((self._counts, np.zeros(length - len(old), np.int64)))

    def _reduce(self) -> None:
        half = -(-len(self._values) // 2)
        pairs = self._values[1::2]
        reduced = self._values[0::2].copy()
        self._way.join(reduced[: len(pairs)], pairs, out=reduced[: len(pairs)])
        self._values[:half] = reduced
        self._values[half:] = self._way.nothing
        counts = np.append(self._counts, np.zeros(len(self._counts) % 2, np.int64))
        self._counts[:half] = counts.reshape(-1, 2).sum(axis=1)
        self._counts[half:] = 0
        self.frames_per_column *= 2


def reduce_groups(
    values: NDArray[Any], starts: NDArray[np.intp], axis: int, how: Reduction
) -> NDArray[Any]:
    """Join neighbours along an axis: those from each start up to the next one."""
    way = _WAYS[how]
    reduced = way.join.reduceat(values, starts, axis=axis)
    if way.counted:
        counts = np.diff(starts, append=values.shape[axis])
        shape = [1] * values.ndim
        shape[axis] = -1
        reduced = reduced / counts.reshape(shape)
    return np.asarray(reduced)


def _reduce_known(
    values: NDArray[Any], starts: NDArray[np.intp], axis: int, how: Reduction
) -> NDArray[Any]:
    """Join neighbours as `reduce_groups` does, those that are NaN left out where others are not."""
    unknown = np.isnan(values)
    if not unknown.any():
        return reduce_groups(values, starts, axis, how)
    way = _WAYS[how]
    joined = way.join.reduceat(np.where(unknown, way.nothing, values), starts, axis=axis)
    counts = np.add.reduceat(~unknown, starts, axis=axis, dtype=np.int64)
    if way.counted:
        joined = joined / np.maximum(counts, 1)
    return np.where(counts > 0, joined, np.nan)


def reduce_to_pixels(
    values: NDArray[Any],
    edges: NDArray[Any],
    shown: tuple[float, float],
    pixels: int,
    axis: int,
    how: Reduction = "max",
    *,
    centers: NDArray[Any] | None = None,
    blend: Blend | None = None,
) -> NDArray[Any]:
    """Give each pixel along an axis the cells whose centres lie in it, or the cell that it lies in.

    Parameters
    ----------
    values : ndarray
        A cell for each interval between neighbouring edges, along `axis`.
    edges : ndarray, shape (cells + 1,)
        Where the cells lie, rising.
    shown : (float, float)
        The places of the outer edges of the first and the last pixel.
    pixels : int
        How many there are.
    axis : int
        Along which axis.
    how : {"max", "mean"}
        What stands for several cells.
    centers : ndarray, shape (cells,), optional
        The centres of the cells, where they do not lie halfway between the edges.
    blend : function, optional
        Gives a pixel without a centre a value between those of the cells on either side of it.

    Returns
    -------
    ndarray
        Of the same shape but for that axis, which has `pixels` values. No cell within `shown` is
        left out. A pixel is NaN only where all of its cells are.
    """
    borders = np.linspace(*shown, pixels + 1)
    # What lies on a border belongs to the pixel above it, however it was rounded.
    slack = _ON_A_BORDER * (shown[1] - shown[0]) / pixels
    if centers is None:
        centers = (edges[:-1] + edges[1:]) / 2
    starts = np.searchsorted(centers, borders - slack)
    starts[-1] = np.searchsorted(centers, borders[-1] + slack)  # the Nyquist bin lies there
    ends = starts[1:]
    middles = (borders[:-1] + borders[1:]) / 2
    inside = np.searchsorted(edges, middles + slack, side="right") - 1
    filled = starts[:-1] < ends
    # Beyond the last pixel nothing is joined to it.
    within = [slice(None)] * values.ndim
    within[axis] = slice(ends[-1])
    joined = _reduce_known(values[tuple(within)], starts[:-1][filled], axis, how)
    if blend is None:
        alone = values.take(np.clip(inside, 0, len(centers) - 1)[~filled], axis)
    else:
        alone = _blended(values, centers, middles[~filled], axis, blend)
    order = np.empty(pixels, np.intp)
    order[np.concatenate((np.flatnonzero(filled), np.flatnonzero(~filled)))] = range(pixels)
    return np.concatenate((joined, alone), axis).take(order, axis)


def _blended(
    values: NDArray[Any],
    centers: NDArray[Any],
    places: NDArray[Any],
    axis: int,
    blend: Blend,
) -> NDArray[Any]:
    """Give values at places between the centres of cells; beyond the last, that of the last."""
    last = len(centers) - 1
    below = np.clip(np.searchsorted(centers, places, side="right") - 1, 0, last)
    above = np.minimum(below + 1, last)
    apart = np.where(above > below, centers[above] - centers[below], 1.0)
    share = np.clip((places - centers[below]) / apart, 0, 1).astype(values.dtype)
    shape = [1] * values.ndim
    shape[axis] = -1
    return blend(values.take(below, axis), values.take(above, axis), share.reshape(shape))
