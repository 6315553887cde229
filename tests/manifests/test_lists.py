"""Lists of names: lines or NULs, bytes of any kind, pipes."""

import os
import tracemalloc
from pathlib import Path

import pytest

from stftcli.errors import InputError
from stftcli.manifests.lists import read_list
from tests.manifests.reading import through_a_pipe


def names_in(folder: Path, content: bytes) -> list[str]:
    path = folder / "names"
    path.write_bytes(content)
    return list(read_list(str(path)))


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"a.wav\nb c.wav\n", ["a.wav", "b c.wav"]),
        (b"a.wav\nb.wav", ["a.wav", "b.wav"]),
        (b"a\r\n\r\n\nb\r\n", ["a", "b"]),
        (b"\xef\xbb\xbfa\n", ["a"]),
        (b" a \n \n", [" a ", " "]),
        (b"-\nx\n", ["./-", "x"]),
        (b"a\nb\0c\r\n\0\0-\0", ["a\nb", "c\r\n", "./-"]),
        (b"a\0b", ["a", "b"]),
        (b"x" * 5000 + b"\n" + b"y\n" * 70_000, ["x" * 5000, *["y"] * 70_000]),
    ],
)
def test_names(tmp_path: Path, content: bytes, names: list[str]) -> None:
    assert names_in(tmp_path, content) == names


def test_names_that_are_no_text_survive(tmp_path: Path) -> None:
    (name,) = names_in(tmp_path, b"\xe9\xff.wav\n")
    assert os.fsencode(name) == b"\xe9\xff.wav"


def test_standard_input(tmp_path: Path) -> None:
    assert through_a_pipe("read_list", b"a\n\xff\n", tmp_path) == ["'a'", "'\\udcff'"]
    said = ["error: standard input names no files"]
    assert through_a_pipe("read_list", b"\n", tmp_path) == said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names no files"),
        (b"\r\n\n", "names no files"),
        (b"\0\0", "names no files"),
        (b"a\n" * 40_000 + b"b\0c\n", "line 40001: there is a NUL among names on lines"),
        (b"a\n" + b"b" * (2 << 20), "line 2: it is longer than 1048576 bytes"),
    ],
)
def test_what_cannot_be_used(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        names_in(tmp_path, content)


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none cannot be read: No such file"):
        list(read_list(str(tmp_path / "none")))
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        list(read_list(str(tmp_path)))


@pytest.mark.parametrize("end", [b"\n", b"\0"])
def test_names_are_given_as_they_are_read(tmp_path: Path, end: bytes) -> None:
    path = tmp_path / "names"
    path.write_bytes((b"sound.wav" + end) * 200_000)
    tracemalloc.start()
    try:
        assert sum(name == "sound.wav" for name in read_list(str(path))) == 200_000
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
