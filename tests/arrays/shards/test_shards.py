"""The contract of all shards: the arrays of many sounds come back under their keys."""

import errno
import gc
import io
import os
import sys
import tracemalloc
from pathlib import Path
from random import Random
from typing import Any, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.arrays.shards.shards import SHARDS
from stftcli.errors import MissingExtraError, SettingsError
from stftcli.settings.choices import SHARD_FORMATS, ShardFormat
from tests.arrays.shards.sharding import (
    DTYPES,
    NEEDING,
    PACKAGES,
    SHARED,
    TOLD,
    Clip,
    clips_of,
    holds,
    need,
    sharded,
    stored,
)
from tests.mutation import EVERY, mutations
from tests.signals import assert_same_bits, noise

CASES = [(name, dtype) for name in SHARDS for dtype in DTYPES]
SHAPES = {
    "mono": [(7, 5), (1, 5), (20, 5)],
    "channels": [(7, 2, 5), (3, 1, 5)],
    "both": [(7, 5), (7, 3, 5), (2, 9)],
    "no frames": [(0, 5), (3, 5), (0, 2, 5)],
    "one value": [(1, 1)],
    "nothing": [],
}
ODD_KEYS = [
    "caf\udce9",
    "a\0b",
    "line\nbreak \t tab",
    "",
    ".",
    "..",
    "../../etc/passwd",
    "/root/x",
    "a//b/./c/",
    "größe/日本",
    "__meta__/x",
    "__meta__",
    "zarr.json",
    "x/zarr.json/y",
    "c",
    "back\\slash",
    "\ud800",
    "100%",
    "name.with.dots",
    "folder.d/.hidden",
    "deep/" * 60 + "x",
    "l" * 250,
    "[bold]",
    "\x1b[31m",
]

each_format = pytest.mark.parametrize("name", SHARDS)


class FullDisk(io.BytesIO):
    """A file that takes a thousand bytes."""

    def write(self, content: Any) -> int:
        if self.tell() > 1000:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(content)


def read_all(path: Path, name: ShardFormat) -> list[tuple[str, NDArray[Any]]]:
    return [(key, np.array(values)) for key, values in SHARDS[name].read_arrays(path)]


def assert_holds(path: Path, name: ShardFormat, wanted: list[Clip]) -> None:
    """Hold a file to the arrays that should be in it, by both readers."""
    found = read_all(path, name)
    assert [key for key, _ in found] == [key for key, _ in wanted]
    for (_, got), (_, values) in zip(found, wanted, strict=True):
        assert_same_bits(np.ascontiguousarray(got), np.ascontiguousarray(values))
    told = list(SHARDS[name].read(path))
    assert told == [(key, values.shape, str(values.dtype)) for key, values in wanted]


def test_every_format_is_held_to_the_contract() -> None:
    assert list(SHARDS) == list(PACKAGES) == list(get_args(ShardFormat)) == list(SHARD_FORMATS)
    endings = [row.ending for row in SHARDS.values()]
    assert len(set(endings)) == len(endings)
    assert {name for name, row in SHARDS.items() if row.index_ending} == {"ark"}


@pytest.mark.parametrize(("name", "dtype"), [case for case in CASES if holds(*case)])
@pytest.mark.parametrize("shapes", SHAPES.values(), ids=SHAPES)
def test_arrays_come_back(
    tmp_path: Path, name: ShardFormat, dtype: str, shapes: list[tuple[int, ...]]
) -> None:
    clips = clips_of(*shapes, dtype=dtype)
    sharded(tmp_path / "x", name, clips)
    assert_holds(tmp_path / "x", name, stored(name, clips))


@each_format
def test_other_orders_and_byte_orders_are_the_same_values(
    tmp_path: Path, name: ShardFormat
) -> None:
    values = noise(9, 6)
    sharded(tmp_path / "x", name, [("a", values)])
    for other in (
        np.asfortranarray(values),
        values.astype(">f4"),
        np.repeat(values, 2, axis=0)[::2],
    ):
        sharded(tmp_path / "y", name, [("a", other)])
        assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


@pytest.mark.parametrize(("name", "dtype"), [case for case in CASES if not holds(*case)])
def test_what_a_format_cannot_hold_is_refused(
    tmp_path: Path, name: ShardFormat, dtype: str
) -> None:
    need(name)
    advice = rf"{name} has no {dtype} numbers: choose .*`(spectrum`|dtype='float32')"
    with pytest.raises(SettingsError, match=advice):
        SHARDS[name].writer.check(np.dtype(dtype), "frames-first")
    with (tmp_path / "x").open("w+b") as file:
        writer = SHARDS[name].writer(file)
        with pytest.raises(SettingsError, match=advice):
            writer.add("a", noise(3, 5).astype(dtype), {})
        good = noise(3, 5).astype("float32")
        writer.add("a", good, {})
        writer.finish({})
    assert_holds(tmp_path / "x", name, [("a", good)])


@pytest.mark.parametrize(("name", "package"), NEEDING)
def test_without_its_package_the_extra_is_named(
    name: ShardFormat, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    extra = "kaldi" if name == "ark" else name
    with pytest.raises(MissingExtraError, match=rf"needs {package}: .*'stftcli\[{extra}\]'"):
        SHARDS[name].writer.check(np.dtype(np.float32), "frames-first")


@each_format
def test_the_same_arrays_give_the_same_bytes(
    tmp_path: Path, name: ShardFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = clips_of((7, 5), (0, 5), (700, 2, 5))
    sharded(tmp_path / "x", name, clips)
    monkeypatch.setattr("time.time", lambda: 2e9)
    sharded(tmp_path / "y", name, clips)
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


@each_format
@pytest.mark.parametrize("key", ODD_KEYS, ids=ascii)
def test_any_text_can_be_a_key(tmp_path: Path, name: ShardFormat, key: str) -> None:
    clips = [(key, noise(3, 5)), ("other", noise(4, 5))]
    told = {**TOLD, "input": f"{key}.wav", "extra": {key: [key]}}
    writer = sharded(tmp_path / "x", name, clips, told, {key: key})
    assert_holds(tmp_path / "x", name, stored(name, clips))
    writer.stored_key(key).encode()
    writer.index("x").decode()


@each_format
def test_all_of_them_can_stand_together(tmp_path: Path, name: ShardFormat) -> None:
    clips = [(f"{at}/{key}", noise(2, 3, seed=at)) for at, key in enumerate(ODD_KEYS)]
    sharded(tmp_path / "x", name, clips)
    assert_holds(tmp_path / "x", name, stored(name, clips))


@each_format
def test_a_key_is_taken_once(tmp_path: Path, name: ShardFormat) -> None:
    need(name)
    with (tmp_path / "x").open("w+b") as file:
        writer = SHARDS[name].writer(file)
        writer.add("caf%E9", noise(3, 5), {})
        with pytest.raises(ValueError, match="two arrays have the key 'caf%E9'"):
            writer.add("caf%E9", noise(3, 5), {})
        words = rf"'caf%E9' and 'caf\\udce9' are both 'caf%E9' in {name}"
        with pytest.raises(SettingsError, match=words):
            writer.add("caf\udce9", noise(3, 5), {})
        writer.finish({})
    assert [key for key, *_ in SHARDS[name].read(tmp_path / "x")] == ["caf%E9"]


@each_format
def test_a_file_that_fails_is_given_up_without_a_word(
    name: ShardFormat, monkeypatch: pytest.MonkeyPatch
) -> None:
    need(name)
    heard: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", heard.append)
    file = FullDisk()
    writer = SHARDS[name].writer(file)
    with pytest.raises(OSError, match="No space left"):
        for number in range(3):
            writer.add(f"a{number}", noise(1 << 16, 64), {})
    file.close()
    del writer
    gc.collect()
    assert heard == []


@each_format
def test_memory_does_not_grow_with_the_arrays(tmp_path: Path, name: ShardFormat) -> None:
    need(name)
    values = noise(1 << 12, 64)  # a megabyte
    sharded(tmp_path / "y", name, clips_of((3, 5)))  # imports take room too
    read_all(tmp_path / "y", name)
    tracemalloc.start()
    try:
        sharded(tmp_path / "x", name, ((f"a{number}", values) for number in range(100)))
        assert sum(len(features) for _, features in SHARDS[name].read_arrays(tmp_path / "x"))
        assert len(list(SHARDS[name].read(tmp_path / "x"))) == 100
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (tmp_path / "x").stat().st_size > 100 << 20
    assert peak < 40 << 20


def read_both(path: Path, name: ShardFormat) -> bool:
    """Read a file that may be broken; say whether it was taken."""
    try:
        told = list(SHARDS[name].read(path))
        arrays = read_all(path, name)
    except ValueError as error:
        assert len(str(error)) < 2000
        return False
    assert [key for key, *_ in told] == [key for key, _ in arrays]
    return True


@each_format
def test_a_file_that_ends_early_is_refused(tmp_path: Path, name: ShardFormat) -> None:
    path = tmp_path / "x"
    sharded(path, name, clips_of((7, 5), (20, 2, 5), (9, 5)))
    content = path.read_bytes()
    for end in range(0, len(content), 97):
        path.write_bytes(content[:end])
        # Between two of Kaldi's matrices nothing says that more should come.
        assert not read_both(path, name) or name == "ark"
    path.write_bytes(content)
    assert read_both(path, name)


@each_format
def test_changed_files_are_read_or_refused(tmp_path: Path, name: ShardFormat) -> None:
    path = tmp_path / "x"
    sharded(path, name, clips_of((7, 5), (3, 2, 5), (2, 5)))
    content = path.read_bytes()
    refused = 0
    tracemalloc.start()
    try:
        for changed in mutations(content, 500):
            path.unlink()  # some disks make who overwrites a file wait
            path.write_bytes(changed)
            refused += not read_both(path, name)
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
    assert refused > 100 // EVERY


@each_format
@pytest.mark.parametrize("size", [0, 1, 511, 512, 5000])
def test_noise_is_no_shard(tmp_path: Path, name: ShardFormat, size: int) -> None:
    need(name)
    (tmp_path / "x").write_bytes(Random(size).randbytes(size))
    assert not read_both(tmp_path / "x", name) or (name, size) == ("ark", 0)


@each_format
def test_a_file_that_is_not_there_is_another_error(tmp_path: Path, name: ShardFormat) -> None:
    need(name)
    for read in (SHARDS[name].read, SHARDS[name].read_arrays):
        with pytest.raises(FileNotFoundError):
            list(read(tmp_path / "x"))


@each_format
def test_facts_must_be_json(tmp_path: Path, name: ShardFormat) -> None:
    if name == "ark":
        pytest.skip("it has no place for facts")
    with pytest.raises(ValueError, match="JSON"):
        sharded(tmp_path / "x", name, clips_of((3, 5)), {"extra": {"level": float("nan")}})
    with pytest.raises(ValueError, match="JSON"):
        sharded(tmp_path / "x", name, [], shared={**SHARED, "level": float("inf")})
