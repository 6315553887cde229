"""What Kaldi's readers find in archives that are written here, and what is read of others'."""

import os
import pickle
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.arrays.formats import FORMATS
from stftcli.arrays.read import read_rows
from stftcli.arrays.spec import ArraySpec
from stftcli.errors import InputError, MissingExtraError
from tests.arrays.writing import spec_of, written
from tests.oracles.conftest import oracle
from tests.signals import Bomb, assert_same_bits, noise

ROW = FORMATS["ark"]


def matrix(kind: bytes, rows: int, columns: int) -> bytes:
    """Make an archive of ten values, whatever its header claims."""
    return b"a \0B" + kind + struct.pack("<1sbibi", b" ", 4, rows, 4, columns) + bytes(40)


@pytest.fixture
def kaldiio() -> Any:
    return oracle("kaldiio")


@pytest.fixture
def kaldi_native_io() -> Any:
    return oracle("kaldi_native_io")


def indexed(folder: Path, spec: ArraySpec, values: NDArray[Any]) -> str:
    """Write an archive and its index; give the name of the index."""
    archive = folder / "x y.ark"
    writer = written(archive, "ark", spec, values, [1] * len(values))
    assert ROW.index_ending == ".scp"
    index = archive.with_suffix(ROW.index_ending)
    index.write_bytes(writer.index(os.fspath(archive)))
    return os.fspath(index)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("frames", [0, 1, 7])
def test_the_index_leads_to_each_channel(
    tmp_path: Path, kaldiio: Any, kaldi_native_io: Any, dtype: str, frames: int
) -> None:
    values = noise(frames, 3, 5).astype(dtype)
    index = indexed(tmp_path, spec_of((3, 5), dtype), values)
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
    written(tmp_path / "x.ark", "ark", spec_of((2, 5)), values)
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
        ("caf\udce9", "caf%E9"),
        ("a\0b", "a%00b"),
        (" ", "_"),
    ],
)
def test_keys_are_words(tmp_path: Path, kaldiio: Any, key: str, stored: str) -> None:
    values = noise(3, 5)
    matrices = kaldiio.load_scp(indexed(tmp_path, spec_of((5,), key=key), values))
    assert list(matrices) == [stored]
    assert_same_bits(matrices[stored], values)


def test_the_index_names_the_archive_as_it_was_named(tmp_path: Path, kaldiio: Any) -> None:
    del kaldiio
    writer = written(tmp_path / "x", "ark", spec_of((5,)), noise(3, 5))
    assert writer.index("exp/a b.ark") == b"talk exp/a b.ark:5\n"
    assert writer.index("caf\udce9.ark") == b"talk caf\xe9.ark:5\n"


def test_the_bytes_are_those_of_the_library(tmp_path: Path, kaldiio: Any) -> None:
    values = noise(7, 2, 5)
    written(tmp_path / "x", "ark", spec_of((2, 5)), values)
    matrices = {f"talk-ch{channel + 1}": values[:, channel].copy() for channel in range(2)}
    kaldiio.save_ark(os.fspath(tmp_path / "y"), matrices)
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


def test_without_kaldiio_the_extra_is_named_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "kaldiio", None)
    advice = r"`format='ark'` needs kaldiio: pip install 'stftcli\[kaldi\]'"
    with pytest.raises(MissingExtraError, match=advice):
        ROW.writer.check(np.dtype(np.float32), "frames-first")
    with (tmp_path / "x").open("w+b") as file, pytest.raises(MissingExtraError, match=advice):
        ROW.writer(file, spec_of((5,)))


class TestReading:
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_the_matrices_are_rows_one_after_another(self, tmp_path: Path, dtype: str) -> None:
        values = noise(7, 2, 5).astype(dtype)
        written(tmp_path / "x.ark", "ark", spec_of((2, 5), dtype), values)
        got = np.concatenate(list(read_rows(str(tmp_path / "x.ark"))))
        assert_same_bits(got, np.concatenate((values[:, 0], values[:, 1])))

    def test_plain_ones_are_read_without_kaldiio(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        written(tmp_path / "x.ark", "ark", spec_of((5,)), noise(7, 5))
        monkeypatch.setitem(sys.modules, "kaldiio", None)
        assert len(list(read_rows(str(tmp_path / "x.ark")))) == 1

    @pytest.mark.parametrize("method", range(2, 8))
    def test_compressed_ones_are_what_kaldiio_reads(
        self, tmp_path: Path, kaldiio: Any, method: int
    ) -> None:
        matrices = {"a": noise(20, 5, seed=1), "b": noise(3, 5, seed=2)}
        kaldiio.save_ark(str(tmp_path / "x.ark"), matrices, compression_method=method)
        wanted = [np.array(matrix) for _, matrix in kaldiio.load_ark(str(tmp_path / "x.ark"))]
        got = list(read_rows(str(tmp_path / "x.ark")))
        np.testing.assert_array_equal(np.concatenate(got), np.concatenate(wanted))

    def test_compressed_ones_need_kaldiio(
        self, tmp_path: Path, kaldiio: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kaldiio.save_ark(str(tmp_path / "x.ark"), {"a": noise(20, 5)}, compression_method=2)
        monkeypatch.setitem(sys.modules, "kaldiio", None)
        with pytest.raises(MissingExtraError, match="compressed matrices needs kaldiio"):
            list(read_rows(str(tmp_path / "x.ark")))

    def test_pickles_stay_shut(self, tmp_path: Path) -> None:
        trace = tmp_path / "trace"
        (tmp_path / "x.ark").write_bytes(b"a PKL" + pickle.dumps(Bomb(trace)))
        with pytest.raises(InputError, match="something else than Kaldi's binary matrices"):
            list(read_rows(str(tmp_path / "x.ark")))
        assert not trace.exists()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"x" * 5000, "a key of more than"),
            (b"a  [\n 1 2\n 3 4 ]\n", "something else"),
            (b"a \0BFV \4\2\0\0\0" + bytes(8), "a FV, not a matrix"),
            (b"a \0B\x1b[31m ", "not a matrix"),
            (b"a \0B" + b"x" * 20, "a key of more than 8"),
            (b"a \0BFM \5" + bytes(20), "the header of a matrix is broken"),
            (matrix(b"FM", 2, 5)[:-1], "2 x 5 values and ends early"),
            (matrix(b"FM", 1 << 30, 1 << 30), "ends early"),
            (matrix(b"DM", -1, -5), "the header of a matrix is broken"),
            (matrix(b"FM", 5, 0), "not \\(frames, features\\)"),
            (matrix(b"FM", 2, 5)[:12], "it ends early"),
            (b"a \0BCM " + struct.pack("<ffii", 0, 1, 1 << 20, 1 << 10), "ends early"),
            (b"a \0BCM2 " + struct.pack("<ffii", 0, 1, -1, 5), "is broken"),
            (b"a \0BCM3 " + bytes(8), "ends early"),
            (matrix(b"FM", 2, 5)[1:], "without a key"),
        ],
        ids=range(15),
    )
    def test_what_is_no_matrix_is_one_error(
        self, tmp_path: Path, content: bytes, words: str
    ) -> None:
        path = tmp_path / "x.ark"
        path.write_bytes(content)
        with pytest.raises(
            InputError, match=rf"x\.ark is not a feature array: .*{words}"
        ) as caught:
            list(read_rows(str(path)))
        assert str(caught.value).isprintable()
