"""Tables in and out of `features --segments` and `info --segments`: sounds, formats, refusals."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.cli.inside import ok_inside, run_inside
from tests.cli.marking import FRAMES, MARKED, marked, table_of, write_sound, write_table
from tests.cli.shell import Done, Shell
from tests.segments.tables import AUDACITY, RAVEN, RTTM, TABLES

ROWS = ("--mel", "2", "--stats", "mean")
BY_SOUND = "file,start,end,label"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    write_sound(tmp_path)
    write_table(tmp_path)
    return Shell(tmp_path)


def features(shell: Shell, *words: str) -> Done:
    return run_inside(shell, "features", *words, *FRAMES)


def rows_of(shell: Shell, *words: str) -> list[dict[str, str]]:
    return table_of(ok_inside(shell, "features", *words, *FRAMES, *ROWS, "--out", "-").out)


@pytest.mark.parametrize("kind", TABLES)
def test_every_kind_gives_the_same_numbers(shell: Shell, kind: str) -> None:
    write_sound(shell.folder, "rec.wav")
    (shell.folder / "t").write_text(TABLES[kind])
    write_table(shell.folder, [(0.25, 0.75), (0.5, 1)])
    found = marked(shell, "rec.wav", "--mel", "2", "--segments", "t")
    np.testing.assert_array_equal(
        np.concatenate(found),
        np.concatenate(marked(shell, "rec.wav", "--mel", "2", "--segments", "t.csv")),
    )


def test_csv_keeps_every_column_as_it_stood(shell: Shell) -> None:
    write_table(shell.folder, [("1.50", 2, '"a, b"', "007", "9")], "start,end,note,id,mel_1_mean")
    (row,) = rows_of(shell, "a.wav", "--segments", "t.csv")
    assert list(row) == ["start", "end", "note", "id", "mel_1_mean", "mel_2_mean"]
    assert (row["start"], row["note"], row["id"]) == ("1.50", "a, b", "007")
    assert 0 < float(row["mel_1_mean"]) < 9  # that of an earlier run is renewed


def test_a_row_for_each_frame(shell: Shell) -> None:
    words = ("features", "a.wav", *FRAMES, "--mel", "2", "--segments", "t.csv", "--out", "-")
    rows = table_of(ok_inside(shell, *words).out)
    found = marked(shell, "a.wav", "--mel", "2", "--segments", "t.csv")
    assert list(rows[0]) == ["segment", "time_s", "start", "end", "mel_1", "mel_2"]
    numbers = [int(row["segment"]) for row in rows]
    assert numbers == [n for n, one in enumerate(found, start=1) for _ in one]
    values = np.array([[row["mel_1"], row["mel_2"]] for row in rows], np.float32)
    np.testing.assert_array_equal(values, np.concatenate(found))


def test_json_lines_and_parquet_hold_numbers(shell: Shell) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write_table(shell.folder, [(1, 2, "x", "007"), (1.9999, 1.9999, "", "1")], "start,end,a,id")
    words = ("features", "a.wav", *FRAMES, *ROWS, "--segments", "t.csv", "--out")
    ok_inside(shell, *words, "m.parquet")
    first, second = (
        json.loads(line)
        for line in ok_inside(shell, *words, "-", "--format", "jsonl").out.splitlines()
    )
    assert (first["start"], first["a"], first["id"]) == (1.0, "x", "007")
    assert second["mel_1_mean"] is None
    table = parquet.read_table(shell.folder / "m.parquet")
    assert table.column_names == list(first)
    assert [str(kind) for kind in table.schema.types[:5]] == [
        *("double", "double", "string", "string", "float"),
    ]
    assert table.to_pylist() == [first, second]
    assert b"stftcli" in table.schema.metadata


def test_npz_holds_the_table_and_how_it_was_made(shell: Shell) -> None:
    marked(shell, "a.wav", "--mel", "2", "--segments", "t.csv")
    with np.load(shell.folder / "m.npz") as arrays:
        np.testing.assert_array_equal(arrays["table/start"], [start for start, _ in MARKED])
        assert arrays["names"].tolist() == ["mel_1", "mel_2"]
        assert arrays["freqs"].shape == (2,)
        assert arrays["lengths"].sum() == len(arrays["features"])
    said = ok_inside(shell, "info", "m.npz").out.decode()
    assert "of t.csv" in said
    assert "a.wav, 16000 Hz" in said


def test_a_raven_table_comes_back_with_the_features_behind_its_columns(shell: Shell) -> None:
    (shell.folder / "t.txt").write_text(RAVEN)
    ok_inside(
        shell, "features", "a.wav", *FRAMES, *ROWS, "--segments", "t.txt", "--format", "raven"
    )
    head, *rows = (shell.folder / "a.selections.txt").read_text().splitlines()
    assert head.split("\t") == [*RAVEN.splitlines()[0].split("\t"), "mel_1_mean", "mel_2_mean"]
    assert [row.split("\t")[:8] for row in rows] == [
        line.split("\t") for line in RAVEN.splitlines()[2::2]
    ]
    again = rows_of(shell, "a.wav", "--segments", "a.selections.txt")
    assert [row["mel_1_mean"] for row in again] == [row.split("\t")[8] for row in rows]


def test_other_tables_become_ravens(shell: Shell) -> None:
    write_table(
        shell.folder,
        [(0.5, 1, "a\tb", "", 3), (1, 1.5, '"c\nd"', 500, 4)],
        "start,end,label,low,mood",
    )
    words = ("features", "a.wav", *FRAMES, *ROWS, "--segments", "t.csv", "--out")
    ok_inside(shell, *words, "m.selections.txt")
    text = (shell.folder / "m.selections.txt").read_text()
    first, second = ([*line.split("\t")] for line in text.splitlines()[1:])
    assert first[:8] == ["1", "Spectrogram 1", "1", "0.5", "1", "0", "8000", "a b"]
    assert second[:8] == ["2", "Spectrogram 1", "1", "1", "1.5", "500", "8000", "c d"]
    assert "\tmood\tmel_1_mean\t" in text


def test_audacity_gets_the_features_in_its_labels(shell: Shell) -> None:
    (shell.folder / "t.txt").write_text(AUDACITY)
    words = ("features", "a.wav", *FRAMES, *ROWS, "--segments", "t.txt", "--out")
    ok_inside(shell, *words, "m.labels.txt", "--no-segment-band")
    lines = (shell.folder / "m.labels.txt").read_text().splitlines()
    first = rows_of(shell, "a.wav", "--segments", "t.txt", "--no-segment-band")[0]
    told = f"song mel_1_mean={float(first['mel_1_mean']):.4g}"
    assert lines[0].startswith(f"0.250000000\t0.750000000\t{told} mel_2_mean=")
    assert lines[1] == "\\\t500.000000\t1500.000000"
    assert ok_inside(shell, "info", "a.wav", "--segments", "m.labels.txt").err == ""


@pytest.mark.parametrize("where", ["beside", "folder", "files"])
def test_a_table_of_several_sounds(shell: Shell, where: str) -> None:
    folder = shell.folder / "far" / "deep" if where == "folder" else shell.folder
    folder.mkdir(parents=True, exist_ok=True)
    write_sound(folder, "b.wav", seed=2)
    write_sound(folder, "c.wav", seed=3)
    rows = [("C:\\x\\c.wav", 1, 2, "x"), ("b", 0, 1, "y"), ("C:\\x\\c.wav", 0, 1, "z")]
    write_table(shell.folder, rows, BY_SOUND)
    inputs = {"beside": [], "folder": ["far"], "files": ["c.wav", "b.wav"]}[where]
    found = rows_of(shell, *inputs, "--segments", "t.csv")
    assert [row["label"] for row in found] == ["x", "y", "z"]
    write_table(folder, [(1, 2), (0, 1)], name="one.csv")
    one = rows_of(shell, str(folder / "c.wav"), "--segments", str(folder / "one.csv"))
    assert [found[0]["mel_1_mean"], found[2]["mel_1_mean"]] == [row["mel_1_mean"] for row in one]


def test_of_several_sounds_those_that_are_given(shell: Shell) -> None:
    rows = [("b.wav", 1, 2, "x"), ("a.wav", 0, 1, "y"), ("c.wav", 0, 1, "z")]
    write_table(shell.folder, rows, BY_SOUND)
    (row,) = rows_of(shell, "a.wav", "--segments", "t.csv")
    assert row["label"] == "y"


def test_a_sound_may_be_of_another_format_by_now(shell: Shell) -> None:
    write_table(shell.folder, [("D:\\x\\a.MP3", 1, 2, "x")], BY_SOUND)
    (one,) = rows_of(shell, "a.wav", "--segments", "t.csv")
    (same,) = rows_of(shell, ".", "--segments", "t.csv")
    assert one == same
    write_table(shell.folder, [("a.1", 1, 2, "x")], BY_SOUND)
    assert features(shell, "a.wav", "--segments", "t.csv", "--out", "-").code == 1


def test_a_sound_that_is_missing_leaves_its_cells_empty(shell: Shell) -> None:
    write_table(shell.folder, [("b.wav", 1, 2, "x"), ("a.wav", 0, 1, "y")], BY_SOUND)
    done = features(shell, "--segments", "t.csv", *ROWS, "--out", "m.csv")
    assert done.code == 3
    assert "b.wav, of which t.csv has segments, is not beside the table" in done.err
    assert "1 of 2 inputs failed" in done.err
    first, second = table_of((shell.folder / "m.csv").read_bytes())
    assert not first["mel_1_mean"]
    assert second["mel_1_mean"]


def test_a_sound_that_is_broken_leaves_nothing_behind(shell: Shell) -> None:
    samples = np.zeros(32_000, np.float32)
    samples[20_000] = np.nan
    soundfile.write(shell.folder / "nan.wav", samples, 16_000, subtype="FLOAT")
    rows = [("nan.wav", 0, 0.5, ""), ("a.wav", 0, 1, "y"), ("nan.wav", 0.5, 2, "")]
    write_table(shell.folder, rows, BY_SOUND)
    for frames in ("slice", "cut"):
        words = ("--segments", "t.csv", "--segment-frames", frames, "--mel", "2", "--out", "m.csv")
        done = features(shell, *words)
        assert (done.code, "nan.wav holds NaN" in done.err) == (3, True)
        found = table_of((shell.folder / "m.csv").read_bytes())
        assert {row["segment"] for row in found} == {"2"}


def test_sounds_that_give_other_features_are_refused(shell: Shell) -> None:
    write_sound(shell.folder, "s.wav", channels=2)
    write_table(shell.folder, [("a.wav", 1, 2, "x"), ("s.wav", 0, 1, "y")], BY_SOUND)
    done = features(shell, "--segments", "t.csv", *ROWS, "--channel", "all", "--out", "-")
    assert done.code == 3
    assert "s.wav gives other features than a.wav: --rate and --channel make them" in done.err


def refusals() -> dict[str, tuple[str, int, str]]:
    mel = "a.wav --mel 2 --segments t.csv"
    return {
        "start": (f"{mel} --start 1", 2, "--segments says what is used: leave out --start"),
        "dates": (f"{mel} --time-origin auto", 2, "are seconds: leave out --time-origin"),
        "layout": (f"{mel} --layout bins-first", 2, "a row for each: leave out --layout"),
        "timeline": (f"{mel} --timeline --out x.csv", 2, "--timeline is not for --segments"),
        "many": (f"{mel} --out-dir d", 2, "--out-dir is of many results, --segments makes one"),
        "raven": (f"{mel} --format raven", 2, "one row for each segment: give --stats or --pool"),
        "npy": (f"{mel} --format npy", 2, "--format is csv, jsonl, parquet, npz, raven, audacity"),
        "ending": (f"{mel} --out x.txt", 2, "how the segments are written: use .csv"),
        "complex": ("a.wav --spectrum complex --segments t.csv", 2, "a table holds real numbers"),
        "tier": ("a.wav --tier x", 2, "--tier is of a table of segments: give --segments"),
        "format": ("a.wav --format raven", 2, "--format raven is of marked segments"),
        "no sound": ("--mel 2 --segments t.csv", 2, "t.csv does not say of which sound its"),
        "two sounds": ("a.wav a.wav --segments t.csv", 2, "does not say of which sound"),
        "both": ("- --segments -", 2, "cannot both be standard input"),
        "itself": (f"{mel} --stats mean --out t.csv", 2, "the output would overwrite t.csv"),
        "other": ("a.wav --segments rttm", 1, "rttm is of rec, not of a.wav: give the sound"),
        "no table": ("a.wav --segments none", 1, "none cannot be read"),
        "tables": (f"{mel} --segments t.csv", 2, "--segments is one table: put the rows"),
        "nameless": ("--segments half.csv", 1, "but not that of segment 2"),
        "twice": ("a.wav d/a.wav --segments twice.csv", 1, "which may be a.wav or d/a.wav"),
        "no name": ("--segments long.jsonl", 1, "is not beside the table"),
        "two of a name": (". --segments twice.csv", 1, "which may be"),
    }


@pytest.mark.parametrize("case", refusals())
def test_what_cannot_be(shell: Shell, case: str) -> None:
    words, code, said = refusals()[case]
    (shell.folder / "rttm").write_text(RTTM)
    write_table(shell.folder, [("a.wav", 0, 1, ""), ("", 0, 1, "")], BY_SOUND, "half.csv")
    write_table(shell.folder, [("a.wav", 0, 1, "")], BY_SOUND, "twice.csv")
    (shell.folder / "long.jsonl").write_text(
        f'{{"start": 0, "end": 1, "file": "\\u0000{"x" * 5000}"}}\n'
    )
    if case == "two of a name":
        for name in ("x", "y"):
            (shell.folder / name).mkdir()
            write_sound(shell.folder / name)
        (shell.folder / "a.wav").unlink()
    before = shell.names()
    done = features(shell, *words.split())
    assert (done.code, said in done.err) == (code, True), done.err
    assert shell.names() == before


def told(shell: Shell, *words: str) -> list[dict[str, Any]]:
    done = ok_inside(shell, "info", "--json", *words)
    return [json.loads(line) for line in done.out.splitlines()]


def test_info_tells_of_a_table(shell: Shell) -> None:
    (one,) = told(shell, "a.wav", "--segments", "t.csv")
    assert one == {
        "table": "t.csv",
        "kind": "csv",
        "sound": "a.wav",
        "segments": 5,
        "points": 0,
        "total_s": pytest.approx(0.75 + 0.3 + 0.2 + 0.5 + 0.75),
        "shortest_s": pytest.approx(0.2),
        "longest_s": pytest.approx(0.75),
        "covered_s": pytest.approx(0.3 + 0.75 + 0.5),
        "overlapping": 2,
        "boxes": 0,
        "labels": {"": 5},
        "sounds": 0,
        "beyond": 1,
    }
    assert told(shell, "--segments", "t.csv")[0]["segments"] == 5
    (shell.folder / "t.txt").write_text(RAVEN)
    lines = ok_inside(shell, "info", "a.wav", "--segments", "t.txt").out.decode().splitlines()
    assert lines == [
        "a.wav",
        "  segments  2",
        "  table     raven",
        "  durations 0.500 to 0.500 s, together 1.000 s",
        "  covered   0.750 s; 1 begin before another ends",
        "  boxes     2 have frequencies",
        "  labels    2: song 1, call 1",
        "  beyond    0 go beyond the end of the sound",
    ]


def test_info_of_other_sounds_and_tiers(shell: Shell) -> None:
    (shell.folder / "rttm").write_text(RTTM)
    done = run_inside(shell, "info", "a.wav", "--segments", "rttm")
    assert (done.code, "rttm is of rec, not of a.wav" in done.err) == (1, True)
    (shell.folder / "t").write_text(TABLES["long textgrid"])
    done = run_inside(shell, "info", "--segments", "t", "--tier", "x")
    assert (done.code, "t has no tier 'x': it has birds" in done.err) == (2, True)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "npz"])
def test_columns_that_are_called_as_those_of_rows_keep_their_cells(shell: Shell, form: str) -> None:
    if form == "parquet":
        pytest.importorskip("pyarrow")
    write_table(shell.folder, [(0, 0.1, "x", 7, "y")], "start,end,segment,time_s,segment_2")
    words = ("a.wav", "--segments", "t.csv", "--mel", "2", "--out", f"m.{form}")
    done = features(shell, *words)
    assert (done.code, "the column segment of t.csv is called segment_3" in done.err) == (0, True)
    if form == "csv":
        first = table_of((shell.folder / "m.csv").read_bytes())[0]
        assert (first["segment"], first["segment_3"], first["time_s_2"]) == ("1", "x", "7")
        assert first["segment_2"] == "y"
