"""JSON lines: what each key means, and what is said of lines that cannot be used."""

import json
from pathlib import Path
from typing import Any

import pytest

from stftcli.manifests.entry import Entry
from tests.manifests.reading import read_text, refusal_of


def entry_of(folder: Path, **values: Any) -> Entry:
    (entry,) = read_text(folder, json.dumps(values))
    return entry


def test_all_that_can_be_said(tmp_path: Path) -> None:
    text = (
        '{"audio": "a/./b.wav", "id": "u-1", "start": 1.5, "duration": 2, "channel": 2, '
        '"text": "one two", "speaker": {"name": "Ann"}}\n'
    )
    assert read_text(tmp_path, text) == [
        Entry(
            audio=f"{tmp_path}/a/./b.wav",
            listed="a/b.wav",
            id="u-1",
            start_s=1.5,
            duration_s=2.0,
            channel=2,
            extra={"text": "one two", "speaker": {"name": "Ann"}},
        )
    ]


def test_what_is_not_said_stays_open(tmp_path: Path) -> None:
    plain = Entry(audio=f"{tmp_path}/a.wav", listed="a.wav")
    assert entry_of(tmp_path, audio="a.wav") == plain
    nothing = dict.fromkeys(["id", "start", "duration", "channel"])
    assert entry_of(tmp_path, audio="a.wav", **nothing) == plain


def test_nemos_names(tmp_path: Path) -> None:
    entry = entry_of(tmp_path, audio_filepath="/x/a.wav", offset=3.5, duration=0.25, text="yes")
    expected = Entry("/x/a.wav", "/x/a.wav", None, 3.5, 0.25, None, {"text": "yes"})
    assert entry == expected


@pytest.mark.parametrize(
    ("text", "seconds"), [("1:30", 90), ("500ms", 0.5), ("2.5", 2.5), ("1:00:00", 3600), (7, 7)]
)
def test_times_are_read_as_the_options_read_them(
    tmp_path: Path, text: str | int, seconds: float
) -> None:
    entry = entry_of(tmp_path, audio="a.wav", start=text, duration=text)
    assert (entry.start_s, entry.duration_s) == (seconds, seconds)


@pytest.mark.parametrize(
    ("given", "read"), [("mix", "mix"), ("all", "all"), (1, 1), ("12", 12), (None, None)]
)
def test_channels(tmp_path: Path, given: Any, read: Any) -> None:
    assert entry_of(tmp_path, audio="a.wav", channel=given).channel == read


@pytest.mark.parametrize("url", ["https://a.b/c//d/../e.wav?x=1", "s3://bucket/./a.wav"])
def test_urls_stay_as_they_are(tmp_path: Path, url: str) -> None:
    entry = entry_of(tmp_path, audio=url)
    assert (entry.audio, entry.listed) == (url, url)


def test_an_id_may_be_a_number(tmp_path: Path) -> None:
    assert entry_of(tmp_path, audio="a.wav", id=17).id == "17"


def test_paths_are_relative_to_the_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stftcli.manifests.read import read_manifest

    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "x").write_text('{"audio": "../a.wav"}\n{"audio": "-"}\n')
    monkeypatch.chdir(tmp_path)
    first, second = read_manifest("lists/x")
    assert (first.audio, first.listed) == ("lists/../a.wav", "../a.wav")
    assert second.audio == "lists/-"
    monkeypatch.chdir(tmp_path / "lists")
    assert [entry.audio for entry in read_manifest("x")] == ["../a.wav", "./-"]


def test_blank_lines_and_windows_ends_are_passed_over(tmp_path: Path) -> None:
    text = b'\xef\xbb\xbf{"audio": "a"}\r\n\r\n  \n{"audio": "b"}\r\n\n{"audio": "c"}'
    assert [entry.listed for entry in read_text(tmp_path, text)] == ["a", "b", "c"]


GOOD = '{"audio": "a.wav"}\n\n'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "it is no JSON: Expecting property name enclosed in double quotes at character 2"),
        ("nothing", "it is no JSON: Expecting value at character 1; give an object a line"),
        ("[1]", "what should be a JSON object is none"),
        ("{}", "it has no audio, which names the sound's file"),
        ('{"audio": null}', "it has no audio"),
        ('{"audio": 3}', "its audio is 3: it must be the path of a file, or a URL"),
        ('{"audio": ""}', "its audio is ''"),
        ('{"audio": ["a", "b"]}', "its audio is ['a', 'b']"),
        ('{"audio": "a\\u0000b"}', "its audio is 'a\\x00b': a path has no NUL"),
        ('{"audio": "a\\ud800"}', "half a character"),
        ('{"audio": "a", "audio_filepath": "b"}', "it has both audio and audio_filepath"),
        ('{"audio": "a", "start": 0, "offset": 1}', "it has both start and offset"),
        ('{"audio": "a", "start": "soon"}', "its start is 'soon': it must be a time from 0"),
        ('{"audio": "a", "start": true}', "its start is True"),
        ('{"audio": "a", "start": -1}', "its start is -1"),
        ('{"audio": "a", "start": [1]}', "its start is [1]"),
        ('{"audio": "a", "duration": -2}', "its duration is -2: it must be a time above 0"),
        ('{"audio": "a", "duration": 0}', "its duration is 0"),
        ('{"audio": "a", "duration": 1e999}', "beyond the largest number"),
        ('{"audio": "a", "duration": Infinity}', "Infinity, which is no number"),
        ('{"audio": "a", "duration": "inf"}', "its duration is 'inf'"),
        ('{"audio": "a", "channel": 0}', "its channel is 0: give mix, all, or a channel's number"),
        ('{"audio": "a", "channel": "left"}', "its channel is 'left'"),
        ('{"audio": "a", "channel": 1.5}', "its channel is 1.5"),
        ('{"audio": "a", "channel": [1, 2]}', "its channel is [1, 2]"),
        ('{"audio": "a", "id": ""}', "its id is '': it must be a text of one line"),
        ('{"audio": "a", "id": "a\\nb"}', "its id is 'a\\nb'"),
        ('{"audio": "a", "id": true}', "its id is True"),
        ('{"audio": "a", "id": 1.5}', "its id is 1.5"),
        ('{"audio": "a", "x": ' + "[" * 100 + "]" * 100 + "}", "nested deeper than 32 levels"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(tmp_path: Path, line: str, said: str) -> None:
    told = refusal_of(tmp_path, GOOD + line + "\n" + GOOD)
    assert told.startswith("line 3: ")
    assert said in told


def test_what_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    told = refusal_of(tmp_path, GOOD.encode() + b'{"audio": "\xff.wav"}\n')
    assert told == "line 3: it is not UTF-8: byte 0xff"


def test_an_ending_settles_what_the_first_line_cannot(tmp_path: Path) -> None:
    assert "it is no JSON" in refusal_of(tmp_path, "audio a.wav\n", "x.jsonl")
