"""Spectra folded to a bounded number of columns while they arrive."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


class ColumnFolder:
    """Keeps the largest value of each column and row of a picture, however long the sound is.

    It begins with a column for each frame; whenever `most_columns` are full, neighbours are folded
    into one and from then on a column holds twice as many frames. Frequencies are folded likewise
    to at most `most_rows`, each of the same number of bins.

    Parameters
    ----------
    channels, bins : int
        Shape of a frame.
    most_columns, most_rows : int
        Bounds of the picture; the number of columns ends between half of the bound and all of it,
        or is the number of frames if that is smaller.
    """

    def __init__(self, channels: int, bins: int, most_columns: int, most_rows: int) -> None:
        self.bins_per_row = -(-bins // most_rows)
        self.frames_per_column = 1
        self.frames = 0
        self._row_starts = np.arange(0, bins, self.bins_per_row)
        self._most = most_columns - most_columns % 2
        self._values = np.full((self._most, channels, len(self._row_starts)), -np.inf, np.float32)

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
            batch = np.maximum.reduceat(batch, self._row_starts, axis=-1)
        while self._column(self.frames + len(batch) - 1) >= self._most:
            self._fold()
        column = np.arange(self.frames, self.frames + len(batch)) // self.frames_per_column
        starts = np.flatnonzero(np.diff(column, prepend=-1))
        folded = np.maximum.reduceat(batch, starts, axis=0)
        part = self._values[column[0] : column[-1] + 1]
        np.maximum(part, folded, out=part)
        self.frames += len(batch)

    def picture(self) -> NDArray[np.float32]:
        """Give the values, shape (channels, rows, columns)."""
        return np.moveaxis(self._values[: self.columns], 0, -1)

    def _column(self, frame: int) -> int:
        return frame // self.frames_per_column

    def _fold(self) -> None:
        half = self._most // 2
        np.maximum(self._values[0::2], self._values[1::2], out=self._values[:half])
        self._values[half:] = -np.inf
        self.frames_per_column *= 2


def fold_to(picture: NDArray[Any], most_rows: int, most_columns: int) -> NDArray[Any]:
    """Fold a picture of shape (rows, columns) to a bounded size, the largest value of each group.

    Groups of rows, and of columns, differ in size by one at the most.
    """
    for axis, most in enumerate((most_rows, most_columns)):
        length = picture.shape[axis]
        if length > most:
            starts = np.arange(most) * length // most
            picture = np.maximum.reduceat(picture, starts, axis=axis)
    return picture
