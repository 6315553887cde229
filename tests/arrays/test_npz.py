"""Arrays in .npz files with what describes them, and no trust in it."""

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli.arrays.read import read_description, read_rows
from stftcli.arrays.spec import ArrayMetadata
from stftcli.errors import InputError
from tests.arrays.writing import spec_of, written
from tests.signals import Bomb, noise

LARGE = 1 << 20
"""Characters that settings may have."""


def test_rows_without_times_or_frequencies_have_none(tmp_path: Path) -> None:
    spec, metadata = spec_of((5,), times_s=None), ArrayMetadata("{}")
    written(tmp_path / "x.npz", "npz", spec, noise(1, 5), metadata=metadata)
    with np.load(tmp_path / "x.npz") as archive:
        assert set(archive) == {"features", "settings", "names"}


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


def npz(*, method: int = zipfile.ZIP_STORED, **members: bytes) -> bytes:
    """Make an archive of members that need not be arrays."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
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
    "half a character in the names": npz(names=npy(["\ud800"])),
    "half a character in the settings": npz(settings=npy('{"a": "\\ud800"}')),
    "names without end": npz(names=claim("<U0", (10**9,))),
    "a number beyond the largest": npz(settings=npy('{"a": 1e999}')),
    "a number that is none": npz(settings=npy('{"a": NaN}')),
    "a number of 5000 digits": npz(settings=npy('{"a": ' + 5000 * "1" + "}")),
    "settings that are 500 deep": npz(settings=npy('{"a":' * 500 + "1" + "}" * 500)),
    "features that are no object": npz(settings=npy('{"features": []}')),
    "packed as numpy does not": npz(method=zipfile.ZIP_BZIP2),
    "one member in the place of another": npz()[:-22] + bytes(4),
}


@pytest.mark.parametrize("content", BROKEN_NPZ.values(), ids=BROKEN_NPZ)
def test_a_broken_npz_is_one_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.npz is not an array with a description: .") as caught:
        read_description(str(path))
    assert len(str(caught.value).splitlines()) == 1
    assert str(caught.value).isprintable()


def test_long_settings_are_read_to_their_limit(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(npz(settings=npy("{" + (LARGE - 2) * " " + "}")))
    assert read_description(str(tmp_path / "x.npz")).settings == {}


def test_pickles_stay_shut(tmp_path: Path) -> None:
    trace, path = tmp_path / "trace", tmp_path / "x.npz"
    np.savez(path, features=noise(7, 5), settings=np.array(Bomb(trace), object))
    with pytest.raises(InputError, match="never opened"):
        read_description(str(path))
    assert not trace.exists()


def test_rows_of_numpys_own_compression_are_read(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "x.npz", features=np.arange(35.0).reshape(7, 5))
    rows = np.concatenate(list(read_rows(str(tmp_path / "x.npz"))))
    np.testing.assert_array_equal(rows, np.arange(35.0).reshape(7, 5))


def test_members_that_share_their_bytes_are_refused(tmp_path: Path) -> None:
    # Each entry of the directory leads to the same 100 kB.
    path, content = tmp_path / "x.npz", npz(a=bytes(100_000), b=bytes(100_000))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first, second = (archive.getinfo(f"{name}.npy").header_offset for name in "ab")
    member = content[second : content.index(b"PK\x01\x02")]
    moved = content.replace(member, b"").replace(
        second.to_bytes(4, "little"), first.to_bytes(4, "little")
    )
    end = moved.rindex(b"PK\x05\x06") + 16
    start = (moved.index(b"PK\x01\x02")).to_bytes(4, "little")
    path.write_bytes(moved[:end] + start + moved[end + 4 :])
    with pytest.raises(InputError, match="members lie over one another"):
        read_description(str(path))
