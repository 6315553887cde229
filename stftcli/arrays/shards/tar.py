"""Shards as WebDataset reads them: a .tar in which KEY.npy and KEY.json stand side by side.

A member ends in a key and what it holds, which the first dot of its name divides; folders may have
dots. WebDataset passes over a name without a dot (https://github.com/webdataset/webdataset): so the
facts of all arrays stand in a member `__settings__`, the last.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.keys import path_parts, to_json
from stftcli.arrays.npy import npy_header
from stftcli.arrays.shards.shard_row import Arrays, Heads, Seen, ShardRow, ShardWriter, type_name
from stftcli.files.npy import NpyHeader, read_npy_header, read_npy_values
from stftcli.files.tar import BLOCK_BYTES, read_members
from stftcli.files.untrusted import parse_object, read_exactly

SETTINGS = "__settings__"
_ENDING, _FACTS = ".npy", ".json"
_MAX_FACTS = 1 << 23


class TarWriter(ShardWriter):
    """A .tar file. Dots in the last part of a key become "_", for a key ends at the first.

    Nothing in it depends on who writes it or when: members belong to nobody, and are of 1970.
    """

    name = "tar"

    @classmethod
    def stored_key(cls, key: str) -> str:
        """Give the folders and the name of an array, without an ending."""
        *folders, name = path_parts(key)
        return "/".join((*folders, name.replace(".", "_")))

    def finish(self, shared: Mapping[str, Any]) -> None:
        """Write the facts of all arrays, and the end."""
        self._write(SETTINGS, [to_json(shared).encode()])
        self._file.write(bytes(2 * BLOCK_BYTES))

    def _put(self, key: str, features: NDArray[Any], told: Mapping[str, Any]) -> None:
        facts = to_json(told).encode()
        header = npy_header(features.dtype, features.shape)
        self._write(f"{key}{_ENDING}", [header, features.reshape(-1).view(np.uint8)])
        self._write(f"{key}{_FACTS}", [facts])

    def _write(self, name: str, contents: list[Any]) -> None:
        from tarfile import PAX_FORMAT, TarInfo

        member = TarInfo(name)
        member.size = sum(map(len, contents))
        # It is plain ustar but for names of more than 100 bytes, or others than ASCII.
        self._file.write(member.tobuf(PAX_FORMAT, "utf-8", "strict"))
        for content in contents:
            self._file.write(content)
        self._file.write(bytes(-member.size % BLOCK_BYTES))


def _read(path: Path) -> Heads:
    with path.open("rb") as file:
        for key, header in _arrays(file):
            yield key, header.shape, type_name(header.dtype)


def _read_arrays(path: Path) -> Arrays:
    with path.open("rb") as file:
        for key, header in _arrays(file):
            type_name(header.dtype)
            yield key, read_npy_values(file, header)


def _arrays(file: IO[bytes]) -> Iterator[tuple[str, NpyHeader]]:
    seen = Seen()
    for name, end in read_members(file):
        if name.endswith(_FACTS) or name == SETTINGS:
            _check_facts(file, end - file.tell())
        elif name.endswith(_ENDING):
            yield seen.check(name.removesuffix(_ENDING)), _header(file, name, end)


def _header(file: IO[bytes], name: str, end: int) -> NpyHeader:
    # It reads no further than a header may go, and what it claims must be the rest of the member.
    header = read_npy_header(file, end)
    if (left := end - file.tell()) != header.nbytes:
        raise ValueError(f"{name!a} claims {header.nbytes} bytes, and has {left}")
    return header


def _check_facts(file: IO[bytes], size: int) -> None:
    if size > _MAX_FACTS:
        raise ValueError(f"what it tells of an array is {size} bytes, of at most {_MAX_FACTS}")
    parse_object(bytes(read_exactly(file, size)))


TAR = ShardRow(".tar", TarWriter, _read, _read_arrays)
