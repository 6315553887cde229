"""The contract of all sinks: what is written frame by frame reads back as one array."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from stftcli.arrays.formats import FORMATS, choose_format
from stftcli.arrays.sinks import RawSink
from stftcli.errors import SettingsError
from stftcli.settings import LAYOUTS, ArrayFormat, Layout
from tests.signals import assert_same_bits, noise

BESIDE: dict[str, ArrayLike] = {
    "times": np.arange(4) / 8,
    "settings": json.dumps({"window": "hann"}),
}


def read_npy(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    del shape, dtype
    return np.asarray(np.load(file))


def read_npz(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    del shape, dtype
    with np.load(file, allow_pickle=False) as archive:
        assert set(archive) == {"features", *BESIDE}
        np.testing.assert_array_equal(archive["times"], BESIDE["times"])
        assert json.loads(str(archive["settings"])) == {"window": "hann"}
        return np.asarray(archive["features"])


def read_raw(file: IO[bytes], shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    return np.frombuffer(file.read(), dtype).reshape(shape)


READERS: dict[ArrayFormat, Callable[..., NDArray[Any]]] = {
    "npy": read_npy,
    "npz": read_npz,
    "raw": read_raw,
}

DTYPES = ["float16", "float32", "float64", "complex64", "complex128"]
BATCHES = {"nothing": [], "one": [1], "several": [3, 3, 2], "single frames": [1] * 20}

each_format = pytest.mark.parametrize("name", READERS)
each_layout = pytest.mark.parametrize("layout", LAYOUTS)
each_shape = pytest.mark.parametrize("frame_shape", [(5,), (1,), (2, 5)], ids=str)


def written(
    path: Path,
    name: ArrayFormat,
    layout: Layout,
    values: NDArray[Any],
    dtype: np.dtype[Any],
    batches: list[int],
) -> RawSink:
    """Write all values in batches of so many frames."""
    with path.open("w+b") as file:
        sink = FORMATS[name].sink(file, values.shape[1:], dtype, layout)
        first = 0
        for frames in batches:
            sink.write(values[first : first + frames])
            first += frames
        sink.finish(BESIDE)
    return sink


def test_every_format_is_held_to_the_contract() -> None:
    assert set(READERS) == set(FORMATS)


@each_format
@each_layout
@each_shape
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("batches", BATCHES.values(), ids=BATCHES)
def test_values_come_back(
    tmp_path: Path,
    name: ArrayFormat,
    layout: Layout,
    frame_shape: tuple[int, ...],
    dtype: str,
    batches: list[int],
) -> None:
    values = noise(sum(batches), *frame_shape).astype(dtype)
    sink = written(tmp_path / "x", name, layout, values, np.dtype(dtype), batches)
    wanted = np.moveaxis(values, 0, -1) if layout == "bins-first" else values
    assert sink.shape == wanted.shape
    assert sink.frames == len(values)
    with (tmp_path / "x").open("rb") as file:
        got = READERS[name](file, wanted.shape, np.dtype(dtype))
    assert_same_bits(np.ascontiguousarray(got), np.ascontiguousarray(wanted))


@each_format
@each_layout
@each_shape
def test_batches_leave_no_trace(
    tmp_path: Path, name: ArrayFormat, layout: Layout, frame_shape: tuple[int, ...]
) -> None:
    values = noise(60, *frame_shape)
    contents = set()
    for batches in ([60], [7] * 8 + [4], [1] * 60):
        written(tmp_path / "x", name, layout, values, values.dtype, batches)
        contents.add((tmp_path / "x").read_bytes())
    assert len(contents) == 1


@each_layout
@each_shape
def test_many_frames_turn_by_parts(
    tmp_path: Path, layout: Layout, frame_shape: tuple[int, ...]
) -> None:
    # 1.1 million frames of one or more values: the turning takes several steps.
    values = np.arange(1_100_000, dtype=np.float32).repeat(np.prod(frame_shape))
    values = values.reshape(-1, *frame_shape)
    written(tmp_path / "x", "npy", layout, values, values.dtype, [1_000_000, 100_000])
    got = np.load(tmp_path / "x", mmap_mode="r")
    np.testing.assert_array_equal(
        np.moveaxis(got, -1, 0) if layout == "bins-first" else got, values
    )


def test_one_channel_bins_first_is_only_said_in_the_header(tmp_path: Path) -> None:
    values = noise(9, 5)
    for layout in LAYOUTS:
        written(tmp_path / layout, "npy", layout, values, values.dtype, [9])
    frames, bins = ((tmp_path / layout).read_bytes() for layout in ("frames-first", "bins-first"))
    assert b"'fortran_order': True" in bins[:128]
    assert b"'shape': (5, 9)" in bins[:128]
    assert frames[128:] == bins[128:] == values.tobytes()


@each_format
def test_the_type_in_the_file_may_be_smaller(tmp_path: Path, name: ArrayFormat) -> None:
    values = noise(6, 3) * 100
    half = np.dtype(np.float16)
    written(tmp_path / "x", name, "frames-first", values, half, [6])
    with (tmp_path / "x").open("rb") as file:
        assert_same_bits(READERS[name](file, values.shape, half), values.astype(half))


@each_format
@pytest.mark.parametrize("value", [65_520.0, 1e30, -1e6])
def test_values_beyond_the_type_are_refused(name: ArrayFormat, value: float) -> None:
    sink = FORMATS[name].sink(io.BytesIO(), (3,), np.dtype(np.float16), "frames-first")
    sink.write(np.full((1, 3), 65_504, np.float32))
    batch = np.zeros((50, 3), np.float32)
    batch[31, 1] = value
    with pytest.raises(SettingsError, match=r"largest float16 \(65504\).*--dtype float32"):
        sink.write(batch)


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("a.npy", "npy"),
        ("A.NPY", "npy"),
        ("a.npz", "npz"),
        ("a.b.bin", "raw"),
        ("a.raw", "raw"),
        ("-", "npy"),
        ("/dev/null", "npy"),
    ],
)
def test_the_ending_chooses_the_format(output: str, name: ArrayFormat) -> None:
    assert choose_format(None, output) is FORMATS[name]
    assert choose_format("raw", output) is FORMATS["raw"]


@pytest.mark.parametrize("output", ["a", "a.txt", "npy", ".npy"])
def test_an_ending_that_says_nothing_is_refused_with_the_choice(output: str) -> None:
    with pytest.raises(SettingsError, match=r"\.npy, \.npz.*--format"):
        choose_format(None, output)


def test_only_numbers_alone_can_leave_at_once() -> None:
    at_once = {
        (name, layout)
        for name, row in FORMATS.items()
        for layout in LAYOUTS
        if not row.needs_seeking(layout)
    }
    assert at_once == {("raw", "frames-first")}
