"""The description beside an array, as JSON that others read, and no trust in it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli.arrays.read import read_description
from stftcli.arrays.sidecar import has_sidecar, sidecar_path
from stftcli.errors import InputError, SettingsError
from tests.arrays.writing import NAMES, SETTINGS, describe, spec_of
from tests.signals import noise


def beside(folder: Path, frames: int, **spec: Any) -> dict[str, Any]:
    """Write a description of an array of (2, 3) values a frame, and read it."""
    output = str(folder / "x.npy")
    describe(Path(output), spec_of((2, 3), "float16", **spec), frames, json.dumps(SETTINGS))
    assert [path.name for path in folder.iterdir()] == ["x.npy.json"]
    found = json.loads((folder / "x.npy.json").read_bytes())
    assert isinstance(found, dict)
    return found


def times_s(first: int, last: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return 0.5 + np.arange(first, last) / 44100


def test_it_says_what_the_numbers_are(tmp_path: Path) -> None:
    found = beside(tmp_path, 1001, times_s=times_s)
    step = found["times_s"].pop("step")
    assert step == pytest.approx(1 / 44100, rel=1e-12)
    assert found == {
        "shape": [1001, 2, 3],
        "dtype": "float16",
        "layout": "frames-first",
        "names": ["mel_1", "mel_2", "mel_3"],
        "times_s": {"first": 0.5},
        "settings": SETTINGS,
    }
    lines = (tmp_path / "x.npy.json").read_text().splitlines()
    assert lines[0] == "{"
    assert lines[1].startswith('  "shape"')


def test_bins_first_is_said_in_the_shape(tmp_path: Path) -> None:
    found = beside(tmp_path, 9, layout="bins-first")
    assert (found["shape"], found["layout"]) == ([2, 3, 9], "bins-first")


def test_times_are_said_where_there_are_any(tmp_path: Path) -> None:
    assert beside(tmp_path, 1, times_s=times_s)["times_s"] == {"first": 0.5, "step": None}
    assert beside(tmp_path, 0, times_s=times_s)["times_s"] is None
    assert beside(tmp_path, 1, times_s=None)["times_s"] is None


@pytest.mark.parametrize("output", ["-", "/dev/null"])
def test_nothing_stands_beside_a_pipe(output: str) -> None:
    with pytest.raises(SettingsError, match="write the array to a file"):
        sidecar_path(output)


def test_only_a_description_is_taken_for_one(tmp_path: Path) -> None:
    output = tmp_path / "x.npy"
    assert not has_sidecar(str(output))
    (tmp_path / "x.npy.json").write_text('{"mine": 1}')
    assert not has_sidecar(str(output))
    describe(output, spec_of((5,)), 1, "{}")
    assert has_sidecar(str(output))
    assert not has_sidecar("-")


WHOLE = {"shape": [7, 5], "dtype": "float32", "names": list(NAMES), "settings": {}}
BROKEN_JSON = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "too long": b" " * (1 << 23) + json.dumps(WHOLE).encode(),
    **{
        f"no {name}": json.dumps({key: WHOLE[key] for key in WHOLE if key != name}).encode()
        for name in WHOLE
    },
    **{
        f"{name} that is {value}": json.dumps({**WHOLE, name: value}).encode()
        for name, value in [
            ("shape", 7),
            ("shape", [7, -5]),
            ("shape", [7, 5.0]),
            ("names", None),
            ("names", "mel"),
            ("names", [1]),
            ("settings", "{}"),
            ("settings", {"features": 5}),
            ("shape", [1] * 33),
            ("shape", [10**30, 5]),
            ("dtype", "O"),
            ("dtype", "U1000000000"),
            ("dtype", ["float32"]),
            ("layout", "sideways"),
            ("layout", []),
        ]
    },
}


@pytest.mark.parametrize("content", BROKEN_JSON.values(), ids=BROKEN_JSON)
def test_a_broken_description_is_one_error(tmp_path: Path, content: bytes) -> None:
    np.save(tmp_path / "x.npy", noise(7, 5))
    path = tmp_path / "x.npy.json"
    path.write_bytes(json.dumps(WHOLE).encode())
    assert read_description(str(path)).shape == (7, 5)
    path.write_bytes(content)
    for name in ("x.npy", "x.npy.json"):
        with pytest.raises(InputError, match=r"x\.npy\.json is not a description of an array: ."):
            read_description(str(tmp_path / name))
