"""What the library of the format says of the .safetensors files that are written here."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import save

from stftcli.arrays.spec import ArrayMetadata
from stftcli.settings.choices import LAYOUTS, Layout
from tests.arrays.writing import BESIDE, FREQS_HZ, head_of, times_s, written
from tests.oracles.conftest import oracle
from tests.signals import noise


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
    head, values = head_of((3, 5), dtype, layout), noise(frames, 3, 5).astype(dtype)
    written(tmp_path / "x", "safetensors", head, values, [1] * frames)
    if layout == "bins-first":
        values = np.ascontiguousarray(np.moveaxis(values, 0, -1))
    texts = {"layout": layout, "names": json.dumps(head.names), "settings": BESIDE.settings}
    tensors = {"features": values, "times": times_s(0, frames), "freqs": FREQS_HZ}
    got, wanted = split((tmp_path / "x").read_bytes()), split(save(tensors, texts))
    assert got == wanted
    assert list(got[0]) == list(wanted[0])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "complex64"])
def test_every_tensor_lies_at_a_multiple_of_its_values(tmp_path: Path, dtype: str) -> None:
    written(tmp_path / "x", "safetensors", head_of((5,), dtype), noise(7, 5).astype(dtype))
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
    written(tmp_path / "x", "safetensors", head_of((5,), "complex64", "bins-first"), values)
    features = load_file(tmp_path / "x")["features"]
    assert features.is_contiguous()
    np.testing.assert_array_equal(features.numpy(), values.T)


def test_rows_without_times_or_frequencies_have_none(tmp_path: Path) -> None:
    head = head_of((5,), times_s=None)
    written(tmp_path / "x", "safetensors", head, noise(1, 5), beside=ArrayMetadata('{"é": "\\n"}'))
    with safe_open(tmp_path / "x", "numpy") as file:
        assert list(file.keys()) == ["features"]
        assert file.metadata()["settings"] == '{"é": "\\n"}'
