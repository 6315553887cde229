"""`--timeline`: several recordings as one result, by their clocks."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.audio.wav import wav_bytes
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.recordings import RATE_HZ, guano, pcm, record

HOP_S = 0.05
FRAMES = ("--n-fft", "800", "--hop-length", "400", "--mel", "4")
# Seconds after the first, and names.
BEGIN = {
    0: "SITE_20240131_235950.wav",
    3: "SITE_20240131_235953.wav",
    20: "SITE_20240201_000010.wav",
}


@pytest.fixture
def names(shell: Shell) -> list[str]:
    for seed, name in enumerate(BEGIN.values()):
        record(shell.folder / name, 2.0, seed)
    return list(BEGIN.values())


def arrays(shell: Shell, *words: str | Path) -> dict[str, NDArray[Any]]:
    ok_inside(shell, "features", *words, "--out", "out.npz")
    with np.load(shell.folder / "out.npz") as archive:
        return dict(archive)


def refused(shell: Shell, *words: str | Path, code: int = 1) -> str:
    before = sorted(shell.folder.iterdir())
    done = run_inside(shell, *words)
    assert done.code == code, done.err
    assert sorted(shell.folder.iterdir()) == before
    return done.err


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_rows_stand_where_the_clocks_say(
    shell: Shell, names: list[str], order: tuple[int, ...]
) -> None:
    day = arrays(shell, *(names[at] for at in order), "--timeline", *FRAMES)
    assert day["features"].shape == (round(22 / HOP_S) + 1, 4)
    known = np.zeros(len(day["features"]), bool)
    for begin_s, name in BEGIN.items():
        rows = slice(round(begin_s / HOP_S), round(begin_s / HOP_S) + 41)
        alone = arrays(shell, name, "--time-origin", "auto", *FRAMES)
        np.testing.assert_array_equal(day["features"][rows], alone["features"])
        np.testing.assert_array_equal(day["times"][rows], alone["times"])
        known[rows] = True
    assert np.isnan(day["features"][~known]).all()
    assert not np.isnan(day["features"][known]).any()
    assert (np.diff(day["times"]) == np.timedelta64(50_000, "us")).all()


def test_what_is_told_of_it(shell: Shell, names: list[str]) -> None:
    told = json.loads(str(arrays(shell, *names, "--timeline", *FRAMES)["settings"]))
    assert told["input"] == {
        "name": names[0],
        "rate_hz": RATE_HZ,
        "channels": 1,
        "time_origin": "2024-01-31T23:59:50",
        "recordings": 3,
        "names": names,
    }
    assert told["features"]["segment"]["time_origin"] == "auto"
    lines = ok_inside(shell, "info", "out.npz").out.decode().splitlines()
    assert f"  input     {names[0]}, 8000 Hz" in lines
    assert "  recorded  2024-01-31T23:59:50" in lines
    assert "  time line of 3 recordings" in lines
    assert not any("sha256" in line for line in lines)


@pytest.mark.parametrize("threads", ["1", "2"])
def test_csv_is_streamed_with_the_same_rows(shell: Shell, names: list[str], threads: str) -> None:
    words = ("--timeline", *FRAMES, "--threads", threads)
    out = ok_inside(shell, "features", *names, *words, "--format", "csv", "--out", "-").out
    header, *rows = out.decode().splitlines()
    day = arrays(shell, *names, *words)
    assert header == "time,mel_1,mel_2,mel_3,mel_4"
    values = np.array([[float(cell) for cell in row.split(",")[1:]] for row in rows])
    np.testing.assert_array_equal(values.astype(np.float32), day["features"])
    assert [row.partition(",")[0] for row in rows] == [str(time)[:-3] for time in day["times"]]


@pytest.mark.parametrize("words", [(), ("--channel", "all")])
@pytest.mark.parametrize("spectrum", ["complex", "power"])
def test_every_type_and_shape_has_gaps(
    shell: Shell, names: list[str], spectrum: str, words: tuple[str, ...]
) -> None:
    both = np.random.default_rng(0).standard_normal((RATE_HZ, 2)) / 10
    for name in names:
        content = wav_bytes(pcm(both), rate_hz=RATE_HZ, channels=2)
        (shell.folder / name).write_bytes(content)
    how = ("--n-fft", "800", "--spectrum", spectrum, "--dtype", "float64", *words)
    features = arrays(shell, *names, "--timeline", *how)["features"]
    assert features.shape[1:] == ((2, 401) if words else (401,))
    assert features.dtype == (np.complex128 if spectrum == "complex" else np.float64)
    assert np.isnan(features[len(features) // 2]).all()


def test_recordings_that_follow_at_once_have_no_gap_and_no_row_twice(shell: Shell) -> None:
    whole = record(shell.folder / "whole.wav", 3.0)
    for second in range(3):
        part = whole[second * RATE_HZ : (second + 1) * RATE_HZ]
        path = shell.folder / f"20240131_05450{second}.wav"
        path.write_bytes(wav_bytes(pcm(part), rate_hz=RATE_HZ))
    names = sorted(path.name for path in shell.folder.glob("2024*"))
    day = arrays(shell, *names, "--timeline", *FRAMES)["features"]
    alone = arrays(shell, "whole.wav", *FRAMES)["features"]
    assert day.shape == alone.shape
    assert not np.isnan(day).any()
    # But for the frames where two meet, which see padding.
    inner = [row for row in range(len(day)) if row % 20]
    np.testing.assert_allclose(day[inner], alone[inner], rtol=1e-5)


def test_an_overlap_of_less_than_a_second_is_rounding(shell: Shell) -> None:
    record(shell.folder / "20240131_054500.wav", 1.9, 0)
    record(shell.folder / "20240131_054501.wav", 1.0, 1)
    words = ("20240131_054500.wav", "20240131_054501.wav", "--timeline", *FRAMES)
    day = arrays(shell, *words)["features"]
    first = arrays(shell, "20240131_054500.wav", *FRAMES)["features"]
    second = arrays(shell, "20240131_054501.wav", *FRAMES)["features"]
    assert len(day) == 20 + len(second)
    np.testing.assert_array_equal(day[: len(first)], first)
    np.testing.assert_array_equal(day[len(first) :], second[len(first) - 20 :])


def test_a_longer_overlap_names_both(shell: Shell) -> None:
    record(shell.folder / "20240131_054500.wav", 2.5)
    record(shell.folder / "20240131_054501.wav", 1.0)
    names = ("20240131_054500.wav", "20240131_054501.wav")
    for command, out in (("features", "x.npy"), ("spectrogram", "x.png")):
        said = refused(shell, command, *names, "--timeline", "--out", out)
        assert "20240131_054500.wav and 20240131_054501.wav overlap by 1.5 s" in said


def test_an_overlap_that_no_header_tells_of_is_found(shell: Shell) -> None:
    data = pcm(np.zeros(3 * RATE_HZ))
    first = wav_bytes(data, rate_hz=RATE_HZ, claimed_bytes=0)
    (shell.folder / "20240131_054500.wav").write_bytes(first)
    record(shell.folder / "20240131_054501.wav", 1.0)
    names = ("20240131_054500.wav", "20240131_054501.wav")
    said = refused(shell, "features", *names, "--timeline", "--out", "x.npy")
    assert "overlap by 2.0 s" in said


def test_other_rates_and_channels_are_named(shell: Shell, names: list[str]) -> None:
    other = shell.folder / "20240131_120000.wav"
    other.write_bytes(wav_bytes(bytes(4000), rate_hz=16_000))
    said = refused(shell, "features", *names, other.name, "--timeline", "--out", "x.npy")
    assert f"20240131_120000.wav has 16000 Hz and 1 channels, {names[0]} has 8000 Hz and 1" in said
    other.write_bytes(wav_bytes(bytes(4000), rate_hz=RATE_HZ, channels=2))
    said = refused(shell, "features", *names, other.name, "--timeline", "--out", "x.npy")
    assert "20240131_120000.wav has 8000 Hz and 2 channels" in said


def test_a_recording_without_a_clock_is_named(shell: Shell, names: list[str]) -> None:
    record(shell.folder / "in.wav")
    said = refused(shell, "features", *names, "in.wav", "--timeline", "--out", "x.npy")
    assert "in.wav has no clock" in said


def test_all_that_have_no_place_are_named_at_once(shell: Shell, names: list[str]) -> None:
    record(shell.folder / "in.wav", 1.0, 1)
    (shell.folder / "SITE_20240131_235959.wav").write_bytes(b"no sound")
    words = (*names, "in.wav", "SITE_20240131_235959.wav", "--timeline", *FRAMES, "--out", "x.npy")
    said = refused(shell, "features", *words)
    assert "in.wav has no clock" in said
    assert "1 more have no place on the line: SITE_20240131_235959.wav" in said


def test_clocks_that_contradict_each_other_are_told_of(shell: Shell, names: list[str]) -> None:
    record(shell.folder / names[0], 2.0, after=guano("2024-01-31T23:58:50"))
    done = ok_inside(shell, "features", *names, "--timeline", *FRAMES, "--out", "x.npz")
    assert f"warning: {names[0]} has two clocks" in done.err


def test_clocks_with_and_without_a_zone_do_not_mix(shell: Shell, names: list[str]) -> None:
    record(shell.folder / names[0], 2.0, after=guano("2024-01-31T23:59:50+01:00"))
    said = refused(shell, "features", *names, "--timeline", "--out", "x.npy")
    assert f"the clock of {names[0]} has a zone and that of {names[1]} has none" in said


def test_a_clock_that_was_never_set_is_refused(shell: Shell, names: list[str]) -> None:
    record(shell.folder / "19700101_000000.wav")
    words = (*names, "19700101_000000.wav", "--timeline", "--out", "x.npy")
    said = refused(shell, "features", *words)
    assert f"{names[0]} begins" in said
    assert "after 19700101_000000.wav" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--start", "1", "--out", "x.npy"), "leave out --start, --duration"),
        (("--time-origin", "2024-01-31", "--out", "x.npy"), "leave out --time-origin"),
        (("--out-dir", "x", "--out", "x.npy"), "--out-dir is of many results"),
        ((), "name it with --out"),
        (("--format", "tar", "--out", "x.tar"), "give --out-dir"),
    ],
)
def test_what_does_not_go_with_it(
    shell: Shell, names: list[str], words: tuple[str, ...], said: str
) -> None:
    assert said in refused(shell, "features", *names, "--timeline", *words, code=2)


@pytest.mark.parametrize("word", ["--grid", "--bare", "--waveform"])
def test_what_does_not_go_with_it_in_pictures(shell: Shell, names: list[str], word: str) -> None:
    words = (*names, "--timeline", "--out", "x.png", word)
    said = refused(shell, "spectrogram", *words, code=2)
    assert word in said
    assert "--timeline" in said


def test_nothing_takes_the_place_of_a_recording(shell: Shell, names: list[str]) -> None:
    words = (*names, "--timeline", "--format", "npy", "--out", names[1])
    assert "would overwrite" in refused(shell, "features", *words, code=2)


def test_folders_and_lists(shell: Shell, names: list[str]) -> None:
    wanted = arrays(shell, *names, "--timeline", *FRAMES)
    (shell.folder / "list.txt").write_text("\n".join(reversed(names)), encoding="utf-8")
    for words in ((".", "--include", "*.wav"), ("--files-from", "list.txt")):
        day = arrays(shell, *words, "--timeline", *FRAMES)
        np.testing.assert_array_equal(day["features"], wanted["features"])
        np.testing.assert_array_equal(day["times"], wanted["times"])


def test_one_recording_is_a_time_line_too(shell: Shell, names: list[str]) -> None:
    day = arrays(shell, names[0], "--timeline", *FRAMES)
    alone = arrays(shell, names[0], "--time-origin", "auto", *FRAMES)
    np.testing.assert_array_equal(day["features"], alone["features"])
    np.testing.assert_array_equal(day["times"], alone["times"])


@pytest.mark.parametrize(
    ("paper", "blank"), [("--light", (255, 255, 255)), ("--dark", (18, 18, 23))]
)
@pytest.mark.parametrize("reduce", ["max", "mean"])
def test_gaps_stay_blank_in_pictures(
    shell: Shell, names: list[str], paper: str, blank: tuple[int, ...], reduce: str
) -> None:
    words = (*names, "--timeline", paper, "--reduce", reduce, "--no-axes", "--size", "220x100")
    out = ok_inside(shell, "spectrogram", *words, "--format", "png", "--out", "-").out
    pixels = np.asarray(Image.open(io.BytesIO(out)).convert("RGB"))
    known = (pixels != blank).any(axis=(0, 2))
    seconds = np.arange(220) / 10
    inside = [any(begin <= at < begin + 2 for begin in BEGIN) for at in seconds]
    # At the edges a pixel is of either.
    assert np.count_nonzero(known != inside) <= 6


def test_a_picture_has_the_days_below_it(shell: Shell, names: list[str]) -> None:
    words = (*names, "--timeline", "--format", "svg", "--out", "-")
    text = ok_inside(shell, "spectrogram", *words).out.decode()
    assert "2024-01-31 to 2024-02-01" in text
    assert f"{names[0]} and 2 more" in text
