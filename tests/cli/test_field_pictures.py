"""What the usual settings show of sounds of many fields, as the sample script makes them."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.cli.inside import ok_inside
from tests.cli.picturing import decibels, draw, tone, write
from tests.cli.shell import Shell
from tests.signals import noise

SAMPLES = Path(__file__).parents[2] / "sample_audio"
WIDTH, HEIGHT = 800, 400
TINY = ("--size", "200x120", "--no-axes")


@pytest.fixture(scope="module")
def make() -> dict[str, Callable[[], tuple[NDArray[np.float64], int]]]:
    """The functions of the script, each of which makes a sound."""
    return runpy.run_path(str(SAMPLES / "make.py"))


def levels(shell: Shell, *words: str) -> NDArray[np.float64]:
    """Draw a sound without axes, and give its levels in dBFS, the lowest row first."""
    picture = draw(shell, "in.wav", "--bare", "--size", f"{WIDTH}x{HEIGHT}", "--top", "0", *words)
    lowest, highest = picture.ends
    return np.asarray(lowest + picture.pixels[::-1] / 255 * (highest - lowest))


def test_the_call_of_a_bat_is_a_clean_sweep(shell: Shell, make: Any) -> None:
    samples, rate_hz = make["bat"]()
    write(shell, "in.wav", samples, rate_hz)
    shown = levels(shell)
    assert shown.max() > -17
    # The first call begins at 30 ms, and falls from 95 to 45 kHz within 6 ms.
    for share in (0.1, 0.2, 0.35, 0.5, 0.8):
        at = round((0.03 + 0.006 * share) / (len(samples) / rate_hz) * WIDTH)
        row = shown[: HEIGHT // 2, at].argmax() * rate_hz / 2 / HEIGHT
        assert row == pytest.approx(45_000 + 50_000 * np.exp(-4.5 * share), rel=0.12)
    # With frames of 40 ms it is a smear.
    assert levels(shell, "--n-fft", "16384").max() < -30


def test_tones_of_a_bass_are_apart_on_a_log_axis(shell: Shell) -> None:
    write(shell, "in.wav", (tone(60, 2.0, 44_100) + tone(100, 2.0, 44_100)) / 4, 44_100)
    words = ("--scale", "log", "--fmin", "30", "--fmax", "300")
    places = [round(np.log10(hz / 30) * HEIGHT) for hz in (60, np.sqrt(6000), 100)]

    def dip(*others: str) -> float:
        """Give how much lower it is between the tones than at them."""
        shown = levels(shell, *words, *others)[:, WIDTH // 2]
        low, between, high = (shown[at - 3 : at + 4].max() for at in places)
        return float(min(low, high) - between)

    assert dip() > 6
    assert dip("--n-fft", "1024") < 1


def test_bins_of_a_log_axis_have_no_steps(shell: Shell) -> None:
    write(shell, "in.wav", noise(8000) / 8)
    words = ("--n-fft", "64", "--hop-length", "16", "--scale", "log", "--fmin", "125")
    shown = levels(shell, *words)
    # 125 Hz are the first bin, 250 the second: between them levels go straight.
    second = round(np.log10(2) / np.log10(4000 / 125) * HEIGHT)
    between = shown[2 : second - 2]
    steps = np.diff(between, axis=0)
    np.testing.assert_allclose(np.diff(steps, axis=0), 0, atol=80 / 255 * 2 + 1e-6)
    slope = (shown[second] - shown[0]) / second
    np.testing.assert_allclose(steps.mean(axis=0), slope, atol=0.02)
    # Other axes show each bin as wide as it is.
    plain = levels(shell, *words[:4])
    assert (np.diff(plain, axis=0) == 0).mean() > 0.8


class TestAutomaticRange:
    def test_ends_at_the_percentiles_of_what_is_drawn(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(16_000) / 100 + tone(1000, 2.0))
        shown = levels(shell, "--range", "200")
        picture = draw(shell, "in.wav", "--bare", "--size", "800x400", "--range", "auto")
        wanted = np.percentile(shown, [10, 99.99])
        np.testing.assert_allclose(picture.ends, wanted, atol=200 / 255)
        assert picture.ends[1] - picture.ends[0] < 70

    def test_makes_noise_dark_and_calls_bright(self, shell: Shell, make: Any) -> None:
        write(shell, "in.wav", *make["whale"]())
        words = ("--bare", "--size", "400x200")
        usual, auto = (draw(shell, "in.wav", *words, "--range", r).pixels for r in ("80", "auto"))
        assert np.median(auto) < 0.75 * np.median(usual)
        assert auto.max() == 255

    def test_is_as_wide_as_the_usual_range_at_most_and_10_db_at_least(self, shell: Shell) -> None:
        for samples, wanted in ((tone(1000), 80), (np.zeros(4000), 10)):
            write(shell, "in.wav", samples)
            lowest, highest = draw(shell, "in.wav", "--range", "auto", *TINY).ends
            assert highest - lowest == pytest.approx(wanted)

    def test_begins_at_the_top_that_is_given(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(8000) / 100)
        lowest, highest = draw(shell, "in.wav", "--range", "auto", "--top", "-5", *TINY).ends
        assert highest == -5
        assert lowest < -40

    def test_of_values_of_both_signs_reaches_as_far_below_zero(self, shell: Shell) -> None:
        write(shell, "in.wav", noise(16_000))
        lowest, highest = draw(
            shell, "in.wav", "--spectrum", "phase", "--range", "auto", *TINY
        ).ends
        assert lowest == -highest
        assert highest == pytest.approx(np.pi, rel=0.01)


def test_chroma_is_relative_to_the_largest_of_each_frame(shell: Shell) -> None:
    loud, quiet = tone(440, 1.0), tone(440, 1.0, level_dbfs=-40) + tone(523.25, 1.0, level_dbfs=-43)
    write(shell, "in.wav", np.concatenate((loud, quiet)))
    words = ("--chroma", "12", "--n-fft", "2048", "--hop-length", "512")
    picture = draw(shell, "in.wav", "--bare", *words)
    assert picture.ends == (0, 1)
    assert (picture.pixels.max(axis=0) == 255).all()
    ok_inside(shell, "features", "in.wav", *words, "--spectrum", "power", "--out", "x.npy")
    chroma = np.load(shell.folder / "x.npy")
    wanted = chroma / chroma.max(axis=1, keepdims=True)
    np.testing.assert_allclose(picture.pixels[::-1].T / 255, wanted, atol=0.5 / 255 + 1e-6)
    # Its levels are drawn as before, where they are asked for.
    levels_db = draw(shell, "in.wav", "--bare", *words, "--log", "db", "--range", "60")
    assert levels_db.ends[1] == pytest.approx(decibels(chroma).max(), abs=0.1)
