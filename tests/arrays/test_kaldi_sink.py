"""What Kaldi's readers find in the archives and the indices that are written here."""

import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.arrays.formats import FORMATS
from stftcli.arrays.spec import ArraySpec
from stftcli.errors import MissingExtraError
from tests.arrays.writing import head_of, written
from tests.oracles.conftest import oracle
from tests.signals import assert_same_bits, noise

ROW = FORMATS["ark"]


@pytest.fixture
def kaldiio() -> Any:
    return oracle("kaldiio")


@pytest.fixture
def kaldi_native_io() -> Any:
    return oracle("kaldi_native_io")


def indexed(folder: Path, head: ArraySpec, values: NDArray[Any]) -> str:
    """Write an archive and its index; give the name of the index."""
    archive = folder / "x y.ark"
    sink = written(archive, "ark", head, values, [1] * len(values))
    assert ROW.index_ending == ".scp"
    index = archive.with_suffix(ROW.index_ending)
    index.write_bytes(sink.index(os.fspath(archive)))
    return os.fspath(index)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("frames", [0, 1, 7])
def test_the_index_leads_to_each_channel(
    tmp_path: Path, kaldiio: Any, kaldi_native_io: Any, dtype: str, frames: int
) -> None:
    values = noise(frames, 3, 5).astype(dtype)
    index = indexed(tmp_path, head_of((3, 5), dtype), values)
    matrices = kaldiio.load_scp(index)
    assert list(matrices) == ["talk-ch1", "talk-ch2", "talk-ch3"]
    reader = {
        "float32": kaldi_native_io.RandomAccessFloatMatrixReader,
        "float64": kaldi_native_io.RandomAccessDoubleMatrixReader,
    }[dtype]
    with reader(f"scp:{index}") as kaldi:
        for channel, key in enumerate(matrices):
            wanted = values[:, channel] if frames else np.empty((0, 0), dtype)
            assert_same_bits(np.array(matrices[key]), wanted)
            assert_same_bits(np.array(kaldi[key]), np.ascontiguousarray(wanted))


def test_kaldi_reads_the_archive_in_order(tmp_path: Path, kaldi_native_io: Any) -> None:
    values = noise(7, 2, 5)
    written(tmp_path / "x.ark", "ark", head_of((2, 5)), values)
    with kaldi_native_io.SequentialFloatMatrixReader(f"ark:{tmp_path}/x.ark") as reader:
        found = {key: np.array(matrix) for key, matrix in reader}
    assert list(found) == ["talk-ch1", "talk-ch2"]
    assert_same_bits(found["talk-ch2"], np.ascontiguousarray(values[:, 1]))


@pytest.mark.parametrize(
    ("key", "stored"),
    [
        ("talk", "talk"),
        ("my talk\t(2)", "my_talk_(2)"),
        ("größe", "größe"),
        ("caf\udce9", "caf?"),
        (" ", "_"),
    ],
)
def test_keys_are_words(tmp_path: Path, kaldiio: Any, key: str, stored: str) -> None:
    values = noise(3, 5)
    matrices = kaldiio.load_scp(indexed(tmp_path, head_of((5,), key=key), values))
    assert list(matrices) == [stored]
    assert_same_bits(matrices[stored], values)


def test_the_index_names_the_archive_as_it_was_named(tmp_path: Path, kaldiio: Any) -> None:
    del kaldiio
    sink = written(tmp_path / "x", "ark", head_of((5,)), noise(3, 5))
    assert sink.index("exp/a b.ark") == b"talk exp/a b.ark:5\n"
    assert sink.index("caf\udce9.ark") == b"talk caf\xe9.ark:5\n"


def test_the_bytes_are_those_of_the_library(tmp_path: Path, kaldiio: Any) -> None:
    values = noise(7, 2, 5)
    written(tmp_path / "x", "ark", head_of((2, 5)), values)
    matrices = {f"talk-ch{channel + 1}": values[:, channel].copy() for channel in range(2)}
    kaldiio.save_ark(os.fspath(tmp_path / "y"), matrices)
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


def test_without_kaldiio_the_extra_is_named_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kaldiio", None)
    advice = r"--format ark needs kaldiio: pip install 'stftcli\[kaldi\]'"
    with pytest.raises(MissingExtraError, match=advice):
        ROW.sink.check(np.dtype(np.float32), "frames-first")
    with (tmp_path / "x").open("w+b") as file, pytest.raises(MissingExtraError, match=advice):
        ROW.sink(file, head_of((5,)))
