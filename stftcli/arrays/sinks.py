"""The formats of a feature array: each is a sink that takes batches of frames as they come."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Mapping
from math import prod
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from stftcli.errors import SettingsError
from stftcli.settings import Layout

_COPY_BYTES, _TURNED_BYTES = 1 << 20, 1 << 24


class RawSink:
    """The values alone, in the byte order of the machine.

    Parameters
    ----------
    file : binary file
        Takes the result; it must be able to go back unless the layout is frames-first.
    frame_shape : tuple of int
        (features,), or (channels, features) for several channels.
    dtype : dtype
        Type of the values in the file.
    layout : {"frames-first", "bins-first"}
        Whether the frames are the first axis or the last.

    Attributes
    ----------
    frames : int
        Number of frames written so far.
    """

    def __init__(
        self, file: IO[bytes], frame_shape: tuple[int, ...], dtype: np.dtype[Any], layout: Layout
    ) -> None:
        self._file, self._frame_shape, self._dtype = file, frame_shape, dtype
        self._bins_first = layout == "bins-first"
        self.frames = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of what has been written so far."""
        if self._bins_first:
            return (*self._frame_shape, self.frames)
        return (self.frames, *self._frame_shape)

    def write(self, batch: NDArray[Any]) -> None:
        """Append frames of shape (frames, *frame_shape)."""
        try:
            with np.errstate(over="raise"):
                values = batch.astype(self._dtype, copy=False)
        except FloatingPointError:
            raise SettingsError(
                f"a value is beyond the largest {self._dtype} ({np.finfo(self._dtype).max:.0f}): "
                "choose --dtype float32, or --spectrum db or log"
            ) from None
        self._file.write(np.ascontiguousarray(values).data)
        self.frames += len(batch)

    def finish(self, beside: Mapping[str, ArrayLike]) -> None:  # noqa: ARG002  # for other formats
        """End the array; `beside` are arrays that describe it, for the formats that hold them."""
        if self._bins_first:
            self._put_bins_first(0)

    def _put_bins_first(self, offset: int) -> None:
        self._file.flush()
        frame_bytes = prod(self._frame_shape) * self._dtype.itemsize
        step = max(1, _TURNED_BYTES // frame_bytes)
        source = self._file.fileno()
        with tempfile.TemporaryFile() as spool:
            target = spool.fileno()
            for first in range(0, self.frames, step):
                frames = min(step, self.frames - first)
                piece = os.pread(source, frames * frame_bytes, offset + first * frame_bytes)
                turned = np.frombuffer(piece, self._dtype).reshape(frames, -1).T.copy()
                for row, values in enumerate(turned):
                    place = (row * self.frames + first) * self._dtype.itemsize
                    os.pwrite(target, values.data, place)
            self._file.seek(offset)
            shutil.copyfileobj(spool, self._file, _COPY_BYTES)


class NpySink(RawSink):
    """A .npy file, whose header is written again when the number of frames is known."""

    def __init__(
        self, file: IO[bytes], frame_shape: tuple[int, ...], dtype: np.dtype[Any], layout: Layout
    ) -> None:
        super().__init__(file, frame_shape, dtype, layout)
        # Frames of one channel, said to be columns, are bins first as they stand.
        self._by_columns = self._bins_first and len(frame_shape) == 1
        self._write_header()
        self._offset = file.tell()

    def finish(self, beside: Mapping[str, ArrayLike]) -> None:  # noqa: ARG002  # for other formats
        """Put the number of frames into the header."""
        if self._bins_first and not self._by_columns:
            self._put_bins_first(self._offset)
        self._file.seek(0)
        self._write_header()
        # numpy leaves room for a longer first (or, by columns, last) axis.
        assert self._file.tell() == self._offset

    def _write_header(self) -> None:
        header = {
            "descr": npy.dtype_to_descr(self._dtype),
            "fortran_order": self._by_columns,
            "shape": self.shape,
        }
        npy.write_array_header_1_0(self._file, header)


class NpzSink(NpySink):
    """A .npz file: the array as "features", and beside it what describes it."""

    def __init__(
        self, file: IO[bytes], frame_shape: tuple[int, ...], dtype: np.dtype[Any], layout: Layout
    ) -> None:
        self._archive = file
        # A zip wants the header of its member first, and that is known last.
        spool = tempfile.TemporaryFile()  # noqa: SIM115  # closed by finish, or with the sink
        super().__init__(spool, frame_shape, dtype, layout)

    def finish(self, beside: Mapping[str, ArrayLike]) -> None:
        """Pack the array and what describes it."""
        super().finish(beside)
        with self._file, zipfile.ZipFile(self._archive, "w") as archive:
            self._file.seek(0)
            with archive.open("features.npy", "w", force_zip64=True) as member:
                shutil.copyfileobj(self._file, member, _COPY_BYTES)
            for name, values in beside.items():
                with archive.open(f"{name}.npy", "w") as member:
                    npy.write_array(member, np.asarray(values), allow_pickle=False)
