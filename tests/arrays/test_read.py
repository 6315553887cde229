"""Rows of feature arrays: all of them in order, and no trust in what a file claims."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from stftcli.arrays.read import ENDINGS, read_rows
from stftcli.errors import InputError
from stftcli.settings.choices import ArrayFormat
from tests.arrays.writing import head_of, written
from tests.signals import assert_same_bits, noise

FORMATS: list[ArrayFormat] = ["npy", "npz", "safetensors"]
each_format = pytest.mark.parametrize("name", FORMATS)


def test_these_formats_are_read() -> None:
    assert set(ENDINGS) == {f".{name}" for name in FORMATS}


@each_format
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("frames", [1, 7, 5000])
def test_the_rows_are_those_that_were_written(
    tmp_path: Path, name: ArrayFormat, dtype: str, frames: int
) -> None:
    values = noise(frames, 1000).astype(dtype)  # 5000 of them are read in two batches
    path = tmp_path / f"X.{name.upper()}"
    written(path, name, head_of((1000,), dtype), values)
    batches = list(read_rows(str(path)))
    assert len(batches) == (2 if frames == 5000 else 1)
    assert_same_bits(np.concatenate(batches), values)


@each_format
def test_an_array_without_frames_has_no_rows(tmp_path: Path, name: ArrayFormat) -> None:
    path = tmp_path / f"x.{name}"
    written(path, name, head_of((5,)), noise(0, 5))
    assert list(read_rows(str(path))) == []


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int64", "float32"])
def test_tensors_of_others_are_read(tmp_path: Path, dtype: str) -> None:
    values = (noise(7, 5) * 10).astype(dtype)
    path = tmp_path / "x.safetensors"
    save_file({"weights": noise(4, 4), "features": values, "targets": noise(7)}, path)
    assert_same_bits(np.concatenate(list(read_rows(str(path)))), values)


@each_format
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(
    tmp_path: Path, name: ArrayFormat, value: float
) -> None:
    values, path = noise(7, 5), tmp_path / f"x.{name}"
    values[3, 2] = value
    written(path, name, head_of((5,)), values)
    with pytest.raises(InputError, match="holds NaN or infinite values"):
        list(read_rows(str(path)))


@each_format
@pytest.mark.parametrize("head", [head_of((2, 5)), head_of((5,), "complex64")], ids=["3-D", "C64"])
def test_what_is_no_table_of_real_numbers_is_refused(
    tmp_path: Path, name: ArrayFormat, head: Any
) -> None:
    path = tmp_path / f"x.{name}"
    written(path, name, head, noise(7, *head.frame_shape).astype(head.dtype))
    with pytest.raises(InputError, match=r"not \(frames, features\) of real numbers"):
        list(read_rows(str(path)))


@pytest.mark.parametrize("name", ["npz", "safetensors"])
def test_bins_first_is_refused_with_advice(tmp_path: Path, name: ArrayFormat) -> None:
    path = tmp_path / f"x.{name}"
    written(path, name, head_of((5,), layout="bins-first"), noise(7, 5))
    with pytest.raises(InputError, match="write it frames-first"):
        list(read_rows(str(path)))


def safetensors(header: Any, data: bytes = bytes(80), length: int | None = None) -> bytes:
    """Make a file of a header that need not be true."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(text) if length is None else length).to_bytes(8, "little") + text + data


def features(
    dtype: Any = "F32", shape: Any = (4, 5), offsets: Any = (0, 80)
) -> dict[str, dict[str, Any]]:
    return {"features": {"dtype": dtype, "shape": shape, "data_offsets": offsets}}


def cut(content: bytes) -> bytes:
    return content[:-1]


BROKEN = {
    "empty": b"",
    "five bytes": b"abcde",
    "no header": (0).to_bytes(8, "little"),
    "a header of exabytes": safetensors({}, length=1 << 62),
    "a header longer than the file": safetensors(features(), length=200),
    "no JSON": safetensors(b"\xff" * 10),
    "a list": safetensors([]),
    "very deep": safetensors(b"[" * 100_000),
    "no features": safetensors({"weight": features()["features"]}),
    "features of a kind of their own": safetensors({"features": 5}),
    "an unknown type": safetensors(features(dtype="BF16")),
    "a type that is none": safetensors(features(dtype=["F32"])),
    "a negative length": safetensors(features(shape=(-4, -5))),
    "half a row": safetensors(features(shape=(4.0, 5))),
    "true rows": safetensors(features(shape=(True, 20))),
    "a shape that is none": safetensors(features(shape="45")),
    "more values than bytes": safetensors(features(shape=(5, 5))),
    "fewer values than bytes": safetensors(features(shape=(3, 5))),
    "more bytes than the file": safetensors(features(offsets=(8, 88))),
    "backwards": safetensors(features(shape=(0, 5), offsets=(8, 0))),
    "bytes before the first": safetensors(features(offsets=(-8, 72))),
    "rows beyond counting": safetensors(features(shape=(1 << 62, 1 << 62), offsets=(0, 1 << 126))),
    "texts that are none": safetensors({**features(), "__metadata__": 5}),
    "cut": cut(safetensors(features())),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_header_that_cannot_be_true_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.safetensors is not a feature array: ."):
        list(read_rows(str(path)))


def test_the_header_of_the_broken_files_is_right_where_it_is_true(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(safetensors(features()))
    assert np.concatenate(list(read_rows(str(path)))).shape == (4, 5)


@each_format
@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir], ids=["missing", "a folder"])
def test_what_cannot_be_opened_is_said(
    tmp_path: Path, name: ArrayFormat, make: Callable[[Path], None]
) -> None:
    path = tmp_path / f"x.{name}"
    make(path)
    with pytest.raises(InputError, match=f"x.{name} cannot be read: "):
        list(read_rows(str(path)))
