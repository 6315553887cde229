"""Folders of sounds: which files are meant, and in which order."""

import os
import time
from pathlib import Path

import pytest

from stftcli.audio.header import CONTAINERS, sniff
from stftcli.errors import InputError
from stftcli.manifests.folders import ENDINGS, sounds_in


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(folder: Path, *include: str) -> list[str]:
    return [os.path.relpath(path, folder) for path in sounds_in(str(folder), include)]


def test_sounds_are_found_in_order(tmp_path: Path) -> None:
    touch(tmp_path, "b.wav", "a/2.flac", "a/10.OGG", "a.mp3", "B.wav", "é.wav", "a/x/y/z.opus")
    touch(tmp_path, "notes.txt", "wav", "a/cover.jpg")
    expected = ["B.wav", "a/10.OGG", "a/2.flac", "a/x/y/z.opus", "a.mp3", "b.wav", "é.wav"]
    assert found(tmp_path) == expected


def test_paths_begin_as_the_folder_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path, "in/a.wav")
    monkeypatch.chdir(tmp_path)
    assert list(sounds_in("in")) == list(sounds_in("in/")) == ["in/a.wav"]
    assert list(sounds_in(f"{tmp_path}/in")) == [f"{tmp_path}/in/a.wav"]


def test_what_is_hidden_is_left_out(tmp_path: Path) -> None:
    touch(tmp_path, ".a.wav", ".cache/b.wav", "c/.d/e.wav", "c/f.wav")
    assert found(tmp_path) == ["c/f.wav"]
    assert found(tmp_path, "*.wav") == ["c/f.wav"]


def test_a_hidden_folder_that_was_asked_for_is_read(tmp_path: Path) -> None:
    touch(tmp_path, ".x/a.wav")
    assert found(tmp_path / ".x") == ["a.wav"]


def test_links_to_files_are_followed_and_those_to_folders_are_not(tmp_path: Path) -> None:
    touch(tmp_path, "in/a.wav", "other/b.wav")
    (tmp_path / "in" / "circle").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "folder.wav").symlink_to(tmp_path / "other")
    (tmp_path / "in" / "link.wav").symlink_to(tmp_path / "other" / "b.wav")
    (tmp_path / "in" / "nowhere.wav").symlink_to(tmp_path / "none")
    os.mkfifo(tmp_path / "in" / "pipe.wav")
    # Whoever opens a link to nothing says so; left out, the sound would be missed by nobody.
    assert found(tmp_path / "in") == ["a.wav", "link.wav", "nowhere.wav"]


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*.wav"], ["a/1.wav", "a/b/2.wav", "c/1.wav"]),
        (["1.*"], ["a/1.wav", "c/1.txt", "c/1.wav"]),
        (["a/*.wav"], ["a/1.wav", "a/b/2.wav"]),
        (["c/1.???", "[0-9].flac"], ["a/3.flac", "c/1.txt", "c/1.wav"]),
        (["*.WAV"], []),
        (["[", "a/["], []),
    ],
)
def test_patterns(tmp_path: Path, patterns: list[str], expected: list[str]) -> None:
    touch(tmp_path, "a/1.wav", "a/b/2.wav", "a/3.flac", "c/1.wav", "c/1.txt")
    assert found(tmp_path, *patterns) == expected


def test_names_that_are_no_text(tmp_path: Path) -> None:
    for name in (b"\xff.wav", "ÿ.wav".encode(), b"z.wav"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()
    names = [os.fsencode(path).rpartition(b"/")[2] for path in sounds_in(str(tmp_path))]
    assert names == [b"z.wav", "ÿ.wav".encode(), b"\xff.wav"]


def test_folders_that_cannot_be_read(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav")
    with pytest.raises(InputError, match="none/ cannot be read: No such file"):
        list(sounds_in(str(tmp_path / "none")))
    with pytest.raises(InputError, match="cannot be read: Not a directory"):
        list(sounds_in(str(tmp_path / "a.wav")))
    with pytest.raises(InputError, match="cannot be read"):
        list(sounds_in("a\0b"))


def test_many_files_take_little_time(tmp_path: Path) -> None:
    for number in range(20_000):
        (tmp_path / f"{number}.wav").touch()
    begin = time.perf_counter()
    assert sum(1 for _ in sounds_in(str(tmp_path))) == 20_000
    assert time.perf_counter() - begin < 5  # a tenth of a second, and the machine may be busy


def test_every_sound_of_ours_has_an_ending_that_is_found() -> None:
    root = Path(__file__).parents[2]
    samples = [path for path in (root / "sample_audio").iterdir() if path.suffix in ENDINGS]
    assert samples
    assert all(sniff(path.read_bytes()[:16]) for path in samples)
    short = {"AIFF": "aif", "OGG": "ogg", "RIFX": "wav", "SPHERE": "sph"}
    assert {f".{short.get(name, name.lower())}" for name in CONTAINERS if name != "RAW"} <= set(
        ENDINGS
    )


def test_sounds_of_other_formats_are_told_and_not_given(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "b.m4a", "c/d.WMA", "notes.txt", ".e.mp4")
    others: list[str] = []
    assert [Path(path).name for path in sounds_in(str(tmp_path), (), others.append)] == ["a.wav"]
    assert sorted(others) == ["b.m4a", "c/d.WMA"]
