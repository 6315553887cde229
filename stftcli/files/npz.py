"""Archives of arrays, .npz, whose members are opened with care."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from stftcli.files.npy import NpyHeader, read_npy_header

_ENDING = ".npy"
# numpy writes these two. Others unpack far more at once than they are asked for.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class NpzFile(zipfile.ZipFile):
    """An archive of arrays, open for reading."""

    def arrays(self) -> dict[str, zipfile.ZipInfo]:
        """Give the members that are arrays, by the names of these."""
        return {
            member.filename.removesuffix(_ENDING): member
            for member in self.infolist()
            if member.filename.endswith(_ENDING)
        }

    @contextmanager
    def open_array(self, name: str) -> Iterator[tuple[IO[bytes], NpyHeader]]:
        """Open an array at its first value; ValueError if it is not there or cannot be true."""
        member = self.arrays().get(name)
        if member is None:
            raise ValueError(f"it has no {name}{_ENDING} in it")
        if member.compress_type not in _METHODS:
            raise ValueError(f"{name} is compressed by method {member.compress_type}: use numpy's")
        with self.open(member) as file:
            yield file, read_npy_header(file, member.file_size)


def open_npz(path: Path) -> NpzFile:
    """Open an archive, which a `with` block closes; ValueError if its members share bytes."""
    archive = NpzFile(path)
    if sum(member.compress_size for member in archive.infolist()) > path.stat().st_size:
        archive.close()
        raise ValueError("its members lie over one another")
    return archive
