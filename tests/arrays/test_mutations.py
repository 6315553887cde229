"""Arrays with bytes changed: always rows that are real, or one line that names the file."""

import json
from pathlib import Path

import numpy as np
import pytest

from stftcli.arrays.description import Description
from stftcli.arrays.formats import FORMATS
from stftcli.arrays.read import read_description, read_rows, read_settings
from stftcli.settings.choices import ArrayFormat
from tests.arrays.writing import SETTINGS, describe, spec_of, written
from tests.mutation import EVERY, assert_all_explained
from tests.oracles.conftest import oracle
from tests.signals import noise

COUNT = 400
PICTURE = Path(__file__).parents[1] / "golden" / "pictures" / "bare.png"


def read_all_rows(path: Path) -> None:
    for batch in read_rows(str(path)):
        assert batch.ndim == 2
        assert batch.shape[1] > 0
        assert batch.dtype.kind in "fiu"
        assert np.isfinite(batch).all()


def read_what_is_said(path: Path) -> None:
    described = read_description(str(path))
    assert isinstance(described, Description)
    assert described.names is None or all(name.isprintable() or name for name in described.names)
    json.dumps([described.names, described.settings], allow_nan=False).encode()


def read_what_made_it(path: Path) -> None:
    json.dumps(read_settings(str(path)), allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize("name", FORMATS)
def test_rows_of_changed_arrays(tmp_path: Path, name: ArrayFormat) -> None:
    path = tmp_path / f"x.{name}"
    written(path, name, spec_of((5,)), noise(7, 5))
    if name == "raw":
        describe(path, spec_of((5,)), 7, "{}")
    seen, refused = assert_all_explained(path, path.read_bytes(), COUNT, read_all_rows)
    assert seen > (COUNT + 100) // EVERY
    assert refused > 100 // EVERY


@pytest.mark.parametrize("method", [2, 3, 5])
def test_rows_of_changed_compressed_matrices(tmp_path: Path, method: int) -> None:
    path = tmp_path / "x.ark"
    oracle("kaldiio").save_ark(str(path), {"a": noise(9, 5)}, compression_method=method)
    assert assert_all_explained(path, path.read_bytes(), COUNT, read_all_rows)[1] > 50 // EVERY


@pytest.mark.parametrize("name", ["npy", "npz", "safetensors"])
def test_what_changed_arrays_say(tmp_path: Path, name: ArrayFormat) -> None:
    path = tmp_path / f"x.{name}"
    written(path, name, spec_of((5,)), noise(7, 5))
    seen, refused = assert_all_explained(path, path.read_bytes(), COUNT, read_what_is_said)
    assert seen > (COUNT + 100) // EVERY
    assert refused > 100 // EVERY


def test_what_changed_sidecars_say(tmp_path: Path) -> None:
    path = tmp_path / "x.npy.json"
    describe(tmp_path / "x.npy", spec_of((5,)), 7, json.dumps(SETTINGS))
    assert assert_all_explained(path, path.read_bytes(), COUNT, read_what_is_said)[1] > 100 // EVERY


def test_what_changed_pictures_say(tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    assert (
        assert_all_explained(path, PICTURE.read_bytes(), COUNT, read_what_made_it)[1] > 100 // EVERY
    )
