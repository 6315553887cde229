"""What is read of the arrays of every format: rows in order, descriptions, settings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from stftcli.arrays.description import Description
from stftcli.arrays.formats import FORMAT_ENDINGS, FORMATS, format_of
from stftcli.arrays.read import ENDINGS, read_description, read_rows, read_settings
from stftcli.arrays.spec import ArrayMetadata
from stftcli.errors import InputError
from stftcli.settings.choices import LAYOUTS, ArrayFormat, Layout
from tests.arrays.writing import NAMES, SETTINGS, describe, holds, spec_of, written
from tests.signals import assert_same_bits, noise

PICTURES = Path(__file__).parents[1] / "golden" / "pictures"

each_format = pytest.mark.parametrize("name", FORMATS)
each_format_of_binary = pytest.mark.parametrize(
    "name", [name for name in FORMATS if name not in ("csv", "jsonl")]
)


def file_of(folder: Path, name: ArrayFormat, values: Any, **others: Any) -> str:
    """Write an array, with a sidecar where values alone say nothing."""
    path, spec = folder / f"X.{name.upper()}", spec_of(values.shape[1:], **others)
    written(path, name, spec, values)
    if name == "raw":
        describe(path, spec, len(values), json.dumps(SETTINGS))
    return str(path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_means_the_format_that_names_it(ending: str) -> None:
    (name,) = (name for name, endings in FORMAT_ENDINGS.items() if ending in endings)
    assert format_of(f"X{ending.upper()}") is FORMATS[name]


@each_format_of_binary
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("frames", [1, 7, 5000])
def test_the_rows_are_those_that_were_written(
    tmp_path: Path, name: ArrayFormat, dtype: str, frames: int
) -> None:
    dtype = dtype if holds(name, dtype, "frames-first") else "float32"
    values = noise(frames, 1000).astype(dtype)  # 5000 of them are read in two batches
    batches = list(read_rows(file_of(tmp_path, name, values, dtype=dtype)))
    assert len(batches) == (2 if frames == 5000 else 1)
    assert_same_bits(np.concatenate(batches), values)


@each_format
def test_an_array_without_frames_has_no_rows(tmp_path: Path, name: ArrayFormat) -> None:
    assert list(read_rows(file_of(tmp_path, name, noise(0, 5)))) == []


@each_format
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused(
    tmp_path: Path, name: ArrayFormat, value: float
) -> None:
    values = noise(7, 5)
    values[3, 2] = value
    with pytest.raises(InputError, match=r"X\.\w+ holds NaN or infinite values"):
        list(read_rows(file_of(tmp_path, name, values)))


@pytest.mark.parametrize("name", ["npy", "npz", "safetensors", "raw"])
@pytest.mark.parametrize(
    ("shape", "dtype"), [((7, 2, 5), "float32"), ((7, 5), "complex64")], ids=["3-D", "complex"]
)
def test_what_is_no_table_of_real_numbers_is_refused(
    tmp_path: Path, name: ArrayFormat, shape: tuple[int, ...], dtype: str
) -> None:
    path = file_of(tmp_path, name, noise(*shape).astype(dtype), dtype=dtype)
    with pytest.raises(InputError, match=r"not \(frames, features\) of real numbers"):
        list(read_rows(path))


@pytest.mark.parametrize("name", ["npz", "safetensors", "raw"])
def test_bins_first_is_refused_with_advice(tmp_path: Path, name: ArrayFormat) -> None:
    path = file_of(tmp_path, name, noise(7, 5), layout="bins-first")
    if name == "npz":
        told = ArrayMetadata(json.dumps({"features": {"layout": "bins-first"}}))
        spec = spec_of((5,), layout="bins-first")
        written(Path(path), name, spec, noise(7, 5), metadata=told)
    with pytest.raises(InputError, match="write it frames-first"):
        list(read_rows(path))


@each_format
@pytest.mark.parametrize("make", [lambda _: None, Path.mkdir], ids=["missing", "a folder"])
def test_what_cannot_be_opened_is_said(
    tmp_path: Path, name: ArrayFormat, make: Callable[[Path], None]
) -> None:
    path = tmp_path / f"x.{name}"
    make(path)
    for read in (lambda: list(read_rows(str(path))), lambda: read_description(str(path))):
        with pytest.raises(InputError, match=f"x.{name} cannot be read: "):
            read()


@each_format
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("frame_shape", [(5,), (2, 5)], ids=str)
@pytest.mark.parametrize("frames", [0, 7])
def test_every_format_is_described(
    tmp_path: Path, name: ArrayFormat, layout: Layout, frame_shape: tuple[int, ...], frames: int
) -> None:
    if not holds(name, "float32", layout):
        layout = "frames-first"
    path, spec = tmp_path / f"X.{name.upper()}", spec_of(frame_shape, layout=layout)
    writer = written(path, name, spec, noise(frames, *frame_shape))
    if not FORMATS[name].describes:
        describe(path, spec, frames, json.dumps(SETTINGS))
    assert read_description(str(path)) == Description(writer.shape, "float32", NAMES, SETTINGS)
    assert read_settings(str(path)) == SETTINGS


def test_the_description_beside_an_array_can_be_read_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.ark"
    describe(path, spec_of((5,), "float64"), 7, '{"a": 1}')
    assert read_description(f"{path}.json") == Description((7, 5), "float64", NAMES, {"a": 1})
    assert read_settings(f"{path}.json") == {"a": 1}


def test_arrays_of_others_have_a_shape_and_no_settings(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", noise(7, 5))
    np.savez(tmp_path / "x.npz", features=noise(7, 5))
    np.savez_compressed(tmp_path / "y.npz", features=noise(7, 5))
    save_file({"features": noise(7, 5)}, tmp_path / "x.safetensors")
    for name in ("x.npy", "x.npz", "y.npz", "x.safetensors"):
        assert read_description(str(tmp_path / name)) == Description((7, 5), "float32")
        assert read_settings(str(tmp_path / name)) is None


@pytest.mark.parametrize("name", ["x.csv", "x.raw", "x", "x.wav"])
def test_an_array_that_nothing_describes_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"{name} cannot be read: No such file"):
        read_description(str(tmp_path / name))
    (tmp_path / name).write_bytes(b"1,2\n")
    with pytest.raises(InputError, match=rf"there is no {name}\.json beside it"):
        read_description(str(tmp_path / name))


@pytest.mark.parametrize("picture", sorted(PICTURES.glob("*.png")), ids=lambda path: path.stem)
def test_the_settings_of_a_picture_are_those_that_it_was_drawn_by(picture: Path) -> None:
    with Image.open(picture) as image:
        wanted = json.loads(image.info["Settings"])
    assert read_settings(str(picture)) == wanted
    assert wanted["features"]


def test_a_picture_of_others_has_no_settings(tmp_path: Path) -> None:
    Image.new("L", (3, 2)).save(tmp_path / "x.PNG")
    assert read_settings(str(tmp_path / "x.PNG")) is None
