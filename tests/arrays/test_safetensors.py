"""Arrays in .safetensors files, held against the library of the format, and no trust in them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save, save_file

from stftcli.arrays.read import read_description, read_rows
from stftcli.arrays.spec import ArrayMetadata
from stftcli.errors import InputError
from stftcli.settings.choices import LAYOUTS, Layout
from tests.arrays.writing import FREQS_HZ, METADATA, spec_of, times_s, written
from tests.oracles.conftest import oracle
from tests.signals import assert_same_bits, noise

LARGE = 1 << 20
"""Characters that settings may have."""


def split(content: bytes) -> tuple[dict[str, Any], bytes]:
    """Give the header, whose texts the library writes in any order, and the tensors."""
    length = int.from_bytes(content[:8], "little")
    return json.loads(content[8 : 8 + length]), content[8 + length :]


@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("frames", [0, 1, 7])
def test_the_content_is_that_of_the_library(
    tmp_path: Path, dtype: str, layout: Layout, frames: int
) -> None:
    spec, values = spec_of((3, 5), dtype, layout), noise(frames, 3, 5).astype(dtype)
    written(tmp_path / "x", "safetensors", spec, values, [1] * frames)
    if layout == "bins-first":
        values = np.ascontiguousarray(np.moveaxis(values, 0, -1))
    texts = {"layout": layout, "names": json.dumps(spec.names), "settings": METADATA.settings}
    tensors = {"features": values, "times": times_s(0, frames), "freqs": FREQS_HZ}
    got, wanted = split((tmp_path / "x").read_bytes()), split(save(tensors, texts))
    assert got == wanted
    assert list(got[0]) == list(wanted[0])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64"])
def test_every_tensor_lies_at_a_multiple_of_its_values(tmp_path: Path, dtype: str) -> None:
    written(tmp_path / "x", "safetensors", spec_of((5,), dtype), noise(7, 5).astype(dtype))
    content = (tmp_path / "x").read_bytes()
    entries, tensors = split(content)
    first = len(content) - len(tensors)
    assert first % 8 == 0
    sizes = {"features": np.dtype(dtype).itemsize, "times": 8, "freqs": 8}
    assert set(entries) == {"__metadata__", *sizes}
    for name, size in sizes.items():
        assert (first + entries[name]["data_offsets"][0]) % size == 0


def test_torch_reads_them(tmp_path: Path) -> None:
    load_file: Any = oracle("safetensors.torch").load_file
    values = noise(7, 5).astype(np.complex64) * 1j
    written(tmp_path / "x", "safetensors", spec_of((5,), "complex64", "bins-first"), values)
    features = load_file(tmp_path / "x")["features"]
    assert features.is_contiguous()
    np.testing.assert_array_equal(features.numpy(), values.T)


def test_rows_without_times_or_frequencies_have_none(tmp_path: Path) -> None:
    spec = spec_of((5,), times_s=None)
    written(
        tmp_path / "x", "safetensors", spec, noise(1, 5), metadata=ArrayMetadata('{"é": "\\n"}')
    )
    with safe_open(tmp_path / "x", "numpy") as file:
        assert list(file.keys()) == ["features"]
        assert file.metadata()["settings"] == '{"é": "\\n"}'


@pytest.mark.parametrize("dtype", ["int8", "uint16", "int64", "float32"])
def test_tensors_of_others_are_read(tmp_path: Path, dtype: str) -> None:
    values = (noise(7, 5) * 10).astype(dtype)
    path = tmp_path / "x.safetensors"
    save_file({"weights": noise(4, 4), "features": values, "targets": noise(7)}, path)
    assert_same_bits(np.concatenate(list(read_rows(str(path)))), values)


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
    "a text that is none": safetensors({**features(), "__metadata__": {"names": 5}}),
    "more axes than can be": safetensors(features(shape=[1] * 100_000)),
    "two that share their bytes": safetensors(
        {**features(), "times": {"dtype": "F64", "shape": [2], "data_offsets": [64, 80]}}
    ),
    "bytes that belong to none": safetensors(features(), bytes(88)),
    "a gap": safetensors(
        {**features(), "times": {"dtype": "F64", "shape": [2], "data_offsets": [88, 104]}},
        bytes(104),
    ),
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


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_safetensors_file_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.safetensors is not an array with a description: ."):
        read_description(str(path))


@pytest.mark.parametrize(
    "texts",
    [
        {"names": "mel"},
        {"names": '"mel"'},
        {"names": '["\\ud800"]'},
        {"settings": '{"a": -1e999}'},
        {"names": "[1]"},
        {"settings": "["},
        {"settings": "[]"},
        {"settings": "{" + LARGE * " " + "}"},
    ],
    ids=lambda texts: str(texts)[:40],
)
def test_broken_texts_of_a_safetensors_file_are_one_error(
    tmp_path: Path, texts: dict[str, str]
) -> None:
    path = tmp_path / "x.safetensors"
    save_file({"features": noise(7, 5)}, path, texts)
    with pytest.raises(InputError, match=r"x\.safetensors is not an array with a description: ."):
        read_description(str(path))
