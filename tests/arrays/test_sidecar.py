"""The description beside an array, as JSON that others read."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli.arrays.sidecar import has_sidecar, sidecar_path
from stftcli.errors import SettingsError
from tests.arrays.writing import SETTINGS, describe, head_of


def beside(folder: Path, frames: int, **head: Any) -> dict[str, Any]:
    """Write a description of an array of (2, 3) values a frame, and read it."""
    output = str(folder / "x.npy")
    describe(Path(output), head_of((2, 3), "float16", **head), frames, json.dumps(SETTINGS))
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
    describe(output, head_of((5,)), 1, "{}")
    assert has_sidecar(str(output))
    assert not has_sidecar("-")
