"""Kaldi's lists: sounds by their keys, and segments of them."""

import gzip
import os
from pathlib import Path

import pytest

from stftcli.errors import InputError
from stftcli.manifests.entry import Entry
from tests.manifests.reading import read, read_text, refusal, refusal_of


def data_folder(folder: Path, scp: str | bytes, segments: str | bytes | None = None) -> Path:
    for name, text in [("wav.scp", scp), ("segments", segments)]:
        if text is not None:
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_sounds_by_their_keys(tmp_path: Path) -> None:
    text = "u1 data/a b.wav\nu2\t/x/./c.wav \r\n\n"
    assert read_text(tmp_path, text, "wav.scp") == [
        Entry("data/a b.wav", "data/a b.wav", "u1"),
        Entry("/x/./c.wav", "/x/c.wav", "u2"),
    ]


@pytest.mark.parametrize("given", ["", "wav.scp", "segments", "segments.gz"])
def test_segments_of_them(tmp_path: Path, given: str) -> None:
    folder = data_folder(
        tmp_path, "r1 a.wav\nr2 b.wav\n", "s1 r2 0.2 0.3\ns2 r1 1 -1\ns3 r1 1.5 2.25 1\n"
    )
    (folder / "segments.gz").write_bytes(gzip.compress((folder / "segments").read_bytes()))
    assert read(folder / given) == [
        Entry("b.wav", "b.wav", "s1", 0.2, 0.1),
        Entry("a.wav", "a.wav", "s2", 1.0, None),
        Entry("a.wav", "a.wav", "s3", 1.5, 0.75, 2),
    ]


def test_a_list_of_another_name_stands_alone(tmp_path: Path) -> None:
    data_folder(tmp_path, "r1 a.wav\n", "s1 r1 0 1\n")
    assert [entry.id for entry in read_text(tmp_path, "k1 b.wav 1 2\n", "more.scp")] == ["k1"]
    assert [entry.id for entry in read_text(tmp_path, "s9 r1 2 3\n", "more")] == ["s9"]


def test_paths_may_be_any_bytes(tmp_path: Path) -> None:
    folder = data_folder(tmp_path, b"r1 \xe9\xff.wav\n", "s1 r1 0 1\n")
    (entry,) = read(folder)
    assert os.fsencode(entry.audio) == os.fsencode(entry.listed) == b"\xe9\xff.wav"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("u sph2pipe -f wav a.sph |", "it is a command, which is not run"),
        ("u | cat", "it is a command"),
        ("u raw.ark:1234", "it is a place in an archive"),
        ("u -", "it is standard input: give a file"),
        ("u", "it must be a key and the path of a sound"),
        ("u a\0b", "its audio is 'a\\x00b': a path has no NUL"),
        (b"\xff a.wav", "its key is b'\\xff': it must be a text in UTF-8"),
    ],
)
def test_lines_that_are_no_sound(tmp_path: Path, line: str | bytes, said: str) -> None:
    content = b"u0 a.wav\n\n" + (line if isinstance(line, bytes) else line.encode()) + b"\n"
    assert refusal_of(tmp_path, content, "wav.scp").startswith(f"line 3: {said}")
    data_folder(tmp_path, content, "s1 u0 0 1\n")
    assert refusal(tmp_path / "wav.scp").startswith(f"line 3: {said}")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("s r9 0 1", "there is no sound r9 in wav.scp"),
        ("s r1 0", "it must be a key, the key of a sound, and where it starts and ends"),
        ("s r1 0 1 2 3", "it must be a key"),
        ("s r1 x 1", "its start is 'x'"),
        ("s r1 -1 1", "its start is '-1'"),
        ("s r1 nan 1", "its start is 'nan'"),
        ("s r1 2 1", "its end is '1': it must be seconds, after its start"),
        ("s r1 1 1", "its end is '1'"),
        ("s r1 1 end", "its end is 'end'"),
        ("s r1 1 nan", "its end is 'nan'"),
        ("s r1 1 inf", "its duration is inf"),
        ("s r1 1 2 x", "its channel is 'x': it must be a number from 0"),
        ("s r1 1 2 99999999999999", "its channel is"),
        (b"s \xff 0 1", "its key is b'\\xff'"),
        (b"\xff r1 0 1", "its key is b'\\xff'"),
    ],
)
def test_lines_that_are_no_segment(tmp_path: Path, line: str | bytes, said: str) -> None:
    content = b"s0 r1 0 1\n" + (line if isinstance(line, bytes) else line.encode()) + b"\n"
    data_folder(tmp_path, "r1 a.wav\n", content)
    assert refusal(tmp_path / "segments").startswith(f"line 2: {said}")


def test_a_key_that_two_sounds_have_cuts_neither(tmp_path: Path) -> None:
    data_folder(tmp_path, "r1 a.wav\nr1 b.wav\n", "s1 r1 0 1\n")
    said = "line 2: its key r1 stands on a line before it too"
    assert refusal(tmp_path / "wav.scp") == said


def test_segments_that_are_none_do_not_stand_for_all_sounds(tmp_path: Path) -> None:
    data_folder(tmp_path, "r1 a.wav\n", "\n")
    assert refusal(tmp_path) == "/segments lists no segments"


def test_what_is_not_there(tmp_path: Path) -> None:
    assert "is a folder without wav.scp: give one of Kaldi's" in refusal(tmp_path)
    assert refusal_of(tmp_path, "", "wav.scp") == " lists no sounds"
    (tmp_path / "alone").mkdir()
    (tmp_path / "alone" / "segments").write_text("s1 r1 0 1\n")
    with pytest.raises(InputError, match=r"wav\.scp cannot be read: No such file"):
        read(tmp_path / "alone" / "segments")
