"""Which segments are complete when so much of a sound has been seen, and what is still needed."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


class Due:
    """Stretches of a stream, in the order in which they end; it may be asked as the stream comes.

    Parameters
    ----------
    first, last : ndarray of int64, shape (stretches,)
        The first row of each, and the one after its last.
    """

    def __init__(self, first: Places, last: Places) -> None:
        self._order = np.argsort(last, kind="stable")
        self._last = last[self._order]
        # The first row that is needed by a stretch, or by any that ends later.
        latest = first[self._order][::-1]
        self._needed = np.minimum.accumulate(latest)[::-1] if len(latest) else latest
        self._given = 0

    @property
    def needed_from(self) -> int | None:
        """The first row that is needed by a stretch that was not given yet; None where all were."""
        return None if self.is_over else int(self._needed[self._given])

    @property
    def is_over(self) -> bool:
        """Whether all were given."""
        return self._given == len(self._order)

    def ready(self, there: int) -> Iterator[int]:
        """Give those that end where so many rows are there, each once."""
        stop = int(np.searchsorted(self._last, there, "right"))
        yield from self._up_to(stop)

    def rest(self) -> Iterator[int]:
        """Give those that are left: the stream has ended."""
        yield from self._up_to(len(self._order))

    def _up_to(self, stop: int) -> Iterator[int]:
        while self._given < stop:
            index = int(self._order[self._given])
            yield index
            self._given += 1
