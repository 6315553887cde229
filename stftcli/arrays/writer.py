"""What the writers of all formats do with batches of frames as they come."""

from math import prod
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.dsp.checks import narrowed
from stftcli.errors import SettingsError
from stftcli.files.system import read_at
from stftcli.files.temporary import copy_rest, temp_space_errors, temporary_file
from stftcli.settings.choices import Layout

_PIECE_BYTES = 1 << 22


class ArrayWriter:
    """Writes the values alone, in the byte order of the machine; the base of all writers.

    Parameters
    ----------
    file : binary file
        Takes the result; it must be able to go back unless the layout is frames-first.
    spec : ArraySpec
        What is known of the array before its first frame.

    Attributes
    ----------
    frames : int
        Number of frames written so far.

    Raises
    ------
    SettingsError
        If the format has no such arrays.
    MissingExtraError
        If it needs a package that is not installed.
    """

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        self.check(spec.dtype, spec.layout)
        self._file, self._spec = file, spec
        self.frames = 0

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:
        """Raise what making a writer for such arrays would raise; here, nothing."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what has been written so far."""
        return self._spec.shape(self.frames)

    @property
    def place(self) -> tuple[IO[bytes], int] | None:
        """A file that others may write frames to, and where its first value goes, if any."""
        return None

    def placed(self, frames: int) -> None:
        """Count frames that others have written."""
        self.frames += frames

    def write(self, batch: NDArray[Any]) -> None:
        """Append frames of shape (frames, *frame_shape)."""
        self._put(narrowed(batch, self._spec.dtype))
        self.frames += len(batch)

    def finish(self, metadata: ArrayMetadata) -> None:  # noqa: ARG002  # for other formats
        """End the array; the metadata is for the formats that can hold it."""
        if self._spec.layout == "bins-first":
            self._put_bins_first(0)

    def index(self, path: str) -> bytes:  # noqa: ARG002  # for other formats
        """Give the index that stands beside the finished file `path`, where a format has one."""
        return b""

    def _put(self, values: NDArray[Any]) -> None:
        self._file.write(np.ascontiguousarray(values).data)

    def _put_bins_first(self, offset: int) -> None:
        values, size = prod(self._spec.frame_shape), self._spec.dtype.itemsize
        with transpose(self._file, offset, self.frames, values, size) as bins:
            self._file.seek(offset)
            copy_rest(bins, self._file)


@temp_space_errors()
def transpose(
    source: IO[bytes], offset: int, frames: int, parts: int, part_bytes: int
) -> IO[bytes]:
    """Put frames on disk in another order, without all of them in memory.

    Parameters
    ----------
    source : binary file
        Holds the frames from `offset` on.
    frames, parts, part_bytes : int
        Number of frames, parts of a frame, and bytes of a part.

    Returns
    -------
    binary file
        A temporary one, at its beginning: part 0 of every frame, then part 1 of every frame, and
        so on.
    """
    source.flush()
    target = temporary_file()
    frame_bytes, part = parts * part_bytes, np.dtype((np.void, part_bytes))
    step = max(1, _PIECE_BYTES // frame_bytes)
    for first in range(0, frames, step):
        wanted = min(step, frames - first) * frame_bytes
        piece = read_at(source.fileno(), wanted, offset + first * frame_bytes)
        columns = np.frombuffer(piece, part).reshape(-1, parts).T.copy()
        for number, column in enumerate(columns):
            target.seek((number * frames + first) * part_bytes)
            target.write(column.data)
    target.seek(0)
    return target


def refuse_complex(name: str, dtype: np.dtype[Any]) -> None:
    """Raise SettingsError for complex values, which the format `name` lacks."""
    if dtype.kind == "c":
        raise SettingsError(
            f"{name} has no {dtype} numbers: choose another `spectrum`, such as magnitude, or "
            "write .npz"
        )


def refuse_bins_first(name: str, layout: Layout) -> None:
    """Raise SettingsError for bins before frames, which the format `name` lacks."""
    if layout == "bins-first":
        raise SettingsError(
            f"{name} has a row for each frame: leave out `layout='bins-first'`, or write .npz"
        )
