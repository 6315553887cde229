"""The page about lists says what is so: its examples are read, its endings are all."""

import re
from pathlib import Path

import pytest

from stftcli.manifests.entry import Entry
from stftcli.manifests.folders import ENDINGS
from tests.manifests.reading import read, read_text, refusal_of

PAGE = (Path(__file__).parents[2] / "docs" / "corpora.md").read_text(encoding="utf-8")


def blocks(heading: str) -> list[str]:
    section = re.split(r"^#+ ", PAGE.partition(f"\n### {heading}\n")[2], flags=re.MULTILINE)[0]
    found = re.findall(r"```text\n(.*?)```", section, re.DOTALL)
    assert found
    return found


def test_json_lines(tmp_path: Path) -> None:
    (text,) = blocks("JSON lines")
    first, second, third = read_text(tmp_path, text)
    assert first == Entry(f"{tmp_path}/speech.wav", "speech.wav")
    assert (second.id, second.duration_s, second.extra) == (
        "first-second",
        1.0,
        {"text": "what is said"},
    )
    assert (third.start_s, third.duration_s, third.channel) == (90.0, 0.5, 2)


def test_tables(tmp_path: Path) -> None:
    (text,) = blocks("CSV and TSV")
    assert [(entry.id, entry.duration_s) for entry in read_text(tmp_path, text)] == [
        ("first-second", 1.0),
        ("the-rest", None),
    ]


def test_kaldi(tmp_path: Path) -> None:
    for name, text in zip(("wav.scp", "segments"), blocks("Kaldi"), strict=True):
        (tmp_path / name).write_text(text)
    assert [(entry.listed, entry.duration_s) for entry in read(tmp_path)] == [
        ("data/meeting1.flac", 4.25),
        ("data/meeting2.flac", None),
    ]


def test_the_message(tmp_path: Path) -> None:
    (text,) = blocks("What is wrong with a list")
    bad = '{"audio": "a"}\n{"audio": "b"}\n{"audio": "c", "start": "soon"}\n'
    told = refusal_of(tmp_path, bad, "train.jsonl")
    assert f"train.jsonl, {told}" == text.strip()


@pytest.mark.parametrize("ending", ENDINGS)
def test_endings(ending: str) -> None:
    assert f"`{ending}`" in PAGE
