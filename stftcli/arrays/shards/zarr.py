"""Shards as zarr keeps them: a group of arrays, in one zip file.

zarr's own store of zip files wants a path and stamps the time; so zarr makes what stands in them,
in memory, an array at a time, and the zip is written here. An array is a member KEY/zarr.json and
its pieces, KEY/c/0/0 and so on, uncompressed
(https://zarr-specs.readthedocs.io/en/latest/v3/core/index.html).
"""

import zipfile
from collections.abc import Iterator, Mapping
from itertools import product
from math import ceil, prod
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.arrays.description import dtype_of
from stftcli.arrays.keys import path_parts, to_json
from stftcli.arrays.shards.shard_row import (
    Arrays,
    Heads,
    Seen,
    ShardRow,
    ShardWriter,
    as_value_error,
)
from stftcli.errors import MissingExtraError, SettingsError
from stftcli.files.npz import open_npz
from stftcli.files.untrusted import check_shape, parse_json, parse_object, read_exactly
from stftcli.settings.choices import Layout

_NODE = "zarr.json"
_CHUNK_BYTES = 1 << 22
_MAX_NODE = 1 << 23
_BYTES_ALONE = [{"name": "bytes", "configuration": {"endian": "little"}}]
_CHUNK_KEYS = {"name": "default", "configuration": {"separator": "/"}}


class _Zip(zipfile.ZipFile):
    def __del__(self) -> None:
        """Leave a file alone that was given up, and may be closed."""


class ZarrWriter(ShardWriter):
    """A .zarr.zip file: an array for each key, its facts as attributes; slashes make groups.

    Long arrays are cut into chunks of 4 MB along their first axis.
    """

    name = "zarr"

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self._zip = _Zip(file, "w")
        self._groups: set[str] = set()

    @classmethod
    def check(cls, dtype: np.dtype[Any], layout: Layout) -> None:  # noqa: ARG003  # all have both
        """Raise MissingExtraError without zarr."""
        _zarr()

    @classmethod
    def stored_key(cls, key: str) -> str:
        """Give the path of an array in the group."""
        parts = path_parts(key)
        return "/".join(f"%7A{part[1:]}" if part == _NODE else part for part in parts)

    def finish(self, shared: Mapping[str, Any]) -> None:
        """Write the group, whose attributes are the facts of all arrays."""
        self._pack("", _nodes_of_group(shared))
        self._zip.close()

    def _names(self, key: str, features: NDArray[Any]) -> list[str]:
        path = self.stored_key(key)
        if path in self._groups:
            inside = next(k for name, k in self._keys.items() if name.startswith(f"{path}/"))
            raise _both(key, inside)
        for folder in _folders(path):
            if folder in self._keys:
                raise _both(self._keys[folder], key)
        return super()._names(key, features)

    def _put(self, key: str, features: NDArray[Any], told: Mapping[str, Any]) -> None:
        nodes = _nodes_of_array(features, told)
        for folder in _folders(key):
            if folder not in self._groups:
                self._groups.add(folder)
                self._pack(f"{folder}/", _nodes_of_group({}))
        self._pack(f"{key}/", nodes)

    def _pack(self, folder: str, nodes: Mapping[str, Any]) -> None:
        for name, content in nodes.items():
            member = zipfile.ZipInfo(f"{folder}{name}")  # of 1980, whatever the clock says
            member.create_system, member.external_attr = 3, 0o100644 << 16
            self._zip.writestr(member, content.to_bytes())


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _both(array: str, inside: str) -> SettingsError:
    return SettingsError(
        f"the key {array!r} would be an array and the folder of {inside!r} in zarr: change one"
    )


def _zarr() -> Any:
    try:
        import zarr
    except ImportError:
        raise MissingExtraError("a zarr shard", "zarr", "zarr") from None
    return zarr


def _nodes_of_group(facts: Mapping[str, Any]) -> dict[str, Any]:
    from zarr.storage import MemoryStore

    nodes: dict[str, Any] = {}
    _zarr().create_group(store=MemoryStore(nodes), attributes=parse_json(to_json(facts)))
    return nodes


def _nodes_of_array(features: NDArray[Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    from zarr.storage import MemoryStore

    zarr = _zarr()
    nodes: dict[str, Any] = {}
    pieces = max(1, ceil(features.nbytes / _CHUNK_BYTES))
    chunks = (max(1, ceil(len(features) / pieces)), *(max(1, n) for n in features.shape[1:]))
    # Silence is stored too, so that the size of the file vouches for the shape.
    with zarr.config.set({"array.write_empty_chunks": True}):
        array = zarr.create_array(
            store=MemoryStore(nodes),
            shape=features.shape,
            chunks=chunks,
            dtype=features.dtype.newbyteorder("="),
            compressors=None,
            filters=None,
            zarr_format=3,
            attributes=parse_json(to_json(facts)),
        )
        array[...] = features
    return nodes


class _Array(NamedTuple):
    """An array in a zip file, as its zarr.json describes it, and the members of its chunks."""

    key: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunk: tuple[int, ...]
    members: list[zipfile.ZipInfo]

    def read(self, archive: zipfile.ZipFile) -> NDArray[Any]:
        values = np.empty(self.shape, self.dtype)
        for place, member in zip(self.places(), self.members, strict=True):
            with archive.open(member) as file:
                content = read_exactly(file, member.file_size)
            piece = np.frombuffer(content, self.dtype.newbyteorder("<")).reshape(self.chunk)
            starts = [at * size for at, size in zip(place, self.chunk, strict=True)]
            here = values[tuple(slice(s, s + n) for s, n in zip(starts, self.chunk, strict=True))]
            here[...] = piece[tuple(slice(length) for length in here.shape)]
        return values

    def places(self) -> Iterator[tuple[int, ...]]:
        return product(*map(range, _grid(self.shape, self.chunk)))


def _read(path: Path) -> Heads:
    with as_value_error(), open_npz(path) as archive:
        for array in _arrays(archive):
            yield array.key, array.shape, str(array.dtype)


def _read_arrays(path: Path) -> Arrays:
    with as_value_error(), open_npz(path) as archive:
        for array in _arrays(archive):
            yield array.key, array.read(archive)


def _arrays(archive: zipfile.ZipFile) -> Iterator[_Array]:
    seen = Seen()
    members = {member.filename: member for member in archive.infolist()}
    if _NODE not in members:
        raise ValueError(f"it has no {_NODE}")
    for name, member in members.items():
        folder, _, node = name.rpartition("/")
        if node == _NODE:
            described = _described(archive, member)
            if described.get("node_type") == "array":
                yield _array(seen.check(folder), described, members)


def _described(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> dict[str, Any]:
    _check_stored(member)
    if member.file_size > _MAX_NODE:
        raise ValueError(
            f"{member.filename!a} has {member.file_size} bytes, of at most {_MAX_NODE}"
        )
    with archive.open(member) as file:
        described = parse_object(bytes(read_exactly(file, member.file_size)))
    if described.get("zarr_format") != 3 or described.get("node_type") not in ("array", "group"):
        raise ValueError(f"{member.filename!a} is no array or group of zarr 3")
    return described


def _check_stored(member: zipfile.ZipInfo) -> None:
    if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size:
        raise ValueError(f"{member.filename!a} is compressed: only stored members are read")


def _array(key: str, described: dict[str, Any], members: Mapping[str, zipfile.ZipInfo]) -> _Array:
    if described.get("codecs") != _BYTES_ALONE:
        raise ValueError(f"the codecs of {key!a} are others than plain bytes")
    if described.get("chunk_key_encoding") != _CHUNK_KEYS or described.get("storage_transformers"):
        raise ValueError(f"the chunks of {key!a} are stored in another way than zarr's default")
    shape, dtype = check_shape(described.get("shape")), dtype_of(described.get("data_type"))
    grid = described.get("chunk_grid")
    if not isinstance(grid, dict) or grid.get("name") != "regular":
        raise ValueError(f"the chunks of {key!a} are no regular grid")
    chunk = check_shape(grid["configuration"]["chunk_shape"])
    if len(chunk) != len(shape) or 0 in chunk:
        raise ValueError(f"{key!a} has shape {shape} in chunks of {chunk}")
    if (count := prod(_grid(shape, chunk))) > len(members):
        raise ValueError(f"{key!a} claims {count} chunks, of {len(members)} members")
    array = _Array(key, shape, dtype, chunk, [])
    for place in array.places():
        array.members.append(_chunk(f"{key}/c/{'/'.join(map(str, place))}", array, members))
    return array


def _chunk(name: str, array: _Array, members: Mapping[str, zipfile.ZipInfo]) -> zipfile.ZipInfo:
    wanted = prod(array.chunk) * array.dtype.itemsize
    if (member := members.get(name)) is None:
        raise ValueError(f"it has no {name!a}")
    _check_stored(member)
    if member.file_size != wanted:
        raise ValueError(f"{name!a} has {member.file_size} bytes, not {wanted}")
    return member


def _grid(shape: tuple[int, ...], chunk: tuple[int, ...]) -> list[int]:
    return [-(-length // size) for length, size in zip(shape, chunk, strict=True)]


ZARR = ShardRow(".zarr.zip", ZarrWriter, _read, _read_arrays)
