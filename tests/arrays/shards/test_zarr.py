"""What zarr finds in a shard, and what is refused."""

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli.arrays.shards.shards import SHARDS
from stftcli.errors import SettingsError
from tests.arrays.shards.sharding import SHARED, TOLD, clips_of, sharded
from tests.oracles.conftest import oracle
from tests.signals import assert_same_bits, noise

ROW = SHARDS["zarr"]


@pytest.fixture
def zarr() -> Any:
    return oracle("zarr")


def opened(zarr: Any, path: Path) -> Any:
    return zarr.open_group(zarr.storage.ZipStore(path, mode="r"), mode="r")


@pytest.mark.parametrize("dtype", ["float16", "float32", "complex128"])
def test_zarr_reads_it(tmp_path: Path, zarr: Any, dtype: str) -> None:
    (_, mono), (_, stereo), (_, none) = clips_of((7, 5), (3, 2, 5), (0, 5), dtype=dtype)
    clips = [("mono", mono), ("a/b c/größe", stereo), ("a/caf\udce9.d", none)]
    sharded(tmp_path / "x.zarr.zip", "zarr", clips)
    group = opened(zarr, tmp_path / "x.zarr.zip")
    assert dict(group.attrs) == SHARED
    assert sorted(name for name, _ in group.arrays()) == ["mono"]
    assert sorted(name for name, _ in group["a"].arrays()) == ["caf%E9.d"]
    for key, values in (("mono", mono), ("a/b c/größe", stereo), ("a/caf%E9.d", none)):
        assert_same_bits(np.ascontiguousarray(group[key][...]), values)
        assert group[key].attrs["input"] == TOLD["input"]


@pytest.mark.parametrize("shape", [(40_001, 40), (9, 3, 50_000), (2, 1_500_000), (3, 0)])
def test_long_arrays_are_cut_along_their_frames(
    tmp_path: Path, zarr: Any, shape: tuple[int, ...]
) -> None:
    values = np.zeros(shape, np.float32)  # silence is stored too
    values[-1:] = 1
    sharded(tmp_path / "x.zarr.zip", "zarr", [("a", values)])
    array = opened(zarr, tmp_path / "x.zarr.zip")["a"]
    assert array.chunks[1:] == tuple(max(1, length) for length in shape[1:])
    assert_same_bits(np.ascontiguousarray(array[...]), values)
    ((_, got),) = ROW.read_arrays(tmp_path / "x.zarr.zip")
    assert_same_bits(got, values)


def test_members_are_of_no_time_and_packed_by_nobody(tmp_path: Path, zarr: Any) -> None:
    del zarr
    sharded(tmp_path / "x", "zarr", [("a/b", noise(3, 5)), ("a/c", noise(3, 5))])
    with zipfile.ZipFile(tmp_path / "x") as archive:
        members = archive.infolist()
    assert [member.filename for member in members] == [
        *("a/zarr.json", "a/b/zarr.json", "a/b/c/0/0", "a/c/zarr.json", "a/c/c/0/0", "zarr.json"),
    ]
    for member in members:
        assert member.date_time == (1980, 1, 1, 0, 0, 0)
        assert member.compress_type == zipfile.ZIP_STORED


@pytest.mark.parametrize(("first", "second"), [("a/b", "a"), ("a", "a/b/c"), ("a/b/c", "a/b")])
def test_an_array_is_no_folder(tmp_path: Path, zarr: Any, first: str, second: str) -> None:
    del zarr
    with (tmp_path / "x").open("w+b") as file:
        writer = ROW.writer(file)
        writer.add(first, noise(3, 5), {})
        short, long = sorted((first, second), key=len)
        with pytest.raises(SettingsError, match=f"'{short}' would be an array.*of '{long}'"):
            writer.add(second, noise(3, 5), {})
        writer.finish({})
    assert [key for key, *_ in ROW.read(tmp_path / "x")] == [first]


def test_it_is_read_without_zarr(
    tmp_path: Path, zarr: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    del zarr
    values = noise(3, 5)
    sharded(tmp_path / "x", "zarr", [("a", values)])
    monkeypatch.setitem(sys.modules, "zarr", None)
    ((key, got),) = ROW.read_arrays(tmp_path / "x")
    assert key == "a"
    assert_same_bits(got, values)


def array_of(**changes: Any) -> dict[str, Any]:
    """Describe two frames of three features."""
    grid = {"name": "regular", "configuration": {"chunk_shape": [2, 3]}}
    usual = {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [2, 3],
        "data_type": "float32",
        "chunk_grid": grid,
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
        "fill_value": 0,
    }
    return {**usual, **changes}


def packed(path: Path, described: Any, chunk: bytes = bytes(24), **options: Any) -> Path:
    """Pack a group of one array."""
    with zipfile.ZipFile(path, "w", **options) as archive:
        archive.writestr("zarr.json", json.dumps({"zarr_format": 3, "node_type": "group"}))
        archive.writestr("a/zarr.json", json.dumps(described))
        archive.writestr("a/c/0/0", chunk)
    return path


def grid_of(*chunk: int) -> dict[str, Any]:
    return {"name": "regular", "configuration": {"chunk_shape": chunk}}


def test_what_stands_here_is_taken(tmp_path: Path) -> None:
    path = packed(tmp_path / "x", array_of())
    assert list(ROW.read(path)) == [("a", (2, 3), "float32")]


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (array_of(zarr_format=2), "no array or group of zarr 3"),
        (array_of(node_type="table"), "no array or group"),
        ([1], "should be a JSON object"),
        (array_of(shape=[2, -3]), "its shape is"),
        (array_of(shape=[2, 3, 1]), r"shape \(2, 3, 1\) in chunks of \(2, 3\)"),
        (array_of(shape=[1 << 40, 3], chunk_grid=grid_of(1 << 40, 3)), "24 bytes, not"),
        (array_of(shape=[1 << 40, 3]), "claims .* chunks, of 3 members"),
        (array_of(chunk_grid=grid_of(0, 3)), r"in chunks of \(0, 3\)"),
        (array_of(chunk_grid=grid_of(1, 3)), "24 bytes, not 12"),
        (array_of(shape=[4, 3]), "it has no 'a/c/1/0'"),
        (array_of(chunk_grid=None), "no regular grid"),
        (array_of(chunk_grid={"name": "regular"}), "configuration"),
        (array_of(data_type="bool"), "its dtype is 'bool'"),
        (array_of(data_type="float64"), "24 bytes, not 48"),
        (array_of(codecs=[{"name": "zstd"}]), "codecs of 'a'"),
        (array_of(chunk_key_encoding={"name": "v2"}), "stored in another way"),
        (array_of(storage_transformers=[1]), "stored in another way"),
    ],
    ids=range(17),
)
def test_arrays_that_lie_are_refused(tmp_path: Path, described: Any, words: str) -> None:
    path = packed(tmp_path / "x", described)
    for read in (ROW.read, ROW.read_arrays):
        with pytest.raises(ValueError, match=words):
            list(read(path))


def test_compressed_members_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "x", array_of(), compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match="is compressed"):
        list(ROW.read(path))


def test_other_archives_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x", "w") as archive:
        archive.writestr("a.npy", b"")
    with pytest.raises(ValueError, match=r"it has no zarr\.json"):
        list(ROW.read(tmp_path / "x"))


def test_a_changed_value_is_noticed(tmp_path: Path, zarr: Any) -> None:
    del zarr
    values = noise(100, 50)
    sharded(tmp_path / "x", "zarr", [("a", values)])
    content = bytearray((tmp_path / "x").read_bytes())
    content[content.index(values[50, :2].tobytes())] ^= 1
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match="CRC"):
        list(ROW.read_arrays(tmp_path / "x"))
