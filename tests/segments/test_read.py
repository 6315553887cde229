"""Each kind is told by its content and read alike; what cannot be used is told with its line."""

from math import isnan
from pathlib import Path

import numpy as np
import pytest

from stftcli.errors import SettingsError
from stftcli.segments.raven import raven_columns
from tests.segments.tables import (
    CSV,
    LONG_TEXTGRID,
    RAVEN,
    RTTM,
    TABLES,
    read_text,
    refusal_of,
)


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
def test_the_same_segments_come_of_every_kind(tmp_path: Path, text: str) -> None:
    for content in (text, text.replace("\n", "\r\n"), "\ufeff" + text, text.rstrip("\n")):
        segments = read_text(tmp_path, content)
        np.testing.assert_allclose(segments.start_s, [0.25, 0.5], atol=1e-12)
        np.testing.assert_allclose(segments.end_s, [0.75, 1], atol=1e-12)
        assert segments.labels == ["song", "call"]


@pytest.mark.parametrize("text", TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16(tmp_path: Path, text: str, encoding: str) -> None:
    segments = read_text(tmp_path, text.replace("song", "sőng").encode(encoding))
    assert segments.labels == ["sőng", "call"]


def test_a_selection_of_several_views_counts_once(tmp_path: Path) -> None:
    segments = read_text(tmp_path, RAVEN)
    assert segments.kind == "raven"
    assert segments.columns["View"] == ["Spectrogram 1"] * 2
    assert list(segments.columns)[:3] == ["Selection", "View", "Channel"]
    np.testing.assert_array_equal(segments.low_hz, [500, 1000])
    np.testing.assert_array_equal(segments.channels, [1, 1])
    # Tables that were put behind one another number their selections anew.
    head, *rows = RAVEN.splitlines(keepends=True)
    again = rows[1].replace("0.25", "0.30")
    assert len(read_text(tmp_path, head + "".join(rows) + again)) == 3
    assert len(read_text(tmp_path, head + rows[1] + rows[1])) == 2


def test_ravens_times_in_a_file_of_several(tmp_path: Path) -> None:
    text = (
        "Selection\tBegin Time (s)\tEnd Time (s)\tBegin File\tFile Offset (s)\tSpecies\n"
        '1\t600.5\t601\ta.wav\t0.5\tÄ "b\n2\t700\t702.5\tb.wav\t10\t"x"\n'
    )
    segments = read_text(tmp_path, text)
    np.testing.assert_allclose(segments.start_s, [0.5, 10])
    np.testing.assert_allclose(segments.end_s, [1, 12.5])
    assert segments.sounds == ["a.wav", "b.wav"]
    assert segments.labels == ['Ä "b', "x"]


def test_audacitys_points_and_frequencies(tmp_path: Path) -> None:
    text = "1\t1\ta\tb\n\\\t-1.0\t2000\n2.5\tonly a start\n3\t3\n"
    segments = read_text(tmp_path, text)
    np.testing.assert_array_equal(segments.start_s, [1, 2.5, 3])
    np.testing.assert_array_equal(segments.end_s, segments.start_s)
    assert segments.labels == ["a\tb", "only a start", ""]
    assert isnan(segments.low_hz[0])
    assert segments.high_hz[0] == 2000
    assert np.isnan(segments.high_hz[1:]).all()


def test_tiers_and_points_of_a_textgrid(tmp_path: Path) -> None:
    text = LONG_TEXTGRID.replace("size = 1", "size = 2") + (
        '    item [2]:\n        class = "TextTier"\n        name = "p"\n        xmin = 0\n'
        '        xmax = 2 ! no one reads "this" 7\n        points: size = 1\n'
        '        points [1]:\n            number = 1.5\n            mark = "say ""hi""\n9 times"\n'
    )
    segments = read_text(tmp_path, text)
    assert segments.columns["tier"] == ["birds", "birds", "p"]
    assert segments.labels[2] == 'say "hi"\n9 times'
    point = read_text(tmp_path, text, "p")
    np.testing.assert_array_equal(point.start_s, [1.5])
    np.testing.assert_array_equal(point.end_s, [1.5])
    assert list(point.columns) == ["tmin", "tier", "text", "tmax"]
    with pytest.raises(SettingsError, match=r"no tier 'q': it has birds, p$"):
        read_text(tmp_path, text, "q")
    with pytest.raises(SettingsError, match=r"`tier` is 'q', and .* has no tiers"):
        read_text(tmp_path, CSV, "q")


def test_rttm_names_its_sound(tmp_path: Path) -> None:
    segments = read_text(tmp_path, ";; made by hand\n" + RTTM)
    assert segments.sounds == ["rec", "rec"]
    np.testing.assert_array_equal(segments.channels, [1, 1])
    assert segments.columns["speaker"] == ["song", "call"]
    lexeme = "LEXEME rec 1 0.5 0.25 yes lex someone 0.9\n"
    assert read_text(tmp_path, lexeme).labels == ["yes"]


@pytest.mark.parametrize(
    ("header", "low_hz"),
    [("low_hz", 2), ("Low Freq (kHz)", 2000), ("bottom.freq", 2000), ("freq_min", 2), ("fmin", 2)],
)
def test_columns_by_their_usual_names(tmp_path: Path, header: str, low_hz: float) -> None:
    text = f"sound.files,startTime,stop_sec,{header}\na.wav,1:30,100,2\n"
    segments = read_text(tmp_path, text)
    assert segments.start_s[0] == 90
    assert segments.end_s[0] == 100
    assert segments.low_hz[0] == low_hz
    assert segments.sounds == ["a.wav"]


def test_every_column_is_kept_as_it_stood(tmp_path: Path) -> None:
    text = 'start,end,note,,id\n1.50,2,"a, ""b""\nc",x,007\n3,4\n'
    segments = read_text(tmp_path, text)
    assert {name: list(cells) for name, cells in segments.columns.items()} == {
        "start": ["1.50", "3"],
        "end": ["2", "4"],
        "note": ['a, "b"\nc', ""],
        "id": ["007", ""],
    }
    mixed = read_text(tmp_path, '{"start":1,"end":2,"a":[1]}\n{"start":1,"end":2,"b":null}\n')
    assert mixed.columns["a"] == ["[1]", ""]
    assert mixed.columns["b"] == ["", ""]


CUT_TEXTGRID = LONG_TEXTGRID[: LONG_TEXTGRID.index("intervals [3]")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "table holds no segments: it is empty"),
        ("\n \n", "table holds no segments: it is empty"),
        ("hello\n", "line 1: it begins no table of segments: give Praat TextGrids, JSON lines"),
        ("start,end\n", "table holds no segments"),
        ("a,b\n1,2\n", "line 1: it must name the columns, and one of them start, begin, onset"),
        ("start,label\n1,2\n", "line 1: it must name a column end, stop or duration too"),
        ("start,end,end\n1,2,3\n", "line 1: it names two columns end"),
        ("start,end\n1,2\n\n2,1\n", "line 4: it ends at 1 s, before it begins at 2 s"),
        ("start,end\n-1,-2\n", "line 2: it ends at -2 s, before it begins at -1 s"),
        ("start,end\n,2\n", "line 2: it has no start"),
        ("start,end\n1,NA\n", "line 2: it has neither an end nor a duration"),
        ("start,end\n1,soon\n", "line 2: its end is 'soon', which is no time in seconds"),
        ("start,end\nnan,1e400\n", "line 2: it has no start"),
        ("start,end\n0,1e300\n", "line 2: its end is '1e300': no sound is so long"),
        ("start,end\n1,5,2,5\n", "line 2: it has 4 cells, and the header 2: a cell that holds"),
        ("start,end,low,high\n1,2,9,8\n", "line 2: its frequencies are from 9 to 8 Hz"),
        ('start,end,low\n1,2,"1,500"\n', "line 2: its low is '1,500': write 1500, or 1.500"),
        ('[{"start":1,"end":2}]\n', "line 1: it begins an array: write an object a line"),
        ("start,end,low\n1,2,x\n", "line 2: its low is 'x', which is no frequency"),
        ("start,end,channel\n1,2,0.5\n", "line 2: its channel is '0.5': channels are counted"),
        ('start,end\n1,"2\n', "line 2: it is no row of a table"),
        (b"start,end,label\n1,2,\xe9\n", "line 2: it is not UTF-8 (or UTF-16)"),
        (b"start,end,label\n1,2,\0\n", "line 2: it holds a NUL"),
        ("start,end\n" + "1" * (1 << 20) + ",2\n", "line 2: it is longer than 1048576 characters"),
        ("1\t2\ta\n\\\t5\n", "line 2: it must have a backslash, a lower and an upper frequency"),
        ("1\t2\ta\n\\\t5\tx\n", "line 1: its frequency is 'x', which is no frequency"),
        ("1\t2\ta\n\nx\t2\n", "line 3: its start is 'x', which is no time in seconds"),
        ('{"start":1,"end":2}\n{"start"}\n', "line 2: it is no JSON"),
        ('{"start":1,"end":2}\n3\n', "line 2: what should be a JSON object is none"),
        ('{"begin":1}\n', "line 1: it must name a column end, stop or duration too"),
        (RTTM + "SPEAKER rec 1\n", "line 4: it is no line of RTTM"),
        (RTTM.replace("0.25", "x"), "line 2: its onset is 'x'"),
        (CUT_TEXTGRID, "it ends early: the time is missing"),
        (LONG_TEXTGRID.replace("TextGrid", "PitchTier"), "it is a file of Praat, but no TextGrid"),
        (LONG_TEXTGRID.replace("xmin = 0.25", 'xmin = "x"'), "line 20: here must be the time"),
        (LONG_TEXTGRID.replace('"birds"', '"birds'), "line 26: here must be the beginning of"),
        ('File type = "ooTextFile"\n"TextGrid', "line 2: a text begins here that has no end"),
        (LONG_TEXTGRID.replace("= 4", "= -4"), "line 14: here must be the number of items, not -4"),
        (LONG_TEXTGRID.replace("IntervalTier", "Tier"), "a tier is of class 'Tier'"),
        ('File type = "ooTextFile"\n"TextGrid"\n0\n1\n\'x\'\n1.2.3\n', "'1.2.3' is no number"),
        (
            ",".join(f"c{n}" for n in range(2000)) + ",start,end\n1,2\n" * 2,
            "line 2: it has no start",
        ),
        (
            "start,end," + ",".join(f"c{n}" for n in range(2000)) + "\n1,2\n",
            "line 2: 2002 columns and 1 rows are too many",
        ),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    refused = refusal_of(tmp_path, text)
    assert said in refused
    assert refused.startswith("table")


def test_ravens_columns_keep_microseconds(tmp_path: Path) -> None:
    text = "start,end,low\n12345.123456,1000000.123456,1500.25\n"
    columns = raven_columns(read_text(tmp_path, text), np.array([8000.0]))
    names = ("Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)")
    assert [columns[name][0] for name in names] == [
        *("12345.123456", "1000000.123456", "1500.25", "8000"),
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_what_only_one_view_says_is_kept(tmp_path: Path, order: int) -> None:
    head = "Selection\tView\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tPeak\tAnnotation\n"
    rows = ["1\tWaveform 1\t0.5\t1\t\t0.7\tsong\n", "1\tSpectrogram 1\t0.5\t1\t900\t\t\n"]
    segments = read_text(tmp_path, head + "".join(rows[::order]))
    assert [cells[0] for cells in segments.columns.values()] == [
        *("1", "Spectrogram 1", "0.5", "1", "900", "0.7", "song"),
    ]
    assert (segments.labels, segments.low_hz.tolist()) == (["song"], [900])


def test_what_spreadsheets_write(tmp_path: Path) -> None:
    text = "sep=;\nstart;end;channel;low_khz\n0,5;1;Left;1,500\n1;2;right;\n"
    segments = read_text(tmp_path, text)
    np.testing.assert_array_equal(segments.start_s, [0.5, 1])
    np.testing.assert_array_equal(segments.channels, [1, 2])
    assert segments.low_hz[0] == 1500


@pytest.mark.parametrize(
    "text",
    [
        "# made by hand, 2024\n\n#\n# more\nid\tstart\tend\n#1\t0.5\t1\n#2\t1\t2\n",
        "# Excel\nsep=;\nid;start;end\n#1;0,5;1\n#2;1;2\n",
        "#id,start,end\n#1,0.5,1\n#2,1,2\n",
    ],
)
def test_comments_stand_before_the_header(tmp_path: Path, text: str) -> None:
    segments = read_text(tmp_path, text)
    np.testing.assert_array_equal(segments.start_s, [0.5, 1])
    np.testing.assert_array_equal(segments.end_s, [1, 2])
    assert next(iter(segments.columns.values())) == ["#1", "#2"]
    for only in ("# nothing\n", "# nothing\n# at all\n\n", "sep=;\n"):
        assert "holds no segments" in refusal_of(tmp_path, only)


def test_what_begins_before_its_sound_begins_with_it(tmp_path: Path) -> None:
    segments = read_text(tmp_path, "start,end\n-0.5,0.25\n-2,-1\n0,1\n")
    np.testing.assert_array_equal(segments.start_s, [0, 0, 0])
    np.testing.assert_array_equal(segments.end_s, [0.25, 0, 1])
    assert segments.early.tolist() == [True, True, False]
    assert segments.columns["start"] == ["-0.5", "-2", "0"]
