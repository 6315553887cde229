"""`--time-origin`: times are dates in arrays, in CSV and in pictures."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.recordings import audiomoth, guano, record

FRAMES = ("--n-fft", "800", "--hop-length", "400", "--mel", "4")  # of 50 ms
NAME = "SITE_20240131_235959.wav"


@pytest.fixture
def sound(shell: Shell) -> Path:
    path = shell.folder / NAME
    record(path, 2.0)
    return path


def csv_times(shell: Shell, *words: str | Path) -> list[str]:
    out = ok_inside(shell, "features", *FRAMES, *words, "--out", "-", "--format", "csv").out
    header, *rows = out.decode().splitlines()
    assert header == "time,mel_1,mel_2,mel_3,mel_4"
    return [row.partition(",")[0] for row in rows]


def npz_of(shell: Shell, *words: str | Path) -> dict[str, NDArray[Any]]:
    ok_inside(shell, "features", *words, *FRAMES, "--out", "out.npz")
    with np.load(shell.folder / "out.npz") as archive:
        return dict(archive)


@pytest.mark.usefixtures("sound")
def test_npz_holds_dates(shell: Shell) -> None:
    arrays = npz_of(shell, NAME, "--time-origin", "auto")
    assert arrays["times"].dtype == np.dtype("datetime64[us]")
    begin = np.datetime64("2024-01-31T23:59:59", "us")
    np.testing.assert_array_equal(
        arrays["times"], begin + np.timedelta64(50_000, "us") * np.arange(41)
    )
    told = json.loads(str(arrays["settings"]))
    assert told["input"]["time_origin"] == "2024-01-31T23:59:59"
    assert told["features"]["segment"]["time_origin"] == "auto"


@pytest.mark.usefixtures("sound")
def test_without_it_times_are_seconds(shell: Shell) -> None:
    arrays = npz_of(shell, NAME)
    assert arrays["times"].dtype == np.float64
    assert "time_origin" not in json.loads(str(arrays["settings"]))["input"]
    out = ok_inside(shell, "features", NAME, *FRAMES, "--out", "-", "--format", "csv").out
    assert out.startswith(b"time_s,mel_1")


@pytest.mark.usefixtures("sound")
def test_csv_writes_as_many_digits_as_the_times_need(shell: Shell) -> None:
    times = csv_times(shell, NAME, "--time-origin", "auto")
    assert times[:2] == ["2024-01-31T23:59:59.000", "2024-01-31T23:59:59.050"]
    assert times[20] == "2024-02-01T00:00:00.000"
    times = csv_times(shell, NAME, "--time-origin", "auto", "--hop-length", "8000")
    assert times == ["2024-01-31T23:59:59", "2024-02-01T00:00:00", "2024-02-01T00:00:01"]
    times = csv_times(shell, NAME, "--time-origin", "2024-01-31T05:45Z", "--hop-length", "333")
    assert times[:2] == ["2024-01-31T05:45:00.000000+00:00", "2024-01-31T05:45:00.041625+00:00"]


@pytest.mark.usefixtures("sound")
def test_a_segment_begins_later(shell: Shell) -> None:
    words = (NAME, "--time-origin", "auto")
    whole, part = csv_times(shell, *words), csv_times(shell, *words, "--start", "1.5")
    assert part == whole[30:]


@pytest.mark.usefixtures("sound")
def test_rows_of_csv_with_dates_are_read_again(shell: Shell) -> None:
    words = (NAME, *FRAMES, "--out")
    ok_inside(shell, "features", *words, "dates.csv", "--time-origin", "auto")
    ok_inside(shell, "features", *words, "seconds.csv")
    for name in ("dates", "seconds"):
        fit = ("linear", "fit", "pca", f"{name}.csv", "--components", "2")
        ok_inside(shell, *fit, "--out", f"{name}.npz")
    with np.load(shell.folder / "dates.npz") as dates, np.load(shell.folder / "seconds.npz") as two:
        np.testing.assert_array_equal(dates["weight"], two["weight"])


@pytest.mark.usefixtures("sound")
def test_a_sidecar_and_safetensors_keep_seconds_and_say_the_origin(shell: Shell) -> None:
    words = ("features", NAME, *FRAMES, "--time-origin", "auto", "--sidecar", "--out")
    ok_inside(shell, *words, "out.safetensors")
    told = json.loads((shell.folder / "out.safetensors.json").read_text(encoding="utf-8"))
    assert told["times_s"] == {"first": 0.0, "step": 0.05, "origin": "2024-01-31T23:59:59"}
    assert told["settings"]["input"]["time_origin"] == "2024-01-31T23:59:59"


def test_a_file_without_a_clock_is_named(shell: Shell) -> None:
    record(shell.folder / "in.wav")
    for command in (("features", "in.wav", "--out", "x.npy"), ("spectrogram", "in.wav")):
        done = run_inside(shell, *command, "--time-origin", "auto")
        assert done.code == 1
        assert "in.wav has no clock" in done.err
        assert "--time-origin" in done.err
    assert [path.name for path in shell.folder.iterdir()] == ["in.wav"]


def test_clocks_that_contradict_each_other_are_both_named(shell: Shell) -> None:
    record(shell.folder / NAME, after=guano("2024-01-31T05:45:00+01:00"))
    words = ("features", NAME, *FRAMES, "--format", "csv", "--out", "-", "--time-origin")
    done = ok_inside(shell, *words, "auto")
    assert "warning: SITE_20240131_235959.wav has two clocks" in done.err
    assert "its GUANO note says 2024-01-31T05:45:00+01:00, which is taken" in done.err
    assert "its name 2024-01-31T23:59:59" in done.err
    assert b"\n2024-01-31T05:45:00.050+01:00," in done.out
    assert ok_inside(shell, *words, "2024-01-31T05:45:00").err == ""


def test_a_name_in_local_time_agrees_with_a_comment(shell: Shell) -> None:
    record(shell.folder / NAME, before=audiomoth("23:59:59 31/01/2024 (UTC+1)"))
    done = ok_inside(shell, "info", NAME, "--time-origin", "auto")
    assert done.err == ""
    assert "  recorded  2024-01-31T23:59:59+01:00" in done.out.decode().splitlines()
    told = json.loads(ok_inside(shell, "info", "--json", NAME, "--time-origin", "auto").out)
    assert datetime.fromisoformat(told["time_origin"]).utcoffset() is not None


@pytest.mark.parametrize("value", ["now", "5:45", "9999-12-31", ""])
def test_a_date_that_is_none(shell: Shell, value: str) -> None:
    done = run_inside(shell, "features", "in.wav", "--time-origin", value)
    assert done.code == 2
    assert "--time-origin" in done.err
    assert "2024-01-31T05:45:00+01:00" in done.err


@pytest.mark.usefixtures("sound")
def test_pictures_have_a_date_axis(shell: Shell) -> None:
    words = ("spectrogram", NAME, "--size", "1500x300", "--format", "svg", "--out", "-")
    plain = ok_inside(shell, *words).out.decode()
    dated = ok_inside(shell, *words, "--time-origin", "auto").out.decode()
    assert "2024-01-31 to 2024-02-01" in dated
    assert "00:00:01" in dated
    assert "Time (s)" in plain
    assert "2024" not in plain.replace("SITE_20240131", "")


@pytest.mark.usefixtures("sound")
def test_the_terminal_has_a_date_axis(shell: Shell) -> None:
    words = ("show", NAME, "--width", "100", "--height", "8", "--time-origin", "auto")
    assert "23:59:59.5" in ok_inside(shell, *words).out.decode()


@pytest.mark.usefixtures("sound")
def test_panels_that_begin_at_different_moments_have_no_common_axis(shell: Shell) -> None:
    record(shell.folder / "20240201_000000.wav")
    words = ("spectrogram", NAME, "20240201_000000.wav", "--grid", "--out", "x.png")
    done = run_inside(shell, *words, "--time-origin", "auto")
    assert done.code == 1
    assert "begin at different moments" in done.err
    ok_inside(shell, *words)
