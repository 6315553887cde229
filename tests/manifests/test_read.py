"""All kinds of lists: how they are told apart, pipes, gzip, and bytes that are no list."""

import gzip
import os
import threading
import tracemalloc
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stftcli.errors import InputError
from stftcli.manifests.entry import Entry
from stftcli.manifests.read import KINDS, read_manifest
from tests.manifests.reading import read, read_text, refusal, refusal_of, through_a_pipe, zipped
from tests.mutation import assert_all_explained

TEXTS = {
    "JSON lines": '{"audio": "/a.wav", "id": "u", "start": 1}\n',
    "CSV or TSV": "id,audio,start\nu,/a.wav,1\n",
    "lhotse's recordings or cuts": (
        '{"id": "u", "start": 1, "duration": 2, "channel": 0, "type": "MonoCut", "recording": '
        '{"id": "r", "sources": [{"type": "file", "channels": [0], "source": "/a.wav"}]}}\n'
    ),
    "Kaldi's wav.scp or segments": "u /a.wav\n",
}

each_kind = pytest.mark.parametrize("kind", TEXTS)


def test_there_is_a_text_of_each_kind() -> None:
    assert {row.name for row in KINDS} == set(TEXTS)


@each_kind
@pytest.mark.parametrize("name", ["x", "x.txt", "x.gz"])
def test_content_tells_the_kind(tmp_path: Path, kind: str, name: str) -> None:
    for content in (TEXTS[kind].encode(), zipped("\n \n" + TEXTS[kind])):
        (entry,) = read_text(tmp_path, content, name)
        assert (entry.audio, entry.id) == ("/a.wav", "u")


@each_kind
@pytest.mark.parametrize("is_packed", [False, True])
def test_standard_input(tmp_path: Path, kind: str, is_packed: bool) -> None:
    content = zipped(TEXTS[kind]) if is_packed else TEXTS[kind].encode()
    (line,) = through_a_pipe("read_manifest", content, tmp_path)
    assert line.startswith("Entry(audio='/a.wav', listed='/a.wav', id='u'")


def test_through_a_pipe_paths_are_relative_to_the_current_folder(tmp_path: Path) -> None:
    content = b'{"audio": "b/../a.wav"}\n{"audio": "-"}\n'
    assert through_a_pipe("read_manifest", content, tmp_path) == [
        repr(Entry(audio="b/../a.wav", listed="a.wav")),
        repr(Entry(audio="./-", listed="-")),
    ]


def test_a_named_pipe_has_no_folder_either(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=('{"audio": "a.wav"}\n',))
    writer.start()
    assert read(path) == [Entry("a.wav", "a.wav")]
    writer.join()


def test_segments_through_a_pipe_have_no_sounds(tmp_path: Path) -> None:
    (line,) = through_a_pipe("read_manifest", b"s1 r1 0 1\n", tmp_path)
    assert line.startswith("error: standard input, line 1: it is of segments, which need a wav.scp")


@pytest.mark.parametrize(
    "content", [b"", b"\n\r\n  \n", b"\xef\xbb\xbf", gzip.compress(b"", mtime=0)]
)
def test_an_empty_list_is_an_error(tmp_path: Path, content: bytes) -> None:
    assert refusal_of(tmp_path, content) == " lists no sounds"


def test_a_table_without_rows_is_an_empty_list(tmp_path: Path) -> None:
    assert refusal_of(tmp_path, "id,audio\n") == " lists no sounds"


@pytest.mark.parametrize(
    "content", [b"RIFF\x24\0\0\0WAVE\n", b"a,b,c\n1,2,3\n", b"word", "{\0".encode("utf-16")]
)
def test_what_is_no_list_is_told_all_kinds(tmp_path: Path, content: bytes) -> None:
    told = refusal_of(tmp_path, content)
    assert told.startswith("line 1: it begins no list of sounds: give ")
    assert all(row.name in told for row in KINDS)


def test_what_is_not_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none") == " cannot be read: No such file or directory"
    with pytest.raises(InputError, match="cannot be read"):
        read("a\0b")
    with pytest.raises(InputError, match="cannot be read"):
        read("")


@each_kind
def test_gzip_that_ends_early_or_is_broken(tmp_path: Path, kind: str) -> None:
    content = zipped(TEXTS[kind])
    for end in (5, 12, len(content) - 9, len(content) - 1):
        told = refusal_of(tmp_path, content[:end])
        assert told.startswith("line ")
        assert "it cannot be read: Compressed file ended before" in told
    assert "CRC check failed" in refusal_of(tmp_path, content[:-8] + bytes(8))
    assert "it cannot be read: Not a gzipped file" in refusal_of(tmp_path, content[:1])


@each_kind
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_line_without_end_takes_no_memory(tmp_path: Path, kind: str, is_packed: bool) -> None:
    content = TEXTS[kind].encode() + b"u" * (32 << 20)
    path = tmp_path / "list"
    path.write_bytes(gzip.compress(content, 1) if is_packed else content)
    del content
    tracemalloc.start()
    try:
        told = refusal(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "it is longer than 1048576 bytes" in told
    assert peak < 10 << 20


@each_kind
def test_entries_are_given_as_they_are_read(tmp_path: Path, kind: str) -> None:
    header, line = ["", *TEXTS[kind].splitlines(keepends=True)][-2:]
    path = tmp_path / "list"
    path.write_text(header + line * 5000)
    tracemalloc.start()
    try:
        ids = {entry.id for entry in read_manifest(str(path))}
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert ids == {"u"}
    assert peak < 1 << 20


def test_what_went_well_before_a_bad_line_is_given(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text('{"audio": "a"}\n{"audio": "b"}\n{}\n')
    entries = read_manifest(str(path))
    assert [entry.listed for entry in islice(entries, 2)] == ["a", "b"]
    with pytest.raises(InputError, match="line 3"):
        next(entries)


def read_all(path: Path) -> None:
    assert read(path)


WORDS = st.sampled_from(
    b'audio|,|\t|;|\n|\r\n|"|{|}|:|a b|0|1e9|\x1f\x8b|\xef\xbb\xbf|\0|\xff|sources|[|-1|null'.split(
        b"|"
    )
)


@given(
    content=st.one_of(
        st.binary(max_size=200),
        st.lists(WORDS, max_size=20).map(b"".join),
        st.tuples(st.sampled_from([*TEXTS.values()]), st.binary(max_size=50)).map(
            lambda pair: pair[0].encode() + pair[1]
        ),
    ),
    is_packed=st.booleans(),
)
@example(content=b"\xef\xbb\xbf\n", is_packed=False)
def test_any_bytes_are_entries_or_an_input_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, is_packed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any-{os.getpid()}"
    path.write_bytes(gzip.compress(content) if is_packed else content)
    try:
        entries = read(path)
    except InputError as error:
        assert str(path) in str(error)
        assert str(error).isprintable()
    else:
        assert entries
        assert all(entry.audio and "\0" not in entry.audio for entry in entries)


@each_kind
@pytest.mark.parametrize("is_packed", [False, True])
def test_changed_bytes_are_explained(tmp_path: Path, kind: str, is_packed: bool) -> None:
    content = TEXTS[kind].encode() * 2
    path = tmp_path / "list"
    tries, refused = assert_all_explained(
        path, gzip.compress(content) if is_packed else content, 300, read_all
    )
    assert 0 < refused <= tries
