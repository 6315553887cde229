"""Segments of sounds that differ: in rate, in what can be computed of them, in health."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.cli.inside import ok_inside, run_inside
from tests.cli.marking import FRAMES, table_of, write_sound, write_table
from tests.cli.shell import Done, Shell
from tests.signals import noise

RATES_HZ = {"a.wav": 16_000, "low.wav": 2000, "high.wav": 44_100}
BY_SOUND = "start,end,file"


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    for name, rate_hz in RATES_HZ.items():
        soundfile.write(tmp_path / name, noise(2 * rate_hz).clip(-4, 4) / 8, rate_hz)
    return Shell(tmp_path)


def features(shell: Shell, sounds: list[str], *words: str) -> tuple[Done, list[dict[str, Any]]]:
    """Compute the features of a segment of each sound."""
    write_table(shell.folder, [(0.1, 1, name) for name in sounds], BY_SOUND)
    out = ("--out", "-") if "--format" in words else ("--out", "-", "--format", "csv")
    done = run_inside(shell, "features", "--segments", "t.csv", *FRAMES, *words, *out)
    return done, table_of(done.out.replace(b"\t", b","))


def test_boxes_of_raven_end_at_half_the_rate_of_their_own_sound(shell: Shell) -> None:
    words = ("--descriptors", "rms", "--stats", "mean", "--format", "raven")
    done, rows = features(shell, ["low.wav", "high.wav", "a.wav"], *words)
    assert done.code == 0, done.err
    assert [row["High Freq (Hz)"] for row in rows] == ["1000", "22050", "8000"]


@pytest.mark.parametrize("recipe", ["--mel 4 --stats mean", "--mel 8 --log db --mfcc 4 --pool all"])
def test_bands_at_other_frequencies_do_not_stand_in_one_column(shell: Shell, recipe: str) -> None:
    done, rows = features(shell, ["a.wav", "high.wav"], *recipe.split())
    assert done.code == 3
    assert "high.wav has the features of a.wav at other frequencies: --rate, or an" in done.err
    assert "no frame" not in done.err
    first, second = (list(row.values())[-1] for row in rows)
    assert first
    assert not second
    done, rows = features(shell, ["a.wav", "high.wav"], *recipe.split(), "--fmax", "7000")
    assert (done.code, all(list(row.values())[-1] for row in rows)) == (0, True)


def test_a_sound_that_the_settings_do_not_fit_leaves_the_others(shell: Shell) -> None:
    words = ("--descriptors", "contrast", "--stats", "mean")
    done, rows = features(shell, ["a.wav", "low.wav"], *words)
    assert (done.code, "low.wav: " in done.err) == (3, True), done.err
    assert [bool(list(row.values())[-1]) for row in rows] == [True, False]
    done, _ = features(shell, ["low.wav"], *words)
    assert (done.code, "low.wav: " in done.err) == (2, True), done.err


def test_a_broken_first_sound_decides_nothing(shell: Shell) -> None:
    samples = np.zeros((64_000, 2), np.float32)
    samples[60_000] = np.nan
    soundfile.write(shell.folder / "nan.wav", samples, 32_000, subtype="FLOAT")
    words = ("--mel", "2", "--stats", "mean", "--channel", "all")
    write_table(shell.folder, [(0, 2, "nan.wav"), (0, 1, "a.wav")], BY_SOUND)
    done = run_inside(shell, "features", "--segments", "t.csv", *FRAMES, *words, "--out", "-")
    assert (done.code, "nan.wav holds NaN" in done.err) == (3, True), done.err
    first, second = table_of(done.out)
    assert list(first)[-2:] == ["mel_1_mean", "mel_2_mean"]
    assert not first["mel_1_mean"]
    (alone,) = features(shell, ["a.wav"], *words)[1]
    assert second["mel_1_mean"] != ""
    assert list(alone)[-2:] == list(second)[-2:]


def test_a_pipe_has_one_channel_at_a_time(shell: Shell) -> None:
    write_sound(shell.folder, "two.wav", channels=2)
    write_table(shell.folder, [(0, 1, 1), (0, 1, 2)], "start,end,channel")
    words = ("features", "-", "--segments", "t.csv", "--mel", "2", "--stats", "mean", "--out", "-")
    content = (shell.folder / "two.wav").read_bytes()
    done = shell.run(*words, stdin=content)
    assert (done.code, "several channels: --channel 1 takes the first" in done.err) == (1, True)
    piped = shell.ok(*words, "--channel", "1", stdin=content)
    same = ok_inside(shell, "features", "two.wav", *words[2:], "--channel", "1")
    assert piped.out == same.out
