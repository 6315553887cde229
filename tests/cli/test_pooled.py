"""Pooled over time on the command line: files, text, times and pictures."""

import json
import os
import pty
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from stftcli import Extractor
from stftcli.arrays.read import read_rows
from stftcli.files.png import read_png_text
from stftcli.jobs.drawing.reduced import reduce_sound
from stftcli.jobs.drawing.wanted import Wanted
from stftcli.jobs.reporter import SILENT
from tests.cli.inside import ok_inside, run_inside
from tests.cli.picturing import HOP, LENGTH, RATE_HZ, SMALL, decibels, draw, powers, tone, write
from tests.cli.shell import Shell
from tests.signals import noise

SECONDS = 2.5


@pytest.fixture
def folder(shell: Shell) -> Path:
    write(shell, "in.wav", noise(round(SECONDS * RATE_HZ)) / 8)
    write(shell, "both.wav", np.stack((tone(1000, SECONDS), tone(3000, SECONDS, level_dbfs=-20))))
    return shell.folder


@pytest.mark.usefixtures("folder")
class TestText:
    def test_one_spectrum_is_a_line_for_each_frequency(self, shell: Shell) -> None:
        words = ("in.wav", *SMALL, "--pool", "all:mean,p10", "--log", "db")
        text = ok_inside(shell, "features", *words, "--format", "csv", "--out", "-").out.decode()
        head, *lines = text.splitlines()
        assert head == "frequency_hz,mean (dB),p10 (dB)"
        table = np.array([line.split(",") for line in lines], np.float64)
        np.testing.assert_array_equal(table[:, 0], np.arange(33) * RATE_HZ / LENGTH)
        ok_inside(shell, "features", *words, "--out", "x.npy")
        row = table[:, 1:].astype(np.float32).T.reshape(1, -1)
        np.testing.assert_array_equal(row, np.load(shell.folder / "x.npy"))

    def test_it_is_read_as_the_row_that_it_is(self, shell: Shell) -> None:
        words = (
            "both.wav",
            *SMALL,
            "--channel",
            "2",
            "--pool",
            "all:mean,max",
            "--dtype",
            "float64",
        )
        ok_inside(shell, "features", *words, "--out", "x.csv")
        ok_inside(shell, "features", *words, "--out", "x.npy")
        (row,) = read_rows(str(shell.folder / "x.csv"))
        np.testing.assert_array_equal(row, np.load(shell.folder / "x.npy"))

    def test_channels_are_columns(self, shell: Shell) -> None:
        words = ("both.wav", *SMALL, "--channel", "all", "--spectrum", "dbfs", "--pool", "all:max")
        ok_inside(shell, "features", *words, "--out", "x.csv")
        head, *lines = (shell.folder / "x.csv").read_text().splitlines()
        assert head == "frequency_hz,ch1_max (dBFS),ch2_max (dBFS)"
        table = np.array([line.split(",") for line in lines], np.float64)
        assert table[table[:, 1].argmax(), 0] == 1000
        assert table[table[:, 2].argmax(), 0] == 3000

    def test_what_lies_at_no_frequency_stays_a_row(self, shell: Shell) -> None:
        ok_inside(shell, "features", "in.wav", "--mfcc", "3", "--pool", "all", "--out", "x.csv")
        head, *lines = (shell.folder / "x.csv").read_text().splitlines()
        assert head == "mfcc_0,mfcc_1,mfcc_2"
        assert len(lines) == 1

    @pytest.mark.parametrize(
        ("words", "begins"),
        [
            ("--pool all", b"frequency_hz,mean\r\n"),
            ("--format csv", b"time_s,"),
        ],
    )
    def test_a_terminal_is_given_text(self, shell: Shell, words: str, begins: bytes) -> None:
        terminal, end = pty.openpty()
        process = shell.start("features", "in.wav", *words.split(), "--out", "-", stdout=end)
        os.close(end)
        text = os.read(terminal, 1 << 10)
        while not begins.endswith(b",") and b"\n" not in text:
            text += os.read(terminal, 1 << 10)
        assert text.startswith(begins)
        process.kill()
        process.communicate()
        os.close(terminal)

    def test_a_terminal_is_given_no_frames(self, shell: Shell) -> None:
        terminal, end = pty.openpty()
        process = shell.start("features", "in.wav", "--pool", "1s", "--out", "-", stdout=end)
        os.close(end)
        _, err = process.communicate()
        os.close(terminal)
        assert process.returncode == 2
        assert b"standard output is a terminal" in err


@pytest.mark.usefixtures("folder")
class TestFiles:
    def test_rows_have_the_times_that_they_begin_at(self, shell: Shell) -> None:
        words = ("in.wav", *SMALL, "--start", "0.5", "--pool", "500ms:mean")
        ok_inside(shell, "features", *words, "--out", "x.npz", "--sidecar")
        with np.load(shell.folder / "x.npz") as file:
            assert file["features"].shape == (4, 33)
            np.testing.assert_array_equal(file["times"], [0.5, 1, 1.5, 2])
        told = json.loads((shell.folder / "x.npz.json").read_text())
        assert told["times_s"] == {"first": 0.5, "step": 0.5}
        ok_inside(shell, "features", *words, "--out", "x.csv")
        lines = (shell.folder / "x.csv").read_text().splitlines()[1:]
        assert [line.partition(",")[0] for line in lines] == ["0.5", "1.0", "1.5", "2.0"]

    def test_the_settings_beside_an_array_make_it_again(self, shell: Shell) -> None:
        words = ("--pool", "1s:p10,max", "--pool-of", "levels", "--background", "p20", "--mel", "4")
        ok_inside(shell, "features", "in.wav", *words, "--out", "x.npz")
        ok_inside(shell, "features", "in.wav", "--config", "x.npz", "--out", "again.npz")
        assert (shell.folder / "x.npz").read_bytes() == (shell.folder / "again.npz").read_bytes()

    def test_a_pipe_has_the_right_header(self, shell: Shell) -> None:
        assert shell.features("in.wav", "--pool", "1s").shape == (3, 1025)

    def test_info_tells_the_shape(self, shell: Shell) -> None:
        out = ok_inside(shell, "info", "in.wav", *SMALL, "--pool", "1s", "--json").out
        told = json.loads(out)
        assert told["shape"] == [3, 33]
        assert told["frames"] == 1 + SECONDS * RATE_HZ // HOP
        assert told["last_s"] == SECONDS

    def test_a_sound_shorter_than_a_stretch_is_told_of(self, shell: Shell) -> None:
        words = ("features", "in.wav", *SMALL, "--out", "x.npy", "--pool")
        assert (
            "in.wav has 2.5 s, less than the 60 s of --pool" in ok_inside(shell, *words, "60s").err
        )
        assert "warning" not in ok_inside(shell, *words, "2.5").err
        assert "warning" not in ok_inside(shell, *words, "60s", "--pad-to", "60").err
        assert "has 0.5 s" in ok_inside(shell, *words, "1s", "--start", "2").err


@pytest.mark.usefixtures("folder")
class TestPictures:
    def test_a_column_is_a_stretch(self, shell: Shell) -> None:
        picture = draw(shell, "in.wav", *SMALL, "--pool", "500ms:mean", "--bare")
        assert picture.size == (5, 33)
        lowest, highest = picture.ends
        got = lowest + picture.pixels[::-1].T / 255 * (highest - lowest)
        frames = powers(noise(round(SECONDS * RATE_HZ)) / 8)
        per_row = round(0.5 * RATE_HZ / HOP)
        ends = [*range(0, 5 * per_row, per_row), len(frames)]
        wanted = [decibels(frames[one:two].mean(axis=0)) for one, two in pairwise(ends)]
        np.testing.assert_allclose(got, wanted, atol=80 / 255)

    @pytest.mark.parametrize(("start", "first_s"), [("0", 0.0), ("0.5", 0.5)])
    def test_its_columns_lie_where_the_stretches_do(
        self, shell: Shell, start: str, first_s: float
    ) -> None:
        settings = Extractor(pool="200ms", start=float(start)).settings
        sound = reduce_sound(str(shell.folder / "in.wav"), settings, Wanted(100), 1, SILENT)
        columns = sound.values.shape[-1]
        assert columns == round((SECONDS - first_s) / 0.2 + 0.4)
        np.testing.assert_allclose(
            sound.time.edges_s(columns), first_s + 0.2 * np.arange(columns + 1)
        )
        assert sound.time.shown_s == (first_s, SECONDS)

    def test_its_frames_do_not_depend_on_its_size(self, shell: Shell) -> None:
        settings = Extractor(pool="500ms").settings
        hops = {
            reduce_sound(
                str(shell.folder / "in.wav"), settings, Wanted(pixels), 1, SILENT
            ).chain.frames.hop_length
            for pixels in (10, 1000)
        }
        assert hops == {128}

    @pytest.mark.parametrize("scale", ["linear", "log"])
    def test_one_row_is_a_curve(self, shell: Shell, scale: str) -> None:
        words = ("both.wav", "--channel", "1", "--pool", "all", "--scale", scale, "--no-axes")
        picture = draw(shell, *words, "--fmin", "500", "--fmax", "4000", "--size", "800x400")
        inked = np.asarray(picture.pixels.min(axis=-1) < 255)
        first = int(np.flatnonzero(inked.any(axis=1))[0])
        highest = np.flatnonzero(inked[first]).mean() / 800
        wanted = 500 / 3500 if scale == "linear" else np.log(2) / np.log(8)
        assert abs(highest - wanted) < 0.03

    def test_several_curves_have_names(self, shell: Shell) -> None:
        def text(*words: str) -> str:
            ok_inside(shell, "spectrogram", *words, "--out", "x.svg")
            return (shell.folder / "x.svg").read_text()

        drawn = text("both.wav", "--pool", "all:mean,p90")
        for word in ("Left, mean", "Right, p90", "Level (dBFS)", "Frequency (kHz)", "both.wav"):
            assert word in drawn
        drawn = text("in.wav", "both.wav", "--grid", "--channel", "mix", "--pool", "all")
        assert "both.wav" in drawn
        assert "mean" not in drawn
        assert "Left" not in text("in.wav", "--pool", "all", "--mel", "8")

    def test_background_is_drawn_in_decibels_above_it(self, shell: Shell) -> None:
        ok_inside(shell, "spectrogram", "in.wav", "--background", "median", "--out", "x.svg")
        assert "Level (dB re background)" in (shell.folder / "x.svg").read_text()

    def test_of_magnitudes_they_are_the_same(self, shell: Shell) -> None:
        pictures = []
        for spectrum in ("power", "magnitude"):
            words = (*SMALL, "--spectrum", spectrum, "--background", "median", "--bare")
            ok_inside(shell, "spectrogram", "in.wav", *words, "--out", f"{spectrum}.png")
            told = json.loads(read_png_text(shell.folder / f"{spectrum}.png", "Settings") or "")
            pictures.append(told["picture"])
        assert {picture["label"] for picture in pictures} == {"Level (dB re background)"}
        assert pictures[0]["highest"] == pytest.approx(pictures[1]["highest"], abs=0.01)

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ("--pool 1s:mean,max", "one statistic|mean, max"),
            ("--pool all --bare", "--pool makes one row|--bare"),
            ("--pool all --waveform", "--pool makes one row|--waveform"),
            ("--mfcc 5 --pool all", "no frequencies|--pool 60s:mean"),
            ("--pool all:mean,kurtosis", "different units"),
            ("--pool all --fmax 5000", "--fmax is 5000 Hz|nothing above 4000 Hz"),
        ],
    )
    def test_what_cannot_be_drawn_says_why(self, shell: Shell, words: str, told: str) -> None:
        done = run_inside(shell, "spectrogram", "in.wav", *words.split(), "--out", "x.png")
        assert done.code == 2
        assert all(word in done.err for word in told.split("|")), done.err
        assert "x.png" not in shell.names()

    def test_a_terminal_draws_stretches_and_no_curve(self, shell: Shell) -> None:
        assert ok_inside(shell, "show", "in.wav", "--pool", "500ms").out
        assert "one row of the sound" in run_inside(shell, "show", "in.wav", "--pool", "all").err
