"""What numpy finds in the .npy files that are written here, and what is read of others'."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli.arrays.read import read_description, read_rows
from stftcli.errors import InputError
from stftcli.settings.choices import LAYOUTS, Layout
from tests.arrays.writing import describe, spec_of, written
from tests.signals import assert_same_bits, noise

each_layout = pytest.mark.parametrize("layout", LAYOUTS)


@each_layout
@pytest.mark.parametrize("frame_shape", [(5,), (1,), (2, 5)], ids=str)
def test_many_frames_turn_by_parts(
    tmp_path: Path, layout: Layout, frame_shape: tuple[int, ...]
) -> None:
    # 1.1 million frames of one or more values: the turning takes several steps.
    values = np.arange(1_100_000, dtype=np.float32).repeat(np.prod(frame_shape))
    values = values.reshape(-1, *frame_shape)
    spec = spec_of(frame_shape, layout=layout)
    written(tmp_path / "x", "npy", spec, values, [1_000_000, 100_000])
    got = np.load(tmp_path / "x", mmap_mode="r")
    np.testing.assert_array_equal(
        np.moveaxis(got, -1, 0) if layout == "bins-first" else got, values
    )


@pytest.mark.parametrize("frames", [0, 9, 12_345])
def test_bins_first_lie_as_their_shape_says(tmp_path: Path, frames: int) -> None:
    # There are readers that look at the shape alone, and not at the order.
    values = noise(frames, 5)
    written(tmp_path / "x", "npy", spec_of((5,), layout="bins-first"), values)
    content = (tmp_path / "x").read_bytes()
    assert content.endswith(np.ascontiguousarray(values.T).tobytes())
    assert np.load(tmp_path / "x").flags.c_contiguous
    assert len(content) - values.nbytes in (64, 128, 192)


def test_an_npy_file_is_the_one_that_numpy_writes(tmp_path: Path) -> None:
    values = noise(9, 2, 5)
    written(tmp_path / "x", "npy", spec_of((2, 5)), values, [4, 5])
    np.save(tmp_path / "y.npy", values)
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y.npy").read_bytes()


def test_a_description_of_another_array_is_not_taken(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", noise(7, 5))
    describe(tmp_path / "x.npy", spec_of((5,)), 8, "{}")
    with pytest.raises(InputError, match=r"x\.npy\.json describes \(8, 5\).*array is \(7, 5\)"):
        read_description(str(tmp_path / "x.npy"))


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [">f4", "<f8", "<i2"])
def test_rows_of_others_are_read_in_any_order(tmp_path: Path, order: Any, dtype: str) -> None:
    values = (noise(9001, 500) * 100).astype(dtype)  # two batches
    np.save(tmp_path / "x.npy", np.array(values, order=order))
    batches = list(read_rows(str(tmp_path / "x.npy")))
    assert len(batches) == 2
    assert_same_bits(np.concatenate(batches), values.astype(np.dtype(dtype).newbyteorder("=")))


def test_columns_are_bins_where_the_sidecar_says_so(tmp_path: Path) -> None:
    path, spec = tmp_path / "x.npy", spec_of((5,), layout="bins-first")
    written(path, "npy", spec, noise(7, 5))
    describe(path, spec, 7, "{}")
    with pytest.raises(InputError, match=r"x\.npy is not a feature array: .*write it frames-first"):
        list(read_rows(str(path)))


@pytest.mark.parametrize(
    "content",
    [
        b"\x93NUMPY\x01\x00\xff\xff" + b" " * 65535,
        b"\x93NUMPY\x02\x00\xff\xff\xff\x00" + b"(" * 0xFFFFFF,
        b"\x93NUMPY\x09\x00",
        b"not numpy's",
    ],
    ids=["a long header", "a longer one", "a version to come", "text"],
)
def test_what_numpy_would_say_in_many_lines_is_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(content)
    for read in (lambda: list(read_rows(str(path))), lambda: read_description(str(path))):
        with pytest.raises(InputError, match="its header is none that numpy writes") as caught:
            read()
        assert len(str(caught.value).splitlines()) == 1
