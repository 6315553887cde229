"""What arrays say of themselves, in every way that it is kept, and no trust in it."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

from stftcli.arrays.described import Description, read_description
from stftcli.arrays.formats import FORMATS
from stftcli.errors import InputError
from stftcli.settings.choices import LAYOUTS, ArrayFormat, Layout
from tests.arrays.test_read import BROKEN
from tests.arrays.writing import SETTINGS, describe, head_of, holds, written
from tests.signals import Bomb, noise

NAMES = ("mel_1", "mel_2", "mel_3", "mel_4", "mel_5")
LARGE = 1 << 20
"""Characters that settings may have."""


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("frame_shape", [(5,), (2, 5)], ids=str)
@pytest.mark.parametrize("frames", [0, 7])
def test_every_format_is_described(
    tmp_path: Path, name: ArrayFormat, layout: Layout, frame_shape: tuple[int, ...], frames: int
) -> None:
    if not holds(name, "float32", layout):
        layout = "frames-first"
    path, head = tmp_path / f"X.{name.upper()}", head_of(frame_shape, layout=layout)
    sink = written(path, name, head, noise(frames, *frame_shape))
    if name not in ("npz", "safetensors"):
        describe(path, head, frames, json.dumps(SETTINGS))
    assert read_description(str(path)) == Description(sink.shape, "float32", NAMES, SETTINGS)


def test_the_description_beside_an_array_can_be_read_itself(tmp_path: Path) -> None:
    path = tmp_path / "x.ark"
    describe(path, head_of((5,), "float64"), 7, "{}")
    assert read_description(f"{path}.json") == Description((7, 5), "float64", NAMES, {})


def test_arrays_of_others_have_a_shape(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", noise(7, 5))
    np.savez(tmp_path / "x.npz", features=noise(7, 5))
    np.savez_compressed(tmp_path / "y.npz", features=noise(7, 5))
    save_file({"features": noise(7, 5)}, tmp_path / "x.safetensors")
    for name in ("x.npy", "x.npz", "y.npz", "x.safetensors"):
        assert read_description(str(tmp_path / name)) == Description((7, 5), "float32")


def test_a_description_of_another_array_is_not_taken(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", noise(7, 5))
    describe(tmp_path / "x.npy", head_of((5,)), 8, "{}")
    with pytest.raises(InputError, match=r"x\.npy\.json describes \(8, 5\).*array is \(7, 5\)"):
        read_description(str(tmp_path / "x.npy"))


@pytest.mark.parametrize("name", ["x.csv", "x.raw", "x", "x.wav"])
def test_an_array_that_nothing_describes_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"{name} cannot be read: No such file"):
        read_description(str(tmp_path / name))
    (tmp_path / name).write_bytes(b"1,2\n")
    with pytest.raises(InputError, match=rf"there is no {name}\.json beside it"):
        read_description(str(tmp_path / name))


def npy(values: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()


def claim(descr: str, shape: tuple[int, ...]) -> bytes:
    """Make an array of which nothing is there."""
    file = io.BytesIO()
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    return file.getvalue()


def npz(**members: bytes) -> bytes:
    """Make an archive of members that need not be arrays."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in {"features": npy(noise(7, 5)), **members}.items():
            archive.writestr(f"{name}.npy", content)
    return file.getvalue()


BROKEN_NPZ = {
    "no zip": b"abc",
    "no features": npz().replace(b"features", b"fixtures"),
    "features that are none": npz(features=b"abc"),
    "more features than bytes": npz(features=npy(noise(7, 5))[:-1]),
    "names of numbers": npz(names=npy(np.arange(5))),
    "a single name": npz(names=npy("mel")),
    "settings that are no text": npz(settings=npy(b"{}")),
    "several settings": npz(settings=npy(["{}", "{}"])),
    "settings that end early": npz(settings=npy("{}" + 20 * " ")[:-4]),
    "settings that are no JSON": npz(settings=npy("{")),
    "settings that are a list": npz(settings=npy("[]")),
    "settings that are very deep": npz(settings=npy('{"a":' * 100_000)),
    "settings that are too long": npz(settings=npy("{" + LARGE * " " + "}")),
    "more settings than memory": npz(settings=claim("<U500000000", ())),
    "more names than memory": npz(names=claim("<U50", (10**9,))),
    "characters that are none": npz(settings=npy("{}")[:128] + b"\xff" * 8),
}


@pytest.mark.parametrize("content", BROKEN_NPZ.values(), ids=BROKEN_NPZ)
def test_a_broken_npz_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.npz is not an array with a description: ."):
        read_description(str(path))


def test_long_settings_are_read_to_their_limit(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(npz(settings=npy("{" + (LARGE - 2) * " " + "}")))
    assert read_description(str(tmp_path / "x.npz")).settings == {}


def test_pickles_stay_shut(tmp_path: Path) -> None:
    trace, path = tmp_path / "trace", tmp_path / "x.npz"
    np.savez(path, features=noise(7, 5), settings=np.array(Bomb(trace), object))
    with pytest.raises(InputError, match="never opened"):
        read_description(str(path))
    assert not trace.exists()


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_safetensors_file_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.safetensors is not an array with a description: ."):
        read_description(str(path))


@pytest.mark.parametrize(
    "texts",
    [
        {"names": "mel"},
        {"names": '"mel"'},
        {"names": "[1]"},
        {"settings": "["},
        {"settings": "[]"},
        {"settings": "{" + LARGE * " " + "}"},
    ],
    ids=lambda texts: str(texts)[:40],
)
def test_broken_texts_of_a_safetensors_file_are_one_error(
    tmp_path: Path, texts: dict[str, str]
) -> None:
    path = tmp_path / "x.safetensors"
    save_file({"features": noise(7, 5)}, path, texts)
    with pytest.raises(InputError, match=r"x\.safetensors is not an array with a description: ."):
        read_description(str(path))


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
