"""Arrays of every shape, type and layout come frame after frame; what is none is refused."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli.arrays.formats import format_of
from stftcli.arrays.sidecar import write_sidecar
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.arrays.stored import open_array
from stftcli.errors import InputError
from stftcli.settings.choices import Layout

SETTINGS = '{"features": {}}'
OF_ANY_SHAPE = ["npy", "npz", "safetensors", "raw"]


def array_of(shape: tuple[int, ...], dtype: str) -> NDArray[Any]:
    values = np.random.default_rng(0).standard_normal((*shape, 2))
    return (values[..., 0] + 1j * values[..., 1] if dtype[0] == "c" else values[..., 0]).astype(
        dtype
    )


def write(path: Path, array: NDArray[Any], layout: Layout = "frames-first") -> None:
    row = format_of(str(path))
    assert row is not None
    names = tuple(f"f{number}" for number in range(array.shape[-1]))
    spec = ArraySpec(array.shape[1:], array.dtype, layout, names, "x")
    with path.open("wb+") as file, path.with_name(f"{path.name}.json").open("wb") as beside:
        writer = row.writer(file, spec)
        for first in range(0, len(array), 7):
            writer.write(array[first : first + 7])
        writer.finish(ArrayMetadata(SETTINGS))
        write_sidecar(beside, spec, len(array), SETTINGS)


def read(path: Path, layout: str = "frames-first") -> NDArray[Any]:
    with open_array(str(path)) as array:
        shape = array.shape(layout)
        batches = list(array.batches(layout))
    joined = np.concatenate(batches)
    assert shape in (None, joined.shape)
    return joined


@pytest.mark.parametrize("ending", OF_ANY_SHAPE)
@pytest.mark.parametrize("layout", ["frames-first", "bins-first"])
@pytest.mark.parametrize("shape", [(40, 9), (40, 3, 9), (1, 1), (3, 1, 1), (5000, 70)])
@pytest.mark.parametrize("dtype", ["float32", "complex64", "float16"])
def test_what_was_written_is_read(
    tmp_path: Path, ending: str, layout: Layout, shape: tuple[int, ...], dtype: str
) -> None:
    array = array_of(shape, dtype)
    write(tmp_path / f"x.{ending}", array, layout)
    found = read(tmp_path / f"x.{ending}", layout)
    assert found.dtype == array.dtype
    assert np.array_equal(found, array)


@pytest.mark.parametrize("ending", OF_ANY_SHAPE)
def test_settings_come_along(tmp_path: Path, ending: str) -> None:
    write(tmp_path / f"x.{ending}", array_of((4, 5), "float32"))
    with open_array(str(tmp_path / f"x.{ending}")) as array:
        assert array.settings == {"features": {}}


def test_numpys_own_files_in_either_order(tmp_path: Path) -> None:
    array = array_of((50, 3, 9), "complex128")
    for order in ("C", "F"):
        np.save(tmp_path / "x.npy", np.asarray(array, order=order))
        assert np.array_equal(read(tmp_path / "x.npy"), array)
        np.savez_compressed(tmp_path / "x.npz", features=np.asarray(array.T, order=order))
        assert np.array_equal(read(tmp_path / "x.npz", "bins-first"), array.transpose(0, 2, 1))


def test_an_npy_may_have_any_name(tmp_path: Path) -> None:
    array = array_of((5, 3), "complex64")
    with (tmp_path / "spectra").open("wb") as file:
        np.save(file, array)
    assert np.array_equal(read(tmp_path / "spectra"), array)


def test_text_is_read_row_by_row(tmp_path: Path) -> None:
    array = array_of((30, 4), "float32")
    write(tmp_path / "x.csv", array)
    np.testing.assert_allclose(read(tmp_path / "x.csv"), array, rtol=1e-6)


@pytest.mark.parametrize(
    "shape", [(), (3,), (2, 2, 2, 2), (3, 0), (3, 2000, 2), (1, 1 << 21), (2, 1000, 1 << 13)]
)
def test_other_shapes_are_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    np.save(tmp_path / "x.npy", np.zeros(shape, np.int8))
    with pytest.raises(InputError, match=r"x\.npy"):
        read(tmp_path / "x.npy")


@pytest.mark.parametrize("ending", OF_ANY_SHAPE)
@given(place=st.integers(0, 2000), byte=st.integers(0, 255), cut=st.booleans())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_byte_gives_numbers_or_an_error_that_names_the_file(
    tmp_path: Path, ending: str, place: int, byte: int, cut: bool
) -> None:
    path = tmp_path / f"x.{ending}"
    write(path, array_of((20, 2, 9), "complex64"), "bins-first")
    content = bytearray(path.read_bytes())
    place %= len(content)
    if cut:
        del content[place:]
    else:
        content[place] = byte
    path.write_bytes(content)
    for layout in ("frames-first", "bins-first"):
        try:
            found = read(path, layout)
        except InputError as error:
            assert path.name in str(error)
        except ValueError as error:
            assert "need at least one array" in str(error)  # of no frames
        else:
            assert found.ndim in (2, 3)


def test_a_pipe_gives_frames_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    array, file = array_of((9000, 100), "float32"), io.BytesIO()
    np.save(file, array)
    file.seek(0)
    monkeypatch.setattr("sys.stdin", type("", (), {"buffer": file}))
    with open_array("-") as stored:
        assert (stored.name, stored.shape("frames-first")) == ("standard input", (9000, 100))
        first = next(stored.batches("frames-first"))
        assert np.array_equal(first, array[: len(first)])
        assert file.tell() < file.getbuffer().nbytes / 2
