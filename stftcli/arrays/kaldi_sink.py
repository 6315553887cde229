"""Feature arrays as Kaldi keeps them: matrices with a key, and an index of where each begins."""

import os
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.refusals import refuse_bins_first, refuse_complex
from stftcli.arrays.sinks import RawSink
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.arrays.transpose import transpose
from stftcli.errors import MissingExtraError, SettingsError
from stftcli.files.temporary import COPY_BYTES, temp_space_errors, temporary_file
from stftcli.settings.choices import Layout


class KaldiSink(RawSink):
    """A .ark file: one matrix under the array's key, or one a channel under `key-ch1` and so on.

    A key has no blanks in Kaldi: each stretch of them becomes "_".
    """

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        self._archive = file
        self._places: dict[str, int] = {}
        # The number of frames stands before them, and kaldiio writes whole matrices.
        super().__init__(temporary_file(), spec)

    @temp_space_errors()
    def write(self, batch: NDArray[Any]) -> None:
        """Append frames of shape (frames, *frame_shape)."""
        super().write(batch)

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:
        """Raise SettingsError for what is no matrix of floats, MissingExtraError without kaldiio.

        Numbers of float16 are refused, not written as float32: nobody asked for those.
        """
        refuse_complex("ark", dtype)
        refuse_bins_first("ark", layout)
        if dtype not in (np.float32, np.float64):
            raise SettingsError(f"ark has no {dtype} numbers: choose --dtype float32 or float64")
        try:
            import kaldiio  # noqa: F401
        except ImportError:
            raise MissingExtraError("--format ark", "kaldiio", "kaldi") from None

    def finish(self, metadata: ArrayMetadata) -> None:  # noqa: ARG002  # Kaldi has no place for it
        """Write the matrices."""
        import kaldiio

        # Kaldi has no rows without columns, nor the reverse.
        shape = (self.frames, self._spec.features) if self.frames else (0, 0)
        matrix = np.broadcast_to(np.zeros((), self._spec.dtype), shape).view(_Elsewhere)
        with self._by_channel() as values:
            with temp_space_errors():
                values.seek(0)
            for key in self._keys():
                self._places[key] = self._archive.tell() + len(f"{key} ".encode())
                kaldiio.save_ark(self._archive, {key: matrix})
                for first in range(0, matrix.nbytes, COPY_BYTES):
                    size = min(COPY_BYTES, matrix.nbytes - first)
                    self._archive.write(values.read(size))
        self._file.close()

    def index(self, path: str) -> bytes:
        """Give the lines of the .scp file that says where in the file `path` each matrix is."""
        place = os.fsencode(path)
        return b"".join(
            b"%s %s:%d\n" % (key.encode(), place, start) for key, start in self._places.items()
        )

    def _keys(self) -> list[str]:
        readable = self._spec.key.encode(errors="replace").decode()
        key = "_".join(readable.split()) or "_"
        if self._spec.channels is None:
            return [key]
        return [f"{key}-ch{channel}" for channel in range(1, self._spec.channels + 1)]

    def _by_channel(self) -> IO[bytes]:
        if self._spec.channels is None:
            return self._file
        frame_bytes = self._spec.features * self._spec.dtype.itemsize
        return transpose(self._file, 0, self.frames, self._spec.channels, frame_bytes)


class _Elsewhere(np.ndarray):
    """A matrix whose numbers are not in memory: kaldiio writes all but what `tobytes` gives."""

    def tobytes(self, order: Any = "C") -> bytes:  # noqa: ARG002  # numpy has it
        return b""
