"""Feature arrays as text: what a spreadsheet, or a reader of tables, finds in them."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stftcli.arrays.csv import CsvWriter
from stftcli.arrays.read import read_rows
from stftcli.arrays.spec import ArrayMetadata, ArraySpec
from stftcli.errors import InputError
from tests.arrays.writing import csv_lines, spec_of, written
from tests.signals import assert_same_bits, noise


def text_of(spec: ArraySpec, values: object) -> str:
    file = io.BytesIO()
    writer = CsvWriter(file, spec)
    writer.write(np.asarray(values))
    writer.finish(ArrayMetadata("{}"))
    return file.getvalue().decode()


def times_s(first: int, last: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.arange(first, last) / 4


def test_a_line_a_frame(tmp_path: Path) -> None:
    del tmp_path
    spec = spec_of((2,), times_s=times_s)
    assert text_of(spec, [[1, -0.5], [1e-10, 2e20], [0.1, 1 / 3]]) == (
        "time_s,mel_1,mel_2\n"
        "0.0,1,-0.5\n"
        "0.25,1.00000001e-10,2.00000004e+20\n"
        "0.5,0.100000001,0.333333343\n"
    )


def test_channels_stand_in_one_line() -> None:
    spec = spec_of((2, 2), "float64", times_s=times_s)
    assert text_of(spec, [[[1, 2], [3, 4]], [[0.1, 6], [7, 8]]]) == (
        "time_s,ch1_mel_1,ch1_mel_2,ch2_mel_1,ch2_mel_2\n"
        "0.0,1.0,2.0,3.0,4.0\n"
        "0.25,0.1,6.0,7.0,8.0\n"
    )


def test_rows_that_are_no_frames_have_no_time() -> None:
    spec = spec_of((2,), times_s=None)
    assert text_of(spec, [[1, 2]]) == "mel_1,mel_2\n1,2\n"


def test_no_frames_leave_the_header() -> None:
    assert text_of(spec_of((2,)), np.empty((0, 2))) == "time_s,mel_1,mel_2\n"


def test_names_are_quoted_where_they_must_be(tmp_path: Path) -> None:
    names = ("a,b", 'say "c"', "two\nlines", "plain Hz", "ä")
    written(tmp_path / "x.csv", "csv", spec_of((5,), names=names), noise(3, 5))
    header, rows = csv_lines(tmp_path / "x.csv")
    assert header == ["time_s", *names]
    assert [len(row) for row in rows] == [6] * 3
    assert b'"a,b","say ""c""","two\nlines",plain Hz,' in (tmp_path / "x.csv").read_bytes()
    assert b"\r" not in (tmp_path / "x.csv").read_bytes()


def test_numpy_reads_it_as_a_table(tmp_path: Path) -> None:
    values = noise(70_000, 2)  # more than are put into text at once
    written(tmp_path / "x.csv", "csv", spec_of((2,), times_s=times_s), values)
    table = np.genfromtxt(tmp_path / "x.csv", delimiter=",", names=True)
    assert table.dtype.names == ("time_s", "mel_1", "mel_2")
    np.testing.assert_array_equal(table["time_s"], times_s(0, 70_000))
    np.testing.assert_array_equal(table["mel_2"].astype(np.float32), values[:, 1])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_values_of_every_size_come_back(dtype: str) -> None:
    bits = np.random.default_rng(0).bytes(80_000)
    values = np.frombuffer(bits, dtype)
    values = values[np.isfinite(values)]
    lines = text_of(spec_of((1,), dtype, times_s=None), values[:, None]).splitlines()[1:]
    assert_same_bits(np.array([float(line) for line in lines]).astype(dtype), values)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
@example(-0.0)
@example(2.0**-149)
@example(3.4028234663852886e38)
def test_a_float32_comes_back_from_few_digits(value: float) -> None:
    line = text_of(spec_of((1,), times_s=None), [[value]]).splitlines()[1]
    assert_same_bits(np.array(float(line)).astype(np.float32), np.array(value, np.float32))
    assert len(line.partition("e")[0].lstrip("-0.").replace(".", "")) <= 9


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("times", [times_s, None])
def test_rows_are_read_without_the_time(tmp_path: Path, dtype: str, times: Any) -> None:
    values = noise(70_000, 10).astype(dtype)  # 9 MB of text are read in two batches
    written(tmp_path / "x.csv", "csv", spec_of((10,), dtype, times_s=times), values)
    batches = list(read_rows(str(tmp_path / "x.csv")))
    assert len(batches) == 2
    assert_same_bits(np.concatenate(batches).astype(dtype), values)


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n3,4\r\n",
        "\ufeffa,b\n1,2\n3,4",
        "a,b\n\n1,2\n   \n3,4\n\n",
        "time_s,a,b\n0,1,2\n0.5,3,4\n",
        '"two\nlines, and a comma",b\n1, 2\n 3,4\n',
        "#a,b\n+1.0,2e0\n3,4\n",
    ],
)
def test_tables_of_others_are_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.csv").write_bytes(text.encode())
    rows = np.concatenate(list(read_rows(str(tmp_path / "x.csv"))))
    np.testing.assert_array_equal(rows, [[1, 2], [3, 4]])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "its first line must be the names"),
        ("\n1,2\n", "its first line must be the names"),
        ("1,2\n3,4\n", "its first line must be the names"),
        ("time_s\n1\n", "no columns but the time_s"),
        ("frequency_hz\n1\n", "no columns but the frequency_hz"),
        ("frequency_hz,mean\n", "no lines but the names"),
        ("frequency_hz,mean\n100,3\n200\n", "2 columns, and a line '200'"),
        ("a,b\n1,2,3\n", "2 columns, and a line '1,2,3'"),
        ("a,b\n1,2\n3\n", "2 columns, and a line '3'"),
        ("a;b\n1;2\n", "must hold numbers"),
        ("a,b\n1,\n", "must hold numbers"),
        ("a,b\n1,\x1b[31m\n", "must hold numbers"),
        ("a,b\n1,#2\n", "must hold numbers"),
        ('"a,b\n1,2\n', "is not a feature array: ."),
        ("a,b\n1,nan\n", "NaN or infinite"),
        ("a,b\n1,1e999\n", "NaN or infinite"),
        ("a\n" + "1" * (1 << 25), "a line of more than"),
        (",".join("a" * (1 << 21)), "2097152 columns, of at most"),
    ],
    ids=range(18),
)
def test_what_is_no_table_of_numbers_is_one_error(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode())
    with pytest.raises(InputError, match=rf"x\.csv .*{words}") as caught:
        list(read_rows(str(path)))
    assert str(caught.value).isprintable()


def test_what_is_no_text_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"a,b\n1,\xff\n")
    with pytest.raises(InputError, match=r"x\.csv is not a feature array: .*utf-8"):
        list(read_rows(str(tmp_path / "x.csv")))
