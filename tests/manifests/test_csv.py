"""Tables: how their cells are divided, and what is said of rows that cannot be used."""

from pathlib import Path

import pytest

from stftcli.manifests.entry import Entry
from tests.manifests.reading import read_text, refusal_of


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_the_header_tells_what_divides_the_cells(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ["id", "audio", "start", "duration", "channel", "text"],
        ["u1", "a.wav", "1:30", "500ms", "all", "hello"],
        ["", "/b.wav", "", "", "", ""],
    ]
    text = "".join(delimiter.join(row) + "\n" for row in rows)
    assert read_text(tmp_path, text) == [
        Entry(f"{tmp_path}/a.wav", "a.wav", "u1", 90.0, 0.5, "all", {"text": "hello"}),
        Entry("/b.wav", "/b.wav"),
    ]


def test_what_spreadsheets_and_pandas_write(tmp_path: Path) -> None:
    text = '\ufeff,"audio","note"\r\n0,"a, b.wav","say ""hi""\r\ntwice"\r\n\r\n1,c.wav,\r\n'
    first, second = read_text(tmp_path, text)
    assert (first.listed, first.extra) == ("a, b.wav", {"note": 'say "hi"\r\ntwice'})
    assert (second.listed, second.extra) == ("c.wav", {})


def test_nemos_names_and_spaces_in_the_header(tmp_path: Path) -> None:
    (entry,) = read_text(tmp_path, "audio_filepath, offset\n/a.wav,2\n")
    assert entry == Entry("/a.wav", "/a.wav", None, 2.0)


def test_a_single_column(tmp_path: Path) -> None:
    text = "audio\na b.wav\nc.wav"
    assert [entry.listed for entry in read_text(tmp_path, text)] == ["a b.wav", "c.wav"]


def test_the_delimiter_is_the_one_that_finds_the_audio(tmp_path: Path) -> None:
    (entry,) = read_text(tmp_path, "audio\tone, two, three\na.wav\tx, y\n")
    assert entry.extra == {"one, two, three": "x, y"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("audio,id\na,1\nb\n", "line 3: it has 1 cells, and the header 2"),
        ("audio,id\na,1\n\nb,1,2\n", "line 4: it has 3 cells, and the header 2"),
        ("audio,id\n,1\n", "line 2: it has no audio"),
        ('audio,id\n"a"b,1\n', "line 2: it is no row of a table: ',' expected after '\"'"),
        ('audio,id\na,1\n"b,1\n', "line 3: it is no row of a table: unexpected end of data"),
        ("audio,start\na,x\n", "line 2: its start is 'x': it must be a time"),
        ("audio,duration\na,-1\n", "line 2: its duration is '-1'"),
        ("audio,channel\na,0\n", "line 2: its channel is '0'"),
        ("audio,id,id\na,1,2\n", "line 1: it names two columns id"),
        ("audio\na\0b\n", "line 2: its audio is 'a\\x00b': a path has no NUL"),
        (b"audio,text\na,\xe9\n", "line 2: it is not UTF-8: byte 0xe9"),
        (b"audio,t\xe9xt\na,\n", "line 1: it is not UTF-8: byte 0xe9"),
        ("audio,text\na," + "x" * 200_000 + "\n", "line 2: it is no row of a table: field larger"),
        (
            'audio,text\na,"x\n' + "xx\n" * 100_000,
            "line 2: it is no row of a table: field larger than field limit",
        ),
        ("audio,text\n" + '"a\n",' * 300_000, "line 2: its row is longer than 1048576 bytes"),
        ("audio,text\na,1\rb,2\r", "new-line character seen in unquoted field"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    assert said in refusal_of(tmp_path, text)


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.CSV"])
def test_a_table_without_audio_is_told_by_its_ending(tmp_path: Path, name: str) -> None:
    said = "line 1: it must name the columns, and one of them audio: it has 'path and name', 'text'"
    assert refusal_of(tmp_path, "path and name,text\na.wav,x\n", name) == said
