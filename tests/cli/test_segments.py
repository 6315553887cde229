"""`features --segments`: the numbers of each segment, whatever the table and the sound are."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.cli.inside import ok_inside, run_inside
from tests.cli.marking import (
    FRAMES,
    MARKED,
    RATE_HZ,
    marked,
    of_all,
    table_of,
    write_sound,
    write_table,
)
from tests.cli.shell import Shell

RECIPES = (
    "--mel 5 --log db",
    "--spectrum psd --log db --pool all:mean,p10",
    "--mfcc 4 --deltas 1 --stats mean,std",
    "--descriptors all --normalize mean",
    "--mel 4 --rate 6000 --pool 0.2s",
    "--mel 3 --pad-mode wrap --pool all",
    "--bands octave --padding none --segment-padding own --pool all",
    "--mel 3 --padding kaldi --preemphasis 0.9 --remove-dc --dtype float16",
)
NUMPYS: dict[str, Callable[[Any], Any]] = {
    "mean": partial(np.mean, axis=0),
    "std": partial(np.std, axis=0),
    "max": partial(np.max, axis=0),
    "p90": partial(np.percentile, q=90, axis=0),
}
OCTAVES = (63, 125, 250, 500, 1000, 2000, 4000)
each_recipe = pytest.mark.parametrize("recipe", RECIPES)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    write_sound(tmp_path)
    write_table(tmp_path)
    return Shell(tmp_path)


@each_recipe
def test_a_cut_segment_is_what_start_and_duration_give_to_the_bit(
    shell: Shell, recipe: str
) -> None:
    words = ("a.wav", *recipe.split())
    found = marked(shell, *words, "--segments", "t.csv", "--segment-frames", "cut")
    for rows, (start, end) in zip(found, MARKED, strict=True):
        part = ("--start", str(start), "--duration", str(end - start))
        np.testing.assert_array_equal(rows, of_all(shell, *words, *part)["features"])


@pytest.mark.parametrize("recipe", [RECIPES[0], RECIPES[3], RECIPES[7]])
def test_a_slice_is_the_frames_of_the_sound_whose_middle_lies_in_it(
    shell: Shell, recipe: str
) -> None:
    words = ("a.wav", *recipe.split())
    whole = of_all(shell, *words)
    found = marked(shell, *words, "--segments", "t.csv")
    for rows, (start, end) in zip(found, MARKED, strict=True):
        inside = (whole["times"] >= start - 1e-9) & (whole["times"] < end - 1e-9)
        assert inside.any()
        np.testing.assert_array_equal(rows, whole["features"][inside])


def test_the_rows_of_a_slice_have_the_times_of_the_sound(shell: Shell) -> None:
    marked(shell, "a.wav", "--mel", "3", "--segments", "t.csv")
    times = of_all(shell, "a.wav", "--mel", "3")["times"]
    with np.load(shell.folder / "m.npz") as arrays:
        numbers, at = arrays["segment"], arrays["time_s"]
    for number, (start, end) in enumerate(MARKED, start=1):
        inside = times[(times >= start - 1e-9) & (times < end - 1e-9)]
        np.testing.assert_allclose(at[numbers == number], inside, rtol=0, atol=1e-12)


@pytest.mark.parametrize("statistic", NUMPYS)
def test_a_pooled_slice_is_the_statistic_of_its_frames(shell: Shell, statistic: str) -> None:
    frames = marked(shell, "a.wav", "--mel", "4", "--segments", "t.csv")
    rows = marked(shell, "a.wav", "--mel", "4", "--segments", "t.csv", "--pool", f"all:{statistic}")
    for row, own in zip(rows, frames, strict=True):
        expected = NUMPYS[statistic](own)
        np.testing.assert_allclose(row[0], expected, rtol=1e-5)


def test_stretches_are_counted_from_the_beginning_of_a_segment(shell: Shell) -> None:
    write_table(shell.folder, [(0.5, 1.5)])
    words = ("a.wav", "--mel", "4", "--pool", "0.25s", "--segments", "t.csv")
    (rows,) = marked(shell, *words)
    (frames,) = marked(shell, *words[:3], *words[5:])
    assert rows.shape == (4, 4)
    np.testing.assert_allclose(rows[0], frames[:31].mean(axis=0), rtol=0.2)
    with np.load(shell.folder / "m.npz") as arrays:
        assert arrays["features"].shape == frames.shape
    marked(shell, *words)
    with np.load(shell.folder / "m.npz") as arrays:
        np.testing.assert_allclose(arrays["time_s"], [0.5, 0.75, 1.0, 1.25])


@pytest.mark.parametrize("frames", ["slice", "cut"])
def test_a_box_limits_descriptors_as_fmin_and_fmax_do(shell: Shell, frames: str) -> None:
    write_table(
        shell.folder,
        [(0.5, 1.25, 1000, 2500), (0, 0.5, "", 900), (1, 2, "", "")],
        "start,end,low,high",
    )
    words = ("a.wav", "--descriptors", "rms,centroid,bandwidth,rolloff,flatness,flux")
    own = ("--segments", "t.csv", "--segment-frames", frames)
    found = marked(shell, *words, *own)
    boxes = (("--fmin", "1000", "--fmax", "2500"), ("--fmax", "900"), ())
    for number, box in enumerate(boxes):
        alike = marked(shell, *words, *own, "--no-segment-band", *box)
        np.testing.assert_array_equal(found[number], alike[number])
    assert not np.array_equal(found[0], alike[0])


def test_the_contrast_has_octaves_of_its_own(shell: Shell) -> None:
    write_table(shell.folder, [(0.5, 1.25, 1000, 2500)], "start,end,low,high")
    words = ("a.wav", "--segments", "t.csv", "--descriptors")
    (found,) = marked(shell, *words, "centroid,contrast,flux")
    (others,) = marked(shell, *words, "centroid,flux")
    (plain,) = marked(shell, *words, "contrast", "--no-segment-band")
    (alone,) = marked(shell, *words, "contrast")
    np.testing.assert_array_equal(found[:, [0, -1]], others)
    np.testing.assert_array_equal(found[:, 1:-1], plain)
    np.testing.assert_array_equal(alone, plain)


def test_what_follows_descriptors_follows_them_in_a_box_too(shell: Shell) -> None:
    write_table(shell.folder, [(0.5, 1.25, 1000, 2500)], "start,end,low,high")
    words = ("a.wav", "--descriptors", "centroid", "--deltas", "1", "--stats", "mean")
    own = ("--segments", "t.csv", "--segment-frames", "cut")
    (found,) = marked(shell, *words, *own)
    part = ("--start", "0.5", "--duration", "0.75", "--fmin", "1000", "--fmax", "2500")
    np.testing.assert_array_equal(found, of_all(shell, *words, *part)["features"])


def test_levels_beside_a_box_are_left_empty(shell: Shell) -> None:
    write_table(shell.folder, [(0.5, 1.25, 400, 1100), (0, 1, "", "")], "start,end,low,high")
    words = ("a.wav", "--bands", "octave", "--log", "db", "--segments", "t.csv")
    done = ok_inside(shell, "features", *FRAMES, *words, "--pool", "all", "--out", "-")
    boxed, whole = table_of(done.out)
    assert [name for name, cell in boxed.items() if name.endswith("Hz") and cell] == [
        "500 Hz",
        "1000 Hz",
    ]
    assert all(whole[name] for name in whole if name.endswith("Hz"))
    plain = (*words, "--pool", "all", "--no-segment-band", "--out", "-")
    first = table_of(ok_inside(shell, "features", *FRAMES, *plain).out)[0]
    assert first["500 Hz"] == boxed["500 Hz"]
    assert first["250 Hz"]
    (frames, _) = marked(shell, *words)
    assert np.isfinite(frames).all()
    (rows, _) = marked(shell, *words, "--stats", "mean,max")
    assert np.isfinite(rows).tolist() == [[hz in (500, 1000) for hz in OCTAVES * 2]]


def test_samples_that_are_no_numbers_are_treated_as_in_a_whole_sound(shell: Shell) -> None:
    samples = np.zeros(2 * RATE_HZ, np.float32)
    samples[RATE_HZ] = np.nan
    soundfile.write(shell.folder / "nan.wav", samples, RATE_HZ, subtype="FLOAT")
    write_table(shell.folder, [(0.2, 0.8), (0.8, 1.2)])
    words = ("nan.wav", "--mel", "2", "--segments", "t.csv")
    for frames in ("slice", "cut"):
        own = (*words, "--stats", "mean", "--segment-frames", frames)
        good, bad = marked(shell, *words, "--segment-frames", frames, "--nonfinite", "keep")
        assert np.isfinite(good).all()
        assert np.isnan(bad).any()
        done = run_inside(shell, "features", *own, *FRAMES, "--nonfinite", "keep", "--out", "-")
        assert (done.code, "nan.wav: values are NaN" in done.err) == (1, True)
        done = run_inside(shell, "features", *own, *FRAMES, "--nonfinite", "zero", "--out", "-")
        assert "holds NaN or infinite samples: 1 of them count as 0" in done.err
        done = run_inside(shell, "features", *own, *FRAMES, "--out", "-")
        assert (done.code, "at sample 16000" in done.err) == (1, True)


def test_threads_change_no_bit(shell: Shell) -> None:
    words = ("a.wav", "--descriptors", "all", "--stats", "all", "--segments", "t.csv")
    alone = marked(shell, *words, "--threads", "1")
    np.testing.assert_array_equal(alone, marked(shell, *words, "--threads", "2"))


def test_frames_of_another_device_are_the_same_but_for_rounding(shell: Shell) -> None:
    pytest.importorskip("torch")
    write_table(shell.folder, [(0.5, 1.25, 1000, 2500), (1, 2, "", "")], "start,end,low,high")
    for frames in ("slice", "cut"):
        words = ("a.wav", "--descriptors", "rms,centroid,flux", "--stats", "mean")
        own = (*words, "--segments", "t.csv", "--segment-frames", frames)
        there = marked(shell, *own, "--device", "cpu")
        np.testing.assert_allclose(there, marked(shell, *own), rtol=1e-4)


def test_what_a_sound_does_not_have_is_told_and_left_empty(shell: Shell) -> None:
    rows = [(1.5, 2.5), (0.5, 0.5), (3, 4), (0.1, 0.101), (0, 2.0001), (0, 1)]
    write_table(shell.folder, rows)
    words = ("a.wav", *FRAMES, "--mel", "2", "--stats", "mean", "--segments", "t.csv", "--out", "-")
    for frames in ("slice", "cut"):
        done = ok_inside(shell, "features", *words, "--segment-frames", frames)
        empty = [number for number, row in enumerate(table_of(done.out)) if not row["mel_1_mean"]]
        assert empty == ([1, 2, 3] if frames == "slice" else [1, 2])
        assert (
            "2 segments of t.csv go beyond the end of a.wav (2.000 s): number 1, 3; the first "
            "ends at 2.5 s" in done.err
        )
        assert "hold no frame: number 2, 3" in done.err
        assert ("; --segment-frames cut, or" in done.err) == (frames == "slice")
    lengths = [len(one) for one in marked(shell, "a.wav", "--mel", "2", "--segments", "t.csv")]
    assert lengths[1:4] == [0, 0, 0]


def test_a_box_without_a_bin_is_told(shell: Shell) -> None:
    write_table(shell.folder, [(0.5, 1.25, 1001, 1002), (0, 1, 9000, 9500)], "start,end,low,high")
    for recipe in ("--descriptors centroid --stats mean", "--log db --pool all"):
        words = ("a.wav", *FRAMES, *recipe.split(), "--segments", "t.csv", "--out", "-")
        done = ok_inside(shell, "features", *words)
        assert "no band lies in the boxes of 2 segments of t.csv: number 1, 2" in done.err
        assert "--no-segment-band takes all frequencies" in done.err
        assert "no frame" not in done.err


def test_the_channel_of_a_segment_is_its_own_unless_one_is_asked_for(shell: Shell) -> None:
    write_sound(shell.folder, "s.wav", channels=2)
    write_table(shell.folder, [(0.5, 1, 2), (0, 1, 1), (0.5, 1, "")], "start,end,channel")
    words = ("s.wav", "--mel", "3", "--segments", "t.csv")
    found = marked(shell, *words)
    for number, channel in enumerate(("2", "1", "mix")):
        one = marked(shell, *words, "--channel", channel)[number]
        np.testing.assert_array_equal(found[number], one)
    every = marked(shell, *words, "--channel", "all")
    np.testing.assert_array_equal(every[0][:, 3:], found[0])
    write_table(shell.folder, [(0.5, 1, 2), (0.5, 1, 3)], "start,end,channel")
    done = run_inside(shell, "features", *words, *FRAMES, "--out", "-")
    assert done.code == 1
    assert "s.wav has 2 channels, and segment 2 is of channel 3: --channel says" in done.err
    marked(shell, "a.wav", *words[1:])  # has one channel, whatever the table says


def test_a_sound_comes_through_a_pipe(shell: Shell) -> None:
    content = (shell.folder / "a.wav").read_bytes()
    words = ("features", "-", *FRAMES, "--mel", "3", "--stats", "mean", "--segments", "t.csv")
    piped = shell.ok(*words, stdin=content).out
    assert piped == ok_inside(shell, *words[:1], "a.wav", *words[2:], "--out", "-").out
    assert len(table_of(piped)) == len(MARKED)


def test_a_table_comes_through_a_pipe(shell: Shell) -> None:
    words = ("features", "a.wav", *FRAMES, "--mel", "3", "--stats", "mean", "--out", "-")
    table = (shell.folder / "t.csv").read_bytes()
    piped = shell.ok(*words, "--segments", "-", stdin=table).out
    assert piped == ok_inside(shell, *words, "--segments", "t.csv").out


@pytest.mark.long
def test_a_million_segments(shell: Shell) -> None:
    starts = np.random.default_rng(1).uniform(0, 1.9, 1_000_000).round(4).tolist()
    write_table(
        shell.folder, [(start, round(start + 0.05, 4), "x") for start in starts], "start,end,label"
    )
    words = ("a.wav", *FRAMES, "--mel", "2", "--stats", "mean", "--segments", "t.csv")
    done = ok_inside(shell, "features", *words, "--out", "m.csv")
    assert "1000000 segments, 2 features" in done.err
    with (shell.folder / "m.csv").open() as file:
        assert sum(1 for _ in file) == 1_000_001


def test_segments_of_a_sound_at_another_rate(shell: Shell) -> None:
    words = ("a.wav", "--mel", "3", "--rate", str(RATE_HZ // 2))
    whole = of_all(shell, *words)
    found = marked(shell, *words, "--segments", "t.csv")
    for rows, (start, end) in zip(found, MARKED, strict=True):
        inside = (whole["times"] >= start - 1e-9) & (whole["times"] < end - 1e-9)
        np.testing.assert_array_equal(rows, whole["features"][inside])


@pytest.mark.parametrize("frames", ["slice", "cut"])
def test_a_segment_that_begins_before_its_sound_has_what_is_there(
    shell: Shell, frames: str
) -> None:
    write_table(shell.folder, [(-0.2, 0.3), (0, 0.3)])
    words = ("a.wav", "--mel", "2", "--segments", "t.csv", "--segment-frames", frames)
    early, same = marked(shell, *words)
    np.testing.assert_array_equal(early, same)
    done = ok_inside(shell, "features", *FRAMES, *words, "--out", "-")
    assert "1 segment of t.csv begins before a.wav does: number 1; what is there" in done.err
