"""The contract of all writers: what is written frame by frame reads back as one array."""

import tracemalloc
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from stftcli.arrays.formats import FORMATS, choose_format
from stftcli.errors import SettingsError
from stftcli.settings.choices import LAYOUTS, ArrayFormat, Layout
from tests.arrays.writing import METADATA, READERS, holds, spec_of, written
from tests.marks import only_long_but
from tests.oracles.conftest import oracle
from tests.signals import assert_same_bits, noise

DTYPES = ["float16", "float32", "float64", "complex64", "complex128"]
BATCHES = {
    "nothing": [],
    "one": [1],
    "several": [3, 3, 2],
    "empty ones": [0, 3, 0],
    "single frames": [1] * 20,
}
SHAPES = [(5,), (1,), (1, 5), (2, 5), (3, 1)]

CASES = [(name, dtype, layout) for name in READERS for dtype in DTYPES for layout in LAYOUTS]
HELD = [case for case in CASES if holds(*case)]
FORMS = [(name, layout) for name in READERS for layout in LAYOUTS if holds(name, "float32", layout)]
AT_ONCE: list[ArrayFormat] = ["safetensors", "csv", "jsonl", "raw"]

each_format = pytest.mark.parametrize("name", READERS)
each_layout = pytest.mark.parametrize("layout", LAYOUTS)
each_shape = pytest.mark.parametrize("frame_shape", SHAPES, ids=str)


def test_every_format_is_held_to_the_contract() -> None:
    assert list(READERS) == list(FORMATS) == list(get_args(ArrayFormat))


@pytest.mark.parametrize(("name", "dtype", "layout"), HELD)
@each_shape
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
    spec = spec_of(frame_shape, dtype, layout)
    writer = written(tmp_path / "x", name, spec, values, batches)
    wanted = np.moveaxis(values, 0, -1) if layout == "bins-first" else values
    assert writer.shape == spec.shape(len(values)) == wanted.shape
    assert writer.frames == len(values)
    got = READERS[name](tmp_path / "x", spec, len(values))
    assert_same_bits(np.ascontiguousarray(got), np.ascontiguousarray(wanted))


@pytest.mark.parametrize(("name", "layout"), FORMS)
@each_shape
def test_batches_leave_no_trace(
    tmp_path: Path, name: ArrayFormat, layout: Layout, frame_shape: tuple[int, ...]
) -> None:
    values = noise(60, *frame_shape)
    contents = set()
    for batches in ([60], [7] * 8 + [4], [1] * 60):
        written(tmp_path / "x", name, spec_of(frame_shape, layout=layout), values, batches)
        contents.add((tmp_path / "x").read_bytes())
    assert len(contents) == 1


@pytest.mark.parametrize(("name", "dtype", "layout"), [c for c in CASES if not holds(*c)])
def test_what_a_format_cannot_hold_is_refused_before_any_work(
    tmp_path: Path, name: ArrayFormat, dtype: str, layout: Layout
) -> None:
    advice = r"choose .*`(spectrum`|dtype='float32')|leave out `layout"
    with pytest.raises(SettingsError, match=f"{name} has .*({advice})"):
        FORMATS[name].writer.check(np.dtype(dtype), layout)
    with (tmp_path / "x").open("w+b") as file, pytest.raises(SettingsError, match=advice):
        FORMATS[name].writer(file, spec_of((5,), dtype, layout))
    assert (tmp_path / "x").read_bytes() == b""


@pytest.mark.parametrize(("name", "dtype", "layout"), HELD)
def test_what_a_format_holds_passes_the_check(
    name: ArrayFormat, dtype: str, layout: Layout
) -> None:
    if name == "ark":
        oracle("kaldiio")
    FORMATS[name].writer.check(np.dtype(dtype), layout)


@pytest.mark.parametrize(("name", "layout"), only_long_but([("npy", "bins-first")], FORMS))
def test_memory_does_not_grow_with_the_frames(
    tmp_path: Path, name: ArrayFormat, layout: Layout
) -> None:
    # Half a megabyte at a time; text takes longer.
    batches = 8 if name in ("csv", "jsonl") else 96
    values = np.broadcast_to(noise(2, 128), (batches << 9, 2, 128))
    assert values.nbytes == batches << 19
    tracemalloc.start()
    try:
        written(tmp_path / "x", name, spec_of((2, 128), layout=layout), values, [512] * batches)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (20 << 20 if layout == "bins-first" or name == "ark" else 6 << 20)


@each_format
def test_the_type_in_the_file_may_be_smaller(tmp_path: Path, name: ArrayFormat) -> None:
    values = noise(6, 5).astype(np.float64) * 100
    dtype = "float16" if holds(name, "float16", "frames-first") else "float32"
    spec = spec_of((5,), dtype)
    written(tmp_path / "x", name, spec, values)
    assert_same_bits(READERS[name](tmp_path / "x", spec, 6), values.astype(dtype))


@pytest.mark.parametrize("name", [n for n in READERS if holds(n, "float16", "frames-first")])
@pytest.mark.parametrize("value", [65_520.0, 1e30, -1e6])
def test_values_beyond_the_type_are_refused(
    tmp_path: Path, name: ArrayFormat, value: float
) -> None:
    with (tmp_path / "x").open("w+b") as file:
        writer = FORMATS[name].writer(file, spec_of((3,), "float16"))
        writer.write(np.full((1, 3), 65_504, np.float32))
        batch = np.zeros((50, 3), np.float32)
        batch[31, 1] = value
        with pytest.raises(SettingsError, match=r"largest float16 \(65504\).*`dtype='float32'`"):
            writer.write(batch)


@pytest.mark.parametrize(
    ("output", "name"),
    [
        ("a.npy", "npy"),
        ("A.NPY", "npy"),
        ("a.npz", "npz"),
        ("a.safetensors", "safetensors"),
        ("a.csv", "csv"),
        ("a.b.bin", "raw"),
        ("a.raw", "raw"),
        ("a.ark", "ark"),
        ("-", "npy"),
        ("/dev/null", "npy"),
    ],
)
def test_the_ending_chooses_the_format(output: str, name: ArrayFormat) -> None:
    assert choose_format(None, output) is FORMATS[name]
    assert choose_format("raw", output) is FORMATS["raw"]


@pytest.mark.parametrize("output", ["a", "a.txt", "npy", ".npy"])
def test_an_ending_that_says_nothing_is_refused_with_the_choice(output: str) -> None:
    with pytest.raises(SettingsError, match=r"\.npy, \.npz.*`format`"):
        choose_format(None, output)


class Pipe:
    """Takes bytes, and can be asked for nothing else."""

    def __init__(self) -> None:
        self.content = b""

    def write(self, content: Any) -> None:
        self.content += bytes(content)


@pytest.mark.parametrize("name", AT_ONCE)
def test_what_need_not_go_back_writes_the_same_to_a_pipe(tmp_path: Path, name: ArrayFormat) -> None:
    values, pipe, spec = noise(9, 2, 5), Pipe(), spec_of((2, 5))
    written(tmp_path / "x", name, spec, values)
    writer: Any = FORMATS[name].writer
    writer = writer(pipe, spec)
    writer.write(values)
    writer.finish(METADATA)
    assert pipe.content == (tmp_path / "x").read_bytes()


def test_the_others_need_a_file() -> None:
    needing = {form for form in FORMS if FORMATS[form[0]].needs_seeking(form[1])}
    assert needing == set(FORMS) - {(name, "frames-first") for name in AT_ONCE}
