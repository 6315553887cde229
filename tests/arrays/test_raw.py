"""Values alone: what their sidecar says of them, and nothing else, makes them rows."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli.arrays.read import read_rows
from stftcli.errors import InputError
from tests.arrays.writing import describe, spec_of, written
from tests.signals import assert_same_bits, noise


@pytest.mark.parametrize("ending", [".raw", ".bin"])
def test_values_are_rows_by_their_sidecar(tmp_path: Path, ending: str) -> None:
    path, values = tmp_path / f"x{ending}", noise(9, 5)
    values.tofile(path)
    describe(path, spec_of((5,)), 9, "{}")
    assert_same_bits(np.concatenate(list(read_rows(str(path)))), values)


def test_values_alone_are_refused_with_advice(tmp_path: Path) -> None:
    written(tmp_path / "x.raw", "raw", spec_of((5,)), noise(9, 5))
    advice = r"x\.raw is not a feature array: there is no x\.raw\.json beside it: .*`sidecar`"
    with pytest.raises(InputError, match=advice):
        list(read_rows(str(tmp_path / "x.raw")))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"shape": [8, 5]}, "it has 180 bytes, and x.raw.json describes 160"),
        ({"shape": [10**12, 5]}, "it has 180 bytes"),
        ({"dtype": "float64"}, "it has 180 bytes"),
        ({"shape": [45]}, "not \\(frames, features\\)"),
        ({"shape": [45, 0]}, "not \\(frames, features\\)"),
        ({"dtype": "object"}, "its dtype is 'object'"),
        ({"layout": "bins-first"}, "frames-first"),
    ],
)
def test_a_sidecar_that_does_not_fit_is_said(
    tmp_path: Path, told: dict[str, Any], words: str
) -> None:
    path = tmp_path / "x.raw"
    noise(9, 5).tofile(path)
    whole = {"shape": [9, 5], "dtype": "float32", "names": [], "settings": {}, **told}
    (tmp_path / "x.raw.json").write_text(json.dumps(whole))
    with pytest.raises(InputError, match=words):
        list(read_rows(str(path)))
