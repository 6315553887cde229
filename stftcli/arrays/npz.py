"""Feature arrays in .npz files, with what describes them."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, TYPE_CHECKING

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from stftcli.arrays.dates import DATE, dates_of
from stftcli.arrays.description import MAX_SETTINGS, Description, names_of, settings_of
from stftcli.arrays.format_row import FormatRow
from stftcli.arrays.npy import NpyWriter, npy_header
from stftcli.arrays.rows import Batches, check_table, read_batches
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.arrays.values import Values
from stftcli.files.npy import read_npy_values
from stftcli.files.temporary import copy_rest, temporary_file

if TYPE_CHECKING:
    from zipfile import ZipFile

    from stftcli.files.npz import NpzFile

_FEATURES = "features"
_MAX_NAMES = 1 << 22
_CHARACTER_BYTES = 4


class NpzWriter(NpyWriter):
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
            with archive.open(f"{_FEATURES}.npy", "w", force_zip64=True) as member:
                copy_rest(self._file, member)
            if self._spec.times_s is not None:
                self._pack_times(archive)
            _pack(archive, "settings", metadata.settings)
            if metadata.freqs_hz is not None:
                _pack(archive, "freqs", metadata.freqs_hz)
            _pack(archive, "names", np.array(self._spec.names, np.str_))

    def _pack_times(self, archive: "ZipFile") -> None:
        from zipfile import ZipInfo

        member, origin = ZipInfo("times.npy"), self._spec.origin
        member.file_size = 8 * self.frames  # decides whether it may grow beyond 2 GB
        with archive.open(member, "w") as file:
            dtype = np.dtype(np.float64) if origin is None else DATE
            file.write(npy_header(dtype, (self.frames,)))
            for times_s in self._spec.times(self.frames):
                times = times_s if origin is None else dates_of(origin, times_s)
                file.write(np.ascontiguousarray(times).view(np.uint8).data)


def _pack(archive: "ZipFile", name: str, values: ArrayLike) -> None:
    with archive.open(f"{name}.npy", "w") as member:
        npy.write_array(member, np.asarray(values), allow_pickle=False)


def _read_description(path: Path) -> Description:
    from stftcli.files.npz import open_npz

    with open_npz(path) as archive:
        with archive.open_array(_FEATURES) as (_, header):
            pass
        names = _read_text(archive, "names", 1, _MAX_NAMES)
        settings = _read_text(archive, "settings", 0, MAX_SETTINGS)
    return Description(
        header.shape,
        str(header.dtype),
        None if names is None else names_of(names.tolist()),
        None if settings is None else settings_of(str(settings)),
    )


def _read_text(
    archive: "NpzFile", name: str, axes: int, max_characters: int
) -> NDArray[np.str_] | None:
    if name not in archive.arrays():
        return None
    with archive.open_array(name) as (file, header):
        characters = max(header.nbytes // _CHARACTER_BYTES, prod(header.shape))
        if header.dtype.kind != "U" or len(header.shape) != axes or characters > max_characters:
            raise ValueError(
                f"its {name} are {header.nbytes} bytes of {header.dtype}, of shape {header.shape}, "
                f"and should be text of at most {max_characters} characters"
            )
        return read_npy_values(file, header)


def _read_rows(path: Path) -> Batches:
    from stftcli.files.npz import open_npz

    with open_npz(path) as archive:
        layout = _read_layout(archive)
        with archive.open_array(_FEATURES) as (file, header):
            on_side = header.columns_first or layout == "bins-first"
            check_table(header.shape, header.dtype, on_side)
            yield from read_batches(file, header.shape, header.dtype)


@contextmanager
def _open_values(path: Path) -> Iterator[Values]:
    from stftcli.files.npz import open_npz

    with open_npz(path) as archive:
        layout = _read_layout(archive)
        with archive.open_array(_FEATURES) as (file, header):
            yield Values(file, header.shape, header.dtype, header.columns_first, layout)


def _read_layout(archive: "NpzFile") -> str | None:
    """Give the layout that the settings of an array say."""
    text = _read_text(archive, "settings", 0, MAX_SETTINGS)
    features = None if text is None else settings_of(str(text)).get("features")
    layout = features.get("layout") if isinstance(features, dict) else None
    return layout if isinstance(layout, str) else None


ROW = FormatRow(
    NpzWriter,
    goes_back=True,
    read_rows=_read_rows,
    read_description=_read_description,
    describes=True,
    open_values=_open_values,
)
