"""`--timeline` with `--pool` and other steps over many frames: the numbers of the whole line."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.audio.wav import wav_bytes
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.recordings import RATE_HZ, pcm, record

HOP = ("--n-fft", "400", "--hop-length", "400")
SHORT = ("--n-fft", "160", "--hop-length", "80", "--spectrum", "power", "--timeline")
LEVELS = (*SHORT, "--log", "db")
BIN = 20
"""Of 1 kHz, with these."""


def lay(shell: Shell, parts: Sequence[tuple[int, float, float]]) -> list[str]:
    """Write tones that begin at a second, of so many seconds and decibels."""
    names = []
    for begin_s, seconds, level_db in parts:
        name = f"20240131_05{begin_s // 60:02}{begin_s % 60:02}.wav"
        cycles = np.cos(2 * np.pi * 1000 * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
        samples = pcm(cycles * 10 ** (level_db / 20))
        (shell.folder / name).write_bytes(wav_bytes(samples, rate_hz=RATE_HZ))
        names.append(name)
    return names


def arrays(shell: Shell, *words: str | Path) -> dict[str, NDArray[Any]]:
    ok_inside(shell, "features", *words, "--out", "out.npz")
    with np.load(shell.folder / "out.npz") as archive:
        return dict(archive)


def mean_db(*parts: tuple[float, float]) -> float:
    """Give the level of so many seconds of so many decibels."""
    energy = sum(seconds * 10 ** (level / 10) for seconds, level in parts)
    return float(10 * np.log10(energy / sum(seconds for seconds, _ in parts)))


@pytest.fixture
def zero_db(shell: Shell) -> float:
    """What a tone at 0 dB has in its bin."""
    lay(shell, [(3500, 2.0, 0)])
    day = arrays(shell, "20240131_055820.wav", *LEVELS, "--pool", "1s")
    return float(day["features"][0, BIN])


def test_energies_of_adjoining_files_are_averaged_together(shell: Shell, zero_db: float) -> None:
    levels = (-60, -40, -20, -20, -20, -20)
    names = lay(shell, [(2 * at, 2.0, level) for at, level in enumerate(levels)])
    day = arrays(shell, *names, *LEVELS, "--pool", "6s")
    wanted = [mean_db((2, -60), (2, -40), (2, -20)), -20]
    np.testing.assert_allclose(day["features"][:, BIN] - zero_db, wanted, atol=0.05)
    assert wanted[0] == pytest.approx(-24.73, abs=0.01)


def test_a_row_holds_the_sound_of_its_own_time(shell: Shell, zero_db: float) -> None:
    names = lay(shell, [(0, 7.0, -20), (7, 7.0, -40), (14, 7.0, -20)])
    day = arrays(shell, *names, *LEVELS, "--pool", "6s")
    wanted = [
        -20,
        mean_db((1, -20), (5, -40)),
        mean_db((2, -40), (4, -20)),
        -20,
    ]
    np.testing.assert_allclose(day["features"][:, BIN] - zero_db, wanted, atol=0.05)
    assert [str(at)[11:19] for at in day["times"]] == [
        *("05:00:00", "05:00:06", "05:00:12", "05:00:18")
    ]


def test_gaps_do_not_count(shell: Shell, zero_db: float) -> None:
    names = lay(shell, [(0, 2.0, -20), (3, 2.0, -40), (21, 2.0, -30)])
    day = arrays(shell, *names, *LEVELS, "--pool", "4s")["features"]
    assert np.isnan(day[:, 0]).tolist() == [False, False, True, True, True, False]
    found = day[[0, 1, 5], BIN] - zero_db
    np.testing.assert_allclose(found, [mean_db((2, -20), (1, -40)), -40, -30], atol=0.05)


@pytest.mark.parametrize("hop", [80, 100, 171, 337, 1000])
def test_no_frame_strays_over_a_border_into_a_gap(shell: Shell, hop: int) -> None:
    names = lay(shell, [(0, 4.0, -20), (12, 4.0, -40), (28, 8.0, -30)])
    words = (*LEVELS, "--hop-length", str(hop), "--pool", "4s")
    day = arrays(shell, *names, *words)["features"]
    known = [not gap for gap in np.isnan(day[:, 0])]
    assert known == [True, False, False, True, False, False, False, True, True]
    (alone,) = arrays(shell, names[1], *words)["features"]
    assert day[3, BIN] == pytest.approx(alone[BIN], abs=0.05)


@pytest.mark.parametrize("hop", [80, 171, 337])
def test_the_last_row_is_not_of_a_stray_frame(shell: Shell, hop: int) -> None:
    names = lay(shell, [(2 * at, 2.0, -20) for at in range(6)])
    words = (*LEVELS, "--hop-length", str(hop), "--pool", "6s")
    assert len(arrays(shell, *names, *words)["features"]) == 2


@pytest.mark.parametrize(
    "words",
    [
        ("--pool", "3s"),
        ("--pool", "3s:mean,max,p10", "--mel", "4"),
        ("--pool", "3s:median", "--background", "median"),
        ("--pool", "all"),
        ("--stats", "mean,std", "--channel", "all"),
        ("--pool", "3s", "--deltas", "1", "--mel", "4"),
    ],
)
def test_one_recording_is_what_it_is_alone(shell: Shell, words: tuple[str, ...]) -> None:
    record(shell.folder / "20240131_054500.wav", 10.5)
    day = arrays(shell, "20240131_054500.wav", "--timeline", *HOP, *words)
    alone = arrays(shell, "20240131_054500.wav", "--time-origin", "auto", *HOP, *words)
    assert day.keys() == alone.keys()
    for name in day.keys() - {"settings"}:
        np.testing.assert_array_equal(day[name], alone[name])


@pytest.mark.parametrize("words", [("--pool", "2s", "--background", "median"), ("--pool", "all")])
def test_threads_change_no_bit(shell: Shell, words: tuple[str, ...]) -> None:
    names = [f"20240131_05450{second}.wav" for second in (0, 3, 9)]
    for seed, name in enumerate(names):
        record(shell.folder / name, 2.3, seed)
    one, two = (
        arrays(shell, *names, "--timeline", *HOP, *words, "--threads", threads)["features"]
        for threads in "12"
    )
    assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize("word", ["--pool", "--stats"])
def test_one_row_is_of_all_recordings(shell: Shell, zero_db: float, word: str) -> None:
    names = lay(shell, [(0, 2.0, -20), (9, 6.0, -40)])
    given = ("--pool", "all") if word == "--pool" else ("--stats", "mean")
    (row,) = arrays(shell, *names, *SHORT, *given)["features"]
    found = 10 * np.log10(row[BIN]) - zero_db
    assert found == pytest.approx(mean_db((2, -20), (6, -40)), abs=0.05)


def test_a_background_is_that_of_the_line(shell: Shell) -> None:
    names = lay(shell, [(0, 4.0, -20), (20, 4.0, -40)])
    words = (*names, *LEVELS, "--pool", "2s")
    plain = arrays(shell, *words)["features"]
    day = arrays(shell, *words, "--background", "median")["features"]
    np.testing.assert_array_equal(np.isnan(day), np.isnan(plain))
    np.testing.assert_allclose(day, plain - np.nanmedian(plain, axis=0), atol=1e-4)


@pytest.mark.parametrize(
    ("words", "named", "advice"),
    [
        (("--normalize", "meanvar"), "--normalize", "--normalize none"),
        (("--log", "db", "--ref", "max"), "--ref max", "a number"),
        (("--log", "db", "--top-db", "80"), "--top-db", "--top-db none"),
        (("--spectrum", "power", "--background", "median"), "--background", "--background none"),
        (("--normalize", "meanvar", "--pool", "2s"), "--normalize", "--normalize none"),
        (("--pad-to", "30s"), "--pad-to", "leave it out"),
        (("--nonfinite", "keep", "--pool", "2s"), "--timeline", "--nonfinite zero"),
    ],
)
@pytest.mark.parametrize("command", ["features", "spectrogram"])
def test_what_makes_recordings_incomparable_is_refused(
    shell: Shell, command: str, words: tuple[str, ...], named: str, advice: str
) -> None:
    names = lay(shell, [(0, 2.0, -20), (9, 6.0, -40)])
    out = "x.npy" if command == "features" else "x.png"
    done = run_inside(shell, command, *names, "--timeline", *words, "--out", out)
    assert done.code == 2
    assert named in done.err
    assert advice in done.err
    assert not (shell.folder / out).exists()


def test_long_gaps_cost_neither_memory_nor_time(shell: Shell) -> None:
    names = ["20240101_000000.wav", "20240301_000000.wav"]
    for name in names:
        record(shell.folder / name, 2.0)
    begun = time.monotonic()
    day = arrays(shell, *names, "--timeline", "--pool", "60min")["features"]
    assert time.monotonic() - begun < 10
    assert len(day) == 60 * 24 + 1
    assert np.count_nonzero(~np.isnan(day[:, 0])) == 2


def test_a_clock_that_was_never_set_costs_an_average_nothing(shell: Shell, zero_db: float) -> None:
    (name,) = lay(shell, [(0, 2.0, -20)])
    (shell.folder / name).rename(shell.folder / "19700101_000000.wav")
    (other,) = lay(shell, [(0, 6.0, -40)])
    (row,) = arrays(shell, other, "19700101_000000.wav", *LEVELS, "--pool", "all")["features"]
    assert row[BIN] - zero_db == pytest.approx(mean_db((2, -20), (6, -40)), abs=0.05)


def test_recordings_without_a_frame_have_no_average(shell: Shell) -> None:
    names = lay(shell, [(0, 0.01, -20), (9, 0.01, -40)])
    words = ("--timeline", "--padding", "snip", "--pool", "all", "--out", "x.npy")
    assert run_inside(shell, "features", *names, *words).code == 1


def test_no_file_is_told_to_be_shorter_than_a_row(shell: Shell) -> None:
    names = lay(shell, [(2 * at, 2.0, -20) for at in range(4)])
    done = ok_inside(shell, "features", *names, *LEVELS, "--pool", "4s", "--out", "x.npy")
    assert "warning" not in done.err


def test_recordings_that_share_a_row_are_told_of(shell: Shell) -> None:
    names = lay(shell, [(2 * at, 2.0, -20) for at in range(6)])
    words = ("--timeline", "--n-fft", "400", "--hop-length", "6000ms", "--out", "x.npy")
    done = ok_inside(shell, "features", *names, *words)
    assert f"{names[1]} and 2 more" in done.err
    assert "--pool" in done.err


@pytest.mark.parametrize("words", [("--mel", "4"), ("--mel", "4", "--pool", "4s")])
def test_arrays_and_pictures_count_alike(shell: Shell, words: tuple[str, ...]) -> None:
    names = lay(shell, [(0, 2.0, -20), (3, 2.0, -40), (21, 2.0, -30)])
    rows = len(arrays(shell, *names, "--timeline", *HOP, *words)["features"])
    out = ("--timeline", *HOP, *words, "--out", "x.png")
    assert f", {rows} " in ok_inside(shell, "spectrogram", *names, *out).err


class TestReading:
    """How inputs are read holds for those of a line."""

    def test_format(self, shell: Shell) -> None:
        names = ["20240131_054500.raw", "20240131_054503.raw"]
        for name in names:
            (shell.folder / name).write_bytes(pcm(np.ones(2 * RATE_HZ) / 2))
        words = ("--timeline", *HOP, "--input-format", "s16le,8000")
        assert arrays(shell, *names, *words)["features"].shape == (101, 201)

    @pytest.mark.parametrize("command", ["features", "spectrogram"])
    def test_rate(self, shell: Shell, command: str) -> None:
        names = lay(shell, [(0, 2.0, -20), (3, 2.0, -40)])
        out = "x.npz" if command == "features" else "x.png"
        words = ("--timeline", *HOP, "--input-rate", "16000", "--out", out)
        done = ok_inside(shell, command, *names, *words)
        if command == "features":
            told = json.loads(str(np.load(shell.folder / out)["settings"]))
            assert told["input"]["rate_hz"] == 16000
        assert "161" in done.err  # a frame each 25 ms, of 4 s

    @pytest.mark.parametrize("command", ["features", "spectrogram"])
    def test_strict(self, shell: Shell, command: str) -> None:
        names = lay(shell, [(0, 2.0, -20), (3, 2.0, -40)])
        short = shell.folder / names[1]
        short.write_bytes(short.read_bytes()[:-8000])
        out = "x.npy" if command == "features" else "x.png"
        words = (command, *names, "--timeline", *HOP, "--out", out)
        assert run_inside(shell, *words).code == 0
        (shell.folder / out).unlink()
        assert run_inside(shell, *words, "--strict").code == 1
        assert not (shell.folder / out).exists()
