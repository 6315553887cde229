"""What steps are built of: operations on batches of shape (frames, [channels,] features).

Four kinds: on each frame alone, a number measured of each frame's samples, on the stream of
batches in order, and in two passes over the whole sound.
"""

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, TYPE_CHECKING, Any, Literal, Protocol

from stftcli.files.temporary import temp_space_errors, temporary_file
from stftcli.frozen import Frozen

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Batch = NDArray[Any]
else:
    Batch = Any  # numpy is imported where a step is built

Batches = Iterator[Batch]
FrameOperation = Callable[[Batch], Batch]
"""Works on each frame alone; may overwrite what it is given."""
StreamOperation = Callable[[Batches], Batches]
"""Works on all batches of a sound, in order; the sizes of the batches change no bit."""

# Less than this waits in memory for the second pass, more of it on disk.
_MAX_IN_MEMORY = 1 << 23


class FrameFeature(Frozen):
    """One number a frame, measured of its samples, as a feature beside the others.

    Parameters
    ----------
    measure : function
        From frames of shape (channels, frames, frame_length) to (channels, frames).
    place : {"first", "replace", "last"}
        Before the other features, in the place of the first, or after them.
    """

    measure: Callable[[Batch], Batch]
    place: Literal["first", "replace", "last"]

    def put(self, column: Batch, batch: Batch) -> Batch:
        """Put the numbers, shape (channels, frames), beside features of the same frames."""
        import numpy as np

        column = column[..., np.newaxis].astype(batch.dtype, copy=False)
        if self.place == "last":
            return np.concatenate((batch, column), axis=-1)
        rest = batch[..., 1:] if self.place == "replace" else batch
        return np.concatenate((column, rest), axis=-1)


class WholeSoundStep(Protocol):
    """Goes over a sound twice.

    Both times it is given what comes to this step: all of it is observed before any is changed.
    """

    def observe(self, batch: Batch) -> None:
        """See some frames."""

    def apply(self, batch: Batch) -> Batch:
        """Give the new values of some frames, of the same type."""


class Largest:
    """Remembers the largest value of a sound, for steps that are relative to it."""

    def __init__(self) -> None:
        self.largest = -math.inf

    def observe(self, batch: Batch) -> None:
        """Look for a larger value, over all channels and features."""
        # Which of 0 and -0 is found depends on where batches end; 0 is remembered.
        self.largest = max(self.largest, float(batch.max(initial=-math.inf)) + 0.0)


def known(batch: Batch) -> Batch:
    """Leave out the rows of a time line for which there is no sound: NaN from the first value on.

    All others are finite throughout.
    """
    import numpy as np

    there = ~np.isnan(batch[..., 0].reshape(len(batch), -1)[:, 0])
    return batch if there.all() else batch[there]


def two_pass(
    make_step: Callable[[], WholeSoundStep], *, known_only: bool = False
) -> StreamOperation:
    """Make a stream operation of a step over the whole sound, which waits on disk if it is long.

    `make_step` is called for each sound. With `known_only` it does not observe the gaps of a line.
    """
    return partial(_two_pass, make_step, known_only)


def _two_pass(
    make_step: Callable[[], WholeSoundStep], known_only: bool, batches: Batches
) -> Batches:
    step = make_step()
    with temp_space_errors(), _Waiting() as waiting:
        for batch in batches:
            step.observe(known(batch) if known_only else batch)
            waiting.add(batch)
        for batch in waiting.batches():
            yield step.apply(batch)


class _Waiting:
    """Batches between two passes."""

    def __init__(self) -> None:
        self._held: list[Batch] = []
        self._bytes = 0
        self._file: IO[bytes] | None = None
        self._lengths: list[int] = []

    def __enter__(self) -> "_Waiting":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, batch: Batch) -> None:
        """Keep a batch."""
        self._held.append(batch)
        self._bytes += batch.nbytes
        if self._bytes > _MAX_IN_MEMORY:
            self._write()

    def batches(self) -> Batches:
        """Give all batches again, of the same sizes."""
        if self._file is None:
            while self._held:
                yield self._held.pop(0)
            return
        import numpy as np

        like = self._held[-1] if self._held else self._last
        self._write()
        self._file.seek(0)
        frame_bytes = like[:1].nbytes
        for length in self._lengths:
            content = self._file.read(length * frame_bytes)
            # A copy, for bytes cannot be overwritten.
            yield np.frombuffer(content, like.dtype).reshape(length, *like.shape[1:]).copy()

    def _write(self) -> None:
        import numpy as np

        self._file = self._file or temporary_file()
        for batch in self._held:
            self._file.write(np.ascontiguousarray(batch).data)
            self._lengths.append(len(batch))
            self._last = batch[:1]
        self._held.clear()
        self._bytes = 0


def without_last(batches: Batches) -> Batches:
    """Leave out the last frame."""
    last: Batch | None = None
    for batch in batches:
        if not len(batch):
            continue
        if last is not None:
            yield last
        # No more waits than must, for the sound may be live.
        if len(batch) > 1:
            yield batch[:-1]
        last = batch[-1:].copy()
