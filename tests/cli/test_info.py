"""`stftcli info` tells what a sound is, and what `features` would make of it."""

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.cli.shell import Shell
from tests.signals import noise

SAMPLES = Path(__file__).parents[2] / "sample_audio"


@pytest.fixture
def sound(shell: Shell) -> Path:
    path = shell.folder / "in.wav"
    soundfile.write(path, noise(11_025, 2) / 8, 11_025, subtype="PCM_24")
    return path


def told(shell: Shell, *words: str, stdin: bytes = b"") -> dict[str, Any]:
    done = shell.ok("info", "--json", *words, stdin=stdin)
    assert done.err == ""
    answer = json.loads(done.out)
    assert isinstance(answer, dict)
    return answer


@pytest.mark.usefixtures("sound")
def test_words(shell: Shell) -> None:
    done = shell.ok("info", "in.wav", "--n-fft", "512", "--win-length", "400")
    assert done.err == ""
    rows = [line.split(maxsplit=1) for line in done.out.decode().splitlines()]
    assert rows == [
        ["in.wav"],
        ["format", "WAV, 24-bit PCM"],
        ["rate", "11025 Hz"],
        ["channels", "2"],
        ["duration", "1.000 s (11025 samples)"],
        ["frames", "87 of 512 samples, windows of 400, one every 128 (11.61 ms)"],
        ["bins", "257, one every 21.53 Hz up to 5512.5 Hz"],
        ["times", "0.000 to 0.998 s"],
        ["inverse", "with --griffin-lim; windows add up to within 0.621 %, redundancy 4"],
        ["array", "87 x 257 float32, 89.4 kB"],
    ]


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("--spectrum complex", "exact; windows add up to within 0 %, redundancy 4"),
        ("--spectrum complex --hop-length 512 --n-fft 512", "none: the window hann of 512 with"),
        ("--spectrum complex --remove-dc", "none: --remove-dc takes the mean"),
        ("--chroma 12", "none: the step chroma cannot be undone"),
        ("--mel 20 --normalize mean", "none: the step normalize cannot be undone"),
        ("--mel 20 --log db", "with --griffin-lim;"),
    ],
)
def test_whether_it_can_be_undone(shell: Shell, words: str, wanted: str) -> None:
    rows = shell.ok("info", "in.wav", *words.split()).out.decode().splitlines()
    told = next(row for row in rows if row.startswith("  inverse"))
    assert told.removeprefix("  inverse   ").startswith(wanted)


@pytest.mark.usefixtures("sound")
def test_words_of_features(shell: Shell) -> None:
    words = ("--n-fft", "512", "--mel", "40", "--deltas", "1")
    rows = shell.ok("info", "in.wav", *words).out.decode().splitlines()
    assert rows[-1].split(maxsplit=1) == ["array", "87 x 80 float32, 27.8 kB"]


@pytest.mark.usefixtures("sound")
def test_json(shell: Shell) -> None:
    assert told(shell, "in.wav", "--n-fft", "20ms", "--hop-length", "10ms") == {
        "input": "in.wav",
        "container": "WAV",
        "encoding": "24-bit PCM",
        "rate_hz": 11_025,
        "channels": 2,
        "samples": 11_025,
        "duration_s": 1.0,
        "used_rate_hz": 11_025,
        "filter_length": 220,
        "hop_length": 110,
        "win_length": 220,
        "frames": 101,
        "bins": 111,
        "bin_hz": 11_025 / 220,
        "first_s": 0.0,
        "last_s": 11_000 / 11_025,
        "shape": [101, 111],
        "dtype": "float32",
        "unit": "",
        "array_bytes": 4 * 101 * 111,
        "invertible": True,
        "inverse": "without its phase",
        "overlap_error": pytest.approx(1 / 3, abs=1e-6),
        "redundancy": 2.0,
    }


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--no-center",
        "--causal",
        "--padding same --n-fft 25ms --hop-length 10ms",
        "--padding kaldi --n-fft pow2 --win-length 25ms --win-align left --hop-length 10ms",
        "--n-fft 25ms --hop-length 7ms",
        "--n-fft 20000 --no-center",
        "--drop-last",
        "--start 0.25 --duration 0.5",
        "--start 0.9 --pad-to 2",
        "--pad-to 0.5",
        "--spectrum complex",
        "--mel 20 --log db --deltas 2",
        "--mfcc 13 --normalize meanvar",
        "--preset librosa-mel",
        "--preset kaldi-mfcc --drop-last",
    ],
)
@pytest.mark.usefixtures("sound")
def test_frames_are_those_that_features_writes(shell: Shell, options: str) -> None:
    words = shlex.split(options)
    shell.ok("features", "in.wav", *words, "--out", "out.npz")
    with np.load(shell.folder / "out.npz") as archive:
        frames, times, settings = archive["features"], archive["times"], archive["settings"]
    answer = told(shell, "in.wav", *words)
    assert (answer["frames"], answer["shape"]) == (len(frames), list(frames.shape))
    assert answer["array_bytes"] == frames.nbytes
    assert (answer["first_s"], answer["last_s"]) == pytest.approx((times[0], times[-1]))
    used = json.loads(str(settings))["features"]["frames"]
    for name in ("filter_length", "hop_length", "win_length"):
        assert answer[name] == used[name]
    assert answer["bins"] == used["filter_length"] // 2 + 1


@pytest.mark.usefixtures("sound")
def test_statistics_are_one_row(shell: Shell) -> None:
    words = ("in.wav", "--mel", "20", "--stats", "mean,std,max")
    row, answer = shell.features(*words), told(shell, *words)
    assert (tuple(answer["shape"]), answer["array_bytes"]) == (row.shape, row.nbytes)
    assert answer["frames"] == 1 + 11_025 // 512


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.usefixtures("sound")
def test_the_size_is_that_of_the_type_that_is_stored(shell: Shell, dtype: str) -> None:
    shell.ok("features", "in.wav", "--dtype", dtype, "--out", "out.npz")
    with np.load(shell.folder / "out.npz") as archive:
        size = archive["features"].nbytes
    assert told(shell, "in.wav", "--config", "out.npz")["array_bytes"] == size


def test_a_sound_whose_only_frame_is_dropped_has_none(shell: Shell) -> None:
    soundfile.write(shell.folder / "short.wav", noise(100) / 8, 16_000)
    words = ("short.wav", "--preset", "whisper")
    assert shell.features(*words).shape == (0, 80)
    answer = told(shell, *words)
    assert (answer["frames"], answer["shape"], answer["array_bytes"]) == (0, [0, 80], 0)


@pytest.mark.usefixtures("sound")
@pytest.mark.parametrize("start", ["1", "5"])
def test_nothing_is_told_of_what_lies_behind_the_end(shell: Shell, start: str) -> None:
    done = shell.run("info", "in.wav", "--start", start)
    assert (done.code, done.out) == (1, b"")
    assert "in.wav" in done.err
    assert "--start" in done.err


@pytest.mark.parametrize("name", ["speech.wav", "music.flac", "sweep.wav", "birds.wav"])
def test_a_pipe_is_told_of_as_a_file_is(shell: Shell, name: str) -> None:
    by_file = told(shell, str(SAMPLES / name))
    by_pipe = told(shell, stdin=(SAMPLES / name).read_bytes())
    assert by_pipe.pop("input") == "standard input"
    assert by_file.pop("input") == str(SAMPLES / name)
    assert by_file == by_pipe
    assert by_file["samples"] == soundfile.info(SAMPLES / name).frames


def test_a_truncated_sound_is_warned_of(shell: Shell, sound: Path) -> None:
    (shell.folder / "cut.wav").write_bytes(sound.read_bytes()[: -6 * 1000])
    done = shell.ok("info", "--json", "cut.wav")
    assert "ends early" in done.err
    assert json.loads(done.out)["samples"] == 10_025


@pytest.mark.usefixtures("sound")
def test_several_sounds_are_a_line_each_and_failures_are_counted(shell: Shell) -> None:
    done = shell.run("info", "--json", "in.wav", "missing.wav", "in.wav")
    assert done.code == 3
    assert [json.loads(line)["input"] for line in done.out.splitlines()] == ["in.wav"] * 2
    assert done.err.splitlines() == [
        "stftcli: missing.wav cannot be read: No such file or directory",
        "stftcli: 1 of 3 inputs failed",
    ]
    assert shell.run("info", "missing.wav").code == 1


def test_the_array_of_all_channels_has_an_axis_for_them(shell: Shell) -> None:
    soundfile.write(shell.folder / "two.wav", np.zeros((4000, 2)), 8000)
    words = ("two.wav", "--channel", "all", "--n-fft", "256")
    told = json.loads(shell.ok("info", "--json", *words).out)
    array = shell.features(*words)
    assert tuple(told["shape"]) == array.shape
    assert told["array_bytes"] == array.nbytes


def test_what_a_terminal_would_obey_is_shown_as_a_sign(shell: Shell) -> None:
    evil = "\x1b[2J\x9b31m\r\n\u202e"
    stored = {"stftcli": evil, "fft": evil, "input": {"name": evil}, "features": {"dtype": evil}}
    names, settings = np.array([evil, evil]), np.array(json.dumps(stored))
    np.savez(shell.folder / "x.npz", features=noise(3, 2), names=names, settings=settings)
    words = shell.ok("info", "x.npz").out.decode()
    assert all(line.isprintable() for line in words.split("\n"))
    assert "\ufffd[2J" in words
    told = json.loads(shell.ok("info", "--json", "x.npz").out)
    assert (told["names"], told["settings"]) == ([evil, evil], stored)
