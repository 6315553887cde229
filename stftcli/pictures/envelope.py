"""The lowest and highest samples of a sound, column by column, while it arrives."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.pictures.reduce import ColumnReducer


class Envelope:
    """Keeps the extremes of stretches of a sound, at most so many, however long it is.

    Parameters
    ----------
    channels : int
        Of the sound.
    max_columns : int
        Bound of the number of stretches.
    step : int
        Samples that are reduced at once; the shortest stretch.
    """

    def __init__(self, channels: int, max_columns: int, step: int) -> None:
        self._reducer = ColumnReducer(channels, 2, max_columns)
        self._step = step
        self._rest = np.empty((channels, 0), np.float32)

    def push(self, block: NDArray[Any]) -> None:
        """Take samples of shape (channels, any)."""
        block = np.concatenate((self._rest, block), axis=-1)
        steps = block.shape[-1] // self._step
        self._reduce(block[:, : steps * self._step], steps)
        self._rest = block[:, steps * self._step :].astype(np.float32)

    def finish(self) -> NDArray[Any]:
        """Give the lowest and the highest samples, shape (channels, 2, columns)."""
        if self._rest.shape[-1]:
            self._reduce(self._rest, 1)
        picture = self._reducer.picture()
        return np.stack((-picture[:, 1], picture[:, 0]), axis=1)

    def _reduce(self, block: NDArray[Any], steps: int) -> None:
        if steps:
            stretches = block.reshape(len(block), steps, -1)
            extremes = np.stack((stretches.max(-1), -stretches.min(-1)), axis=-1)
            self._reducer.write(extremes.swapaxes(0, 1))
