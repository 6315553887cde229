"""What WebDataset and other readers find in a .tar that is written here, and what is refused."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stftcli.arrays.shards.shards import SHARDS
from tests.arrays.shards.sharding import SHARED, TOLD, clips_of, sharded
from tests.signals import assert_same_bits, noise

ROW = SHARDS["tar"]
NAMES = ["talk", "café/one.two.wav", "__meta__/x", "__meta__", "a/" * 80 + "x", "caf\udce9"]
STORED = ["talk", "café/one_two_wav", "%5F_meta__/x", "%5F_meta__", "a/" * 80 + "x", "caf%E9"]


@pytest.fixture
def shard(tmp_path: Path) -> Path:
    """A shard of arrays with names of all kinds."""
    path = tmp_path / "x.tar"
    sharded(path, "tar", [(name, noise(3, 5, seed=at)) for at, name in enumerate(NAMES)])
    return path


def packed(path: Path, *members: tuple[str, bytes], **options: Any) -> Path:
    """Make an archive with Python's own tarfile."""
    with tarfile.open(path, "w", **options) as archive:
        for name, content in members:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def npy(values: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, values)
    return content.getvalue()


def test_webdataset_reads_it(shard: Path) -> None:
    webdataset = pytest.importorskip("webdataset")
    samples = list(webdataset.WebDataset(str(shard), shardshuffle=False).decode())
    assert [sample["__key__"] for sample in samples] == STORED
    for number, sample in enumerate(samples):
        assert set(sample) <= {"__key__", "__url__", "__local_path__", "npy", "json"}
        assert_same_bits(sample["npy"], noise(3, 5, seed=number))
        assert sample["json"]["input"] == TOLD["input"]


def test_datasets_reads_it(shard: Path, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    loaded = datasets.load_dataset(
        "webdataset", data_files=str(shard), split="train", cache_dir=str(tmp_path / "cache")
    )
    assert [row["__key__"] for row in loaded] == STORED
    np.testing.assert_array_equal(np.array(loaded[1]["npy"], np.float32), noise(3, 5, seed=1))


def test_members_stand_side_by_side_and_belong_to_nobody(shard: Path) -> None:
    with tarfile.open(shard) as archive:
        members = archive.getmembers()
        settings = archive.extractfile(members[-1])
        assert settings is not None
        assert json.loads(settings.read()) == SHARED
    wanted = [f"{key}.{ending}" for key in STORED for ending in ("npy", "json")]
    assert [member.name for member in members] == [*wanted, "__settings__"]
    for member in members:
        assert (member.mtime, member.uid, member.gid, member.mode) == (0, 0, 0, 0o644)
        assert (member.uname, member.gname) == ("", "")


def test_only_long_names_need_more_than_ustar(tmp_path: Path) -> None:
    for key, needed in (("talk", False), ("a/" * 47 + "x", False), ("a/" * 48 + "x", True)):
        sharded(tmp_path / "x", "tar", [(key, noise(3, 5))])
        assert (b"PaxHeader" in (tmp_path / "x").read_bytes()) is needed


def test_numpy_reads_the_members(shard: Path) -> None:
    with tarfile.open(shard) as archive:
        file = archive.extractfile("talk.npy")
        assert file is not None
        assert_same_bits(np.load(io.BytesIO(file.read())), noise(3, 5, seed=0))


def test_dots_that_make_two_keys_one_are_refused(tmp_path: Path) -> None:
    clips = [("take.1", noise(3, 5)), ("take_1", noise(3, 5))]
    with pytest.raises(ValueError, match=r"'take\.1' and 'take_1' are both 'take_1' in tar"):
        sharded(tmp_path / "x", "tar", clips)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_archives_of_others_are_read(tmp_path: Path, form: int) -> None:
    name = "dir/" + "x" * (80 if form == tarfile.USTAR_FORMAT else 200)
    values = np.asfortranarray(noise(3, 5)).astype(">f8")
    members = [(f"{name}.npy", npy(values)), (f"{name}.wav", b"RIFF"), ("b.json", b"{}")]
    path = packed(tmp_path / "x.tar", *members, format=form)
    assert list(ROW.read(path)) == [(name, (3, 5), "float64")]
    ((key, got),) = ROW.read_arrays(path)
    assert key == name
    np.testing.assert_array_equal(got, values)


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([("a.npy", npy(noise(3))), ("a.npy", npy(noise(3)))], "two arrays of the key 'a'"),
        ([("a.npy", npy(noise(3)) + b"x")], "claims 12 bytes, and has 13"),
        ([("a.npy", npy(noise(3))[:-1])], "claims 12 bytes"),
        ([("a.npy", b"RIFF")], "header is none that numpy writes"),
        ([("a.npy", npy(np.array(["x"])))], "its dtype is"),
        ([("a.npy", npy(np.array([True])))], "its dtype is 'bool'"),
        ([("a.json", b"[1]")], "should be a JSON object"),
        ([("__settings__", b"{")], "Expecting"),
        ([("a.json", b"{" + b" " * (9 << 20) + b"}")], "of at most"),
    ],
    ids=range(9),
)
def test_members_that_lie_are_refused(
    tmp_path: Path, members: list[tuple[str, bytes]], words: str
) -> None:
    path = packed(tmp_path / "x.tar", *members)
    for read in (ROW.read, ROW.read_arrays):
        with pytest.raises(ValueError, match=words):
            list(read(path))


def test_pickles_stay_shut(tmp_path: Path) -> None:
    content = io.BytesIO()
    np.save(content, np.array([{}], object), allow_pickle=True)
    path = packed(tmp_path / "x.tar", ("a.npy", content.getvalue()))
    with pytest.raises(ValueError, match="never opened"):
        list(ROW.read_arrays(path))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, b"S"])
def test_links_and_devices_are_refused(tmp_path: Path, kind: bytes) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        member = tarfile.TarInfo("a.npy")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    with pytest.raises(ValueError, match="no regular file"):
        list(ROW.read(tmp_path / "x.tar"))


@pytest.mark.parametrize(
    "said",
    [b"size=-1\n", b"size=9999999999999999999999\n", b"size=99999\n", b"size\n", b"size=1"],
)
def test_extended_headers_that_lie_are_refused(tmp_path: Path, said: bytes) -> None:
    content = b"%d %s" % (len(said) + (4 if len(said) > 96 else 3), said)
    member = tarfile.TarInfo("x")
    member.type, member.size = tarfile.XHDTYPE, len(content)
    plain = packed(tmp_path / "y.tar", ("a.npy", npy(noise(3)))).read_bytes()
    header = member.tobuf(tarfile.USTAR_FORMAT) + content + bytes(512 - len(content))
    (tmp_path / "x.tar").write_bytes(header + plain)
    with pytest.raises(ValueError, match=r"claims|extended header"):
        list(ROW.read(tmp_path / "x.tar"))


def test_nothing_is_read_behind_the_end(tmp_path: Path) -> None:
    sharded(tmp_path / "x", "tar", clips_of((3, 5)))
    content = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(content[:-512] + content)
    with pytest.raises(ValueError, match="goes on after its end"):
        list(ROW.read(tmp_path / "x"))
