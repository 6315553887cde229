"""Calibration in the shell: what is said of it, and where the unit stands."""

import csv
import json
from typing import Any

import numpy as np
import pytest

from stftcli.files.png import read_png_text
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained

RECORDER = ("--sensitivity", "-176.2dB/uPa")
MICROPHONE = ("--sensitivity", "12.5mV/Pa", "--full-scale", "1.25V")
DB = ("--log", "db")

pytestmark = pytest.mark.usefixtures("mono")


@pytest.fixture
def curve(shell: Shell) -> str:
    (shell.folder / "curve.csv").write_text("10,-3\n1000,0\n4000,2\n")
    return "curve.csv"


def head(shell: Shell, *words: str) -> list[str]:
    ok_inside(shell, "features", "mono.wav", "--n-fft", "4", *words, "--out", "x.csv")
    return next(csv.reader((shell.folder / "x.csv").open()))


def picture(shell: Shell) -> dict[str, Any]:
    """Give what x.png says of its colours."""
    told = json.loads(read_png_text(shell.folder / "x.png", "Settings") or "")
    assert isinstance(told["picture"], dict)
    return told["picture"]


class TestIsSaidAtTheStart:
    def test_with_what_full_scale_is(self, shell: Shell) -> None:
        done = ok_inside(shell, "features", "mono.wav", *RECORDER, "--out", "x.npy")
        first, last = done.err.splitlines()
        assert first == "calibration: a full-scale sample (peak) is 176.20 dB re 1 uPa"
        assert last.startswith("x.npy: ")

    def test_with_the_sign_of_the_curve(self, shell: Shell, curve: str) -> None:
        for words, done in (((), "subtracted from"), (("--calibration-sign", "add"), "added to")):
            told = ok_inside(shell, "info", "mono.wav", "--calibration", curve, *words)
            line = f"calibration: the dB of curve.csv are {done} the levels"
            assert told.err.splitlines()[0] == line

    def test_unless_it_is_to_be_quiet(self, shell: Shell) -> None:
        assert not ok_inside(shell, "features", "mono.wav", *RECORDER, "-q", "--out", "x.npy").err
        assert not ok_inside(shell, "features", *RECORDER, "--print-config").err

    def test_before_a_picture_too(self, shell: Shell) -> None:
        for command in (("spectrogram", "--out", "x.png"), ("show",)):
            done = ok_inside(shell, command[0], "mono.wav", *command[1:], *RECORDER)
            assert done.err.startswith("calibration: a full-scale sample")


class TestTheUnitStands:
    @pytest.mark.parametrize(
        ("words", "name"),
        [
            (RECORDER, "2000 Hz (uPa^2/Hz)"),
            ((*RECORDER, *DB), "2000 Hz (dB re 1 uPa^2/Hz)"),
            ((*MICROPHONE, *DB), "2000 Hz (dB re (20 uPa)^2/Hz)"),
            ((*MICROPHONE, *DB, "--spectrum", "mean-square"), "2000 Hz (dB re 20 uPa)"),
            ((*MICROPHONE, *DB, "--ref", "1uPa"), "2000 Hz (dB re 1 uPa^2/Hz)"),
            (("--full-scale", "2V", *DB), "2000 Hz (dB re 1 V^2/Hz)"),
            (("--spectrum", "psd", *DB), "2000 Hz"),
            ((*RECORDER, *DB, "--ref", "max"), "2000 Hz"),
        ],
    )
    def test_in_the_head_of_a_csv(self, shell: Shell, words: tuple[str, ...], name: str) -> None:
        assert head(shell, *words)[:1] == ["time_s"]
        assert head(shell, *words)[2] == name

    def test_behind_each_channel(self, shell: Shell, stereo: object) -> None:  # noqa: ARG002
        words = ("stereo.wav", "--channel", "all", "--n-fft", "4", *RECORDER, "--out", "x.csv")
        ok_inside(shell, "features", *words)
        names = (shell.folder / "x.csv").read_text().splitlines()[0].split(",")
        assert names[2] == "ch1_2000 Hz (uPa^2/Hz)"

    def test_behind_descriptors_that_have_it(self, shell: Shell) -> None:
        words = ("--descriptors", "rms,zcr,centroid", *RECORDER)
        assert head(shell, *words)[1:] == ["rms (uPa)", "zcr", "centroid_hz"]

    @pytest.mark.parametrize("name", ["x.npz", "x.safetensors", "x.npy"])
    def test_beside_an_array_and_in_info(self, shell: Shell, name: str) -> None:
        ok_inside(shell, "features", "mono.wav", *RECORDER, *DB, "--sidecar", "--out", name)
        told = json.loads(ok_inside(shell, "info", "--json", name).out)
        assert told["settings"]["unit"] == "dB re 1 uPa^2/Hz"
        words = ok_inside(shell, "info", name).out.decode()
        assert "unit      dB re 1 uPa^2/Hz" in words
        if name == "x.npz":
            names = np.load(shell.folder / name)["names"]
            assert names[0] == "0 Hz"

    def test_in_info_of_a_sound(self, shell: Shell) -> None:
        words = ("info", "mono.wav", *MICROPHONE, "--descriptors", "rms,zcr")
        assert "  unit      uPa\n" in ok_inside(shell, *words).out.decode()
        told = json.loads(ok_inside(shell, *words, "--json").out)
        assert told["unit"] == ["uPa", ""]

    @pytest.mark.parametrize(
        ("words", "label"),
        [
            ((), "Level (dBFS)"),
            (RECORDER, "Level (dB re 1 uPa^2/Hz)"),
            (MICROPHONE, "Level (dB re (20 uPa)^2/Hz)"),
            ((*MICROPHONE, "--ref", "1uPa"), "Level (dB re 1 uPa^2/Hz)"),
            ((*MICROPHONE, "--ref", "max"), "Level (dB re highest)"),
            ((*RECORDER, *DB), "Level (dB re 1 uPa^2/Hz)"),
            ((*RECORDER, "--spectrum", "mean-square"), "Level (dB re 1 uPa)"),
            ((*RECORDER, "--spectrum", "power"), "Level (dB re 1 uPa)"),
            ((*RECORDER, "--spectrum", "magnitude", "--ref", "20uPa"), "Level (dB re 20 uPa)"),
            (("--spectrum", "psd"), "Level (dB re 1 FS^2/Hz)"),
        ],
    )
    def test_at_the_bar_of_a_picture(
        self, shell: Shell, words: tuple[str, ...], label: str
    ) -> None:
        ok_inside(shell, "spectrogram", "mono.wav", *words, "--size", "300x200", "--out", "x.png")
        told = picture(shell)
        assert told["label"] == label
        assert told["highest"] - told["lowest"] == pytest.approx(80)


def test_the_bar_ends_at_the_highest_level(shell: Shell) -> None:
    words = ("mono.wav", *RECORDER, "--n-fft", "512", "--hop-length", "256")
    levels = shell.features(*words, "--log", "db")
    ok_inside(shell, "spectrogram", *words, "--out", "x.png")
    assert picture(shell)["highest"] == pytest.approx(levels.max(), abs=1e-3)


def test_the_three_spectra_of_a_picture_have_the_same_levels(shell: Shell) -> None:
    highest = []
    for spectrum in ("mean-square", "power", "magnitude"):
        words = ("--spectrum", spectrum, *RECORDER, "--n-fft", "512", "--fmin", "100")
        ok_inside(shell, "spectrogram", "mono.wav", *words, "--out", "x.png")
        highest.append(picture(shell)["highest"])
    np.testing.assert_allclose(highest, highest[0], atol=1e-3)


def test_what_is_stored_gives_the_same_numbers_without_the_curve(shell: Shell, curve: str) -> None:
    words = ("--calibration", curve, *MICROPHONE, *DB)
    ok_inside(shell, "features", "mono.wav", *words, "--out", "x.npz")
    (shell.folder / curve).unlink()
    told = ok_inside(shell, "info", "x.npz").out.decode()
    assert 'curve = "3 points"' in told
    done = ok_inside(shell, "features", "mono.wav", "--config", "x.npz", "--out", "y.npz")
    assert "the dB of the stored curve are subtracted" in done.err
    first, second = (np.load(shell.folder / name)["features"] for name in ("x.npz", "y.npz"))
    np.testing.assert_array_equal(first, second)
    config = ok_inside(shell, "features", "--config", "x.npz", "--print-config").out.decode()
    assert "    [1000.0, 0.0],\n" in config
    (shell.folder / "x.toml").write_text(config)
    ok_inside(shell, "features", "mono.wav", "--config", "x.toml", "--out", "z.npy")
    np.testing.assert_array_equal(np.load(shell.folder / "z.npy"), first)


def test_the_way_back_undoes_it(shell: Shell, curve: str) -> None:
    words = ("--calibration", curve, *MICROPHONE, "--spectrum", "complex", "--dtype", "float64")
    ok_inside(shell, "features", "mono.wav", *words, "--out", "x.npz")
    ok_inside(shell, "inverse", "x.npz", "--subtype", "FLOAT", "--out", "y.wav")
    first = shell.features("mono.wav", "--n-fft", "512")
    np.testing.assert_allclose(shell.features("y.wav", "--n-fft", "512"), first, atol=1e-4)


def test_a_curve_that_changes_makes_other_results(shell: Shell, curve: str) -> None:
    words = ("features", "mono.wav", "--calibration", curve, "--out-dir", "out")
    ok_inside(shell, *words)
    (shell.folder / curve).write_text("10,-3\n1000,7\n4000,2\n")
    done = run_inside(shell, *words)
    assert done.code == 2
    assert "other settings" in done.err or "curve.csv" in done.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--sensitivity", "-500"), 2, "--sensitivity is '-500': it must name its unit"),
        (
            ("--sensitivity", "-176.2"),
            2,
            "--sensitivity -176.2dBV/uPa is in volts: give --full-scale",
        ),
        (("--sensitivity", "-38dBV/Pa"), 2, "give --full-scale too"),
        ((*RECORDER, "--full-scale", "1"), 2, "leave out --full-scale"),
        (("--full-scale", "0"), 2, "--full-scale is '0': it must be a voltage above 0"),
        (("--full-scale", "-1V"), 2, "--full-scale is '-1V'"),
        ((*RECORDER, "--spectrum", "dbfs"), 2, "--spectrum mean-square or psd with --log db"),
        ((*RECORDER, "--int16-scale"), 2, "give --unit-scale"),
        ((*DB, "--ref", "20uPa"), 2, "give --sensitivity"),
        (("--full-scale", "1V", *DB, "--ref", "20uPa"), 2, "it must be a voltage"),
        *(
            ((*RECORDER, "--ref", "20uPa", *words), 2, "or leave out --ref")
            for words in (
                (),
                ("--log", "ln"),
                ("--log", "log1p"),
                ("--spectrum", "db"),
                ("--descriptors", "rms", *DB),
                ("--descriptors", "rms"),
            )
        ),
        (("--calibration", "none.csv"), 1, "none.csv cannot be read"),
        (("--calibration", "mono.wav"), 1, "mono.wav is not a calibration curve"),
    ],
)
def test_what_is_wrong_is_explained(
    shell: Shell, words: tuple[str, ...], code: int, said: str
) -> None:
    done = run_inside(shell, "features", "mono.wav", *words, "-q", "--out", "x.npy")
    assert_explained(done, code, said)
    assert not (shell.folder / "x.npy").exists()


@pytest.mark.parametrize("command", [("features",), ("spectrogram",)])
@pytest.mark.parametrize(
    "words",
    [
        (*RECORDER, "--spectrum", "dbfs"),
        (*RECORDER, "--int16-scale"),
        (*RECORDER, "--spectrum", "db", "--ref", "1uPa"),
        ("--full-scale", "1V", *DB, "--ref", "20uPa"),
    ],
)
def test_of_a_corpus_it_is_explained_once(
    shell: Shell, command: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = run_inside(shell, *command, "mono.wav", *words, "-q", "--out-dir", "out")
    assert done.code == 2
    assert "mono.wav" not in done.err
    assert len(done.err.splitlines()) == 1
    assert not (shell.folder / "out").exists()


def test_a_picture_of_logarithms_has_no_reference(shell: Shell) -> None:
    for words in (("--log", "ln"), ("--spectrum", "db"), ("--descriptors", "centroid")):
        calibrated = ("mono.wav", *RECORDER, "--ref", "20uPa", "-q")
        done = run_inside(shell, "spectrogram", *calibrated, *words, "--out", "x.png")
        assert_explained(done, 2, "or leave out --ref")


def test_what_is_odd_is_warned_of(shell: Shell) -> None:
    (shell.folder / "narrow.csv").write_text("100,-3\n1000,0\n")
    words = ("--sensitivity", "176.2dB/uPa", "--calibration", "narrow.csv", "-q")
    done = ok_inside(shell, "features", "mono.wav", *words, "--out", "x.npy")
    first, second = done.err.splitlines()
    assert "warning: a sensitivity of 176.2 dB re 1/uPa is unusual" in first
    assert "warning: the calibration curve goes from 100 to 1000 Hz" in second


@pytest.mark.parametrize("channel", [None, "mix", "all", "2"])
def test_a_mean_of_channels_that_nobody_asked_for_is_warned_of(
    shell: Shell,
    stereo: object,  # noqa: ARG001
    channel: str | None,
) -> None:
    words = () if channel is None else ("--channel", channel)
    done = ok_inside(shell, "features", "stereo.wav", *RECORDER, *words, "--out", "x.npy")
    assert ("--channel all gives each" in done.err) == (channel is None)
