"""What every format does with batches of frames as they come, and numpy's own formats."""

from math import prod
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.arrays.transpose import transpose
from stftcli.errors import SettingsError
from stftcli.files.temporary import copy_rest, temporary_file
from stftcli.settings.choices import Layout

if TYPE_CHECKING:
    from zipfile import ZipFile


class RawSink:
    """The values alone, in the byte order of the machine.

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
        """Raise what making a sink for such arrays would raise; here, nothing."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what has been written so far."""
        return self._spec.shape(self.frames)

    def write(self, batch: NDArray[Any]) -> None:
        """Append frames of shape (frames, *frame_shape)."""
        self._put(self._stored(batch))
        self.frames += len(batch)

    def finish(self, metadata: ArrayMetadata) -> None:  # noqa: ARG002  # for other formats
        """End the array; `beside` is for the formats that hold what describes it."""
        if self._spec.layout == "bins-first":
            self._put_bins_first(0)

    def index(self, path: str) -> bytes:  # noqa: ARG002  # for other formats
        """Give the index that stands beside the finished file `path`, where a format has one."""
        return b""

    def _stored(self, batch: NDArray[Any]) -> NDArray[Any]:
        dtype = self._spec.dtype
        try:
            with np.errstate(over="raise"):
                return batch.astype(dtype, copy=False)
        except FloatingPointError:
            raise SettingsError(
                f"a value is beyond the largest {dtype} ({np.finfo(dtype).max:.0f}): "
                "choose --dtype float32, or --spectrum db or log"
            ) from None

    def _put(self, values: NDArray[Any]) -> None:
        self._file.write(np.ascontiguousarray(values).data)

    def _put_bins_first(self, offset: int) -> None:
        values, size = prod(self._spec.frame_shape), self._spec.dtype.itemsize
        with transpose(self._file, offset, self.frames, values, size) as bins:
            self._file.seek(offset)
            copy_rest(bins, self._file)


class NpySink(RawSink):
    """A .npy file, whose header is written again when the number of frames is known."""

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        super().__init__(file, spec)
        self._bins_first = spec.layout == "bins-first"
        # Frames of one channel, said to be columns, are bins first as they stand.
        self._by_columns = self._bins_first and spec.channels is None
        self._write_header()
        self._offset = file.tell()

    def finish(self, metadata: ArrayMetadata) -> None:  # noqa: ARG002  # for other formats
        """Put the number of frames into the header."""
        if self._bins_first and not self._by_columns:
            self._put_bins_first(self._offset)
        self._file.seek(0)
        self._write_header()
        # numpy leaves room for a longer first (or, by columns, last) axis.
        assert self._file.tell() == self._offset

    def _write_header(self) -> None:
        _write_npy_header(self._file, self._spec.dtype, self.shape, self._by_columns)


class NpzSink(NpySink):
    """A .npz file: the array as "features", and beside it what describes it."""

    def __init__(self, file: IO[bytes], spec: ArraySpec) -> None:
        self._archive = file
        # A zip wants the header of its member first, and that is known last.
        super().__init__(temporary_file(), spec)

    def finish(self, metadata: ArrayMetadata) -> None:
        """Pack the array and what describes it."""
        from zipfile import ZipFile

        super().finish(metadata)
        with self._file, ZipFile(self._archive, "w") as archive:
            self._file.seek(0)
            with archive.open("features.npy", "w", force_zip64=True) as member:
                copy_rest(self._file, member)
            if self._spec.times_s is not None:
                self._pack_times(archive)
            _pack(archive, "settings", metadata.settings)
            if metadata.freqs_hz is not None:
                _pack(archive, "freqs", metadata.freqs_hz)
            _pack(archive, "names", np.array(self._spec.names, np.str_))

    def _pack_times(self, archive: "ZipFile") -> None:
        from zipfile import ZipInfo

        member = ZipInfo("times.npy")
        member.file_size = 8 * self.frames  # decides whether it may grow beyond 2 GB
        with archive.open(member, "w") as file:
            _write_npy_header(file, np.dtype(np.float64), (self.frames,))
            for times in self._spec.times(self.frames):
                file.write(np.ascontiguousarray(times).data)


def _write_npy_header(
    file: IO[bytes], dtype: np.dtype[Any], shape: tuple[int, ...], by_columns: bool = False
) -> None:
    header = {"descr": npy.dtype_to_descr(dtype), "fortran_order": by_columns, "shape": shape}
    npy.write_array_header_1_0(file, header)


def _pack(archive: "ZipFile", name: str, values: ArrayLike) -> None:
    with archive.open(f"{name}.npy", "w") as member:
        npy.write_array(member, np.asarray(values), allow_pickle=False)
