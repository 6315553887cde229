"""Kaldi's archives of many sounds: the index, the channels, and keys that are words."""

import os
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli.arrays.shards.shards import SHARDS
from stftcli.errors import SettingsError
from tests.arrays.shards.sharding import sharded
from tests.oracles.conftest import oracle
from tests.signals import assert_same_bits, noise

ROW = SHARDS["ark"]


@pytest.fixture
def kaldiio() -> Any:
    return oracle("kaldiio")


def test_the_index_leads_to_each_sound(tmp_path: Path, kaldiio: Any) -> None:
    archive = tmp_path / "x y.ark"
    one, two = noise(7, 5, seed=1), noise(4, 2, 5, seed=2)
    writer = sharded(archive, "ark", [("one talk", one), ("two", two), ("none", one[:0])])
    assert ROW.index_ending is not None
    index = archive.with_suffix(ROW.index_ending)
    index.write_bytes(writer.index(os.fspath(archive)))
    matrices = kaldiio.load_scp(str(index))
    assert list(matrices) == ["one_talk", "two-ch1", "two-ch2", "none"]
    assert_same_bits(matrices["one_talk"], one)
    assert_same_bits(matrices["two-ch2"], np.array(two[:, 1]))
    assert matrices["none"].size == 0
    kaldi = oracle("kaldi_native_io")
    with kaldi.RandomAccessFloatMatrixReader(f"scp:{index}") as reader:
        assert_same_bits(np.array(reader["two-ch1"]), np.array(two[:, 0]))


def test_the_bytes_are_those_of_the_library(tmp_path: Path, kaldiio: Any) -> None:
    clips = [("a", noise(7, 5)), ("b", noise(2, 5))]
    sharded(tmp_path / "x", "ark", clips)
    kaldiio.save_ark(str(tmp_path / "y"), dict(clips))
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (("a b", (3, 5)), ("a  b", (3, 5)), r"'a b' and 'a  b' are both 'a_b' in ark"),
        (("a-ch2", (3, 5)), ("a", (3, 2, 5)), r"'a-ch2' and 'a' are both 'a-ch2' in ark"),
    ],
)
def test_keys_that_become_one_are_refused(
    tmp_path: Path, first: Any, second: Any, words: str
) -> None:
    oracle("kaldiio")
    with (tmp_path / "x").open("w+b") as file:
        writer = ROW.writer(file)
        writer.add(first[0], noise(*first[1]), {})
        with pytest.raises(SettingsError, match=words):
            writer.add(second[0], noise(*second[1]), {})
        writer.finish({})
    assert [key for key, *_ in ROW.read(tmp_path / "x")] == [first[0].replace(" ", "_")]


@pytest.mark.parametrize("shape", [(5,), (2, 2, 3, 5)])
def test_only_frames_of_features_are_matrices(tmp_path: Path, shape: tuple[int, ...]) -> None:
    oracle("kaldiio")
    with (tmp_path / "x").open("w+b") as file:
        writer = ROW.writer(file)
        with pytest.raises(SettingsError, match=f"holds matrices, not {len(shape)} axes"):
            writer.add("a", noise(*shape), {})
        with pytest.raises(SettingsError, match="leave out `layout='bins-first'`"):
            writer.add("a", noise(3, 5), {"layout": "bins-first"})
    assert (tmp_path / "x").read_bytes() == b""


def test_sizes_of_compressed_matrices_are_read_without_their_values(
    tmp_path: Path, kaldiio: Any
) -> None:
    matrices = {"a": noise(20, 5), "b": noise(3, 5)}
    kaldiio.save_ark(str(tmp_path / "x"), matrices, compression_method=2)
    assert list(ROW.read(tmp_path / "x")) == [("a", (20, 5), "float32"), ("b", (3, 5), "float32")]
    read = dict(ROW.read_arrays(tmp_path / "x"))
    np.testing.assert_allclose(read["a"], matrices["a"], atol=0.05)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff \0BFM " + struct.pack("<bibi", 4, 0, 4, 0), "utf-8"),
        (b"a \0BFM " + struct.pack("<bibi", 4, 0, 4, 0) + b" \0BFM ", "without a key"),
        (b"a \0BFM " + struct.pack("<bibi", 4, 1 << 30, 4, 1 << 30), "ends early"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match=words):
        list(ROW.read(tmp_path / "x"))


def test_two_of_one_key_are_refused(tmp_path: Path) -> None:
    content = b"a \0BFM " + struct.pack("<bibi", 4, 0, 4, 0)
    (tmp_path / "x").write_bytes(content * 2)
    with pytest.raises(ValueError, match="two arrays of the key 'a'"):
        list(ROW.read(tmp_path / "x"))
