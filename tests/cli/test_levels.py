"""`stftcli info --levels`: levels of files and pipes, per channel, in words and JSON."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from tests.audio.wav import wav_bytes
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell

SAMPLES = Path(__file__).parents[2] / "sample_audio"
RATE_HZ = 16_000

# What `sox FILE -n stats` of SoX 14.4.2 says: DC offset, Pk lev dB, RMS lev dB, Crest factor.
SOX = {
    "birds.wav": [(0.000001, -3.00, -12.06, 2.84)],
    "speech.wav": [(0.000796, -3.00, -21.55, 8.46)],
    "sweep.wav": [(0.001548, -6.00, -9.03, 1.42)],
    "music.flac": [(0.000347, -2.12, -17.28, 5.73), (0.000393, -1.00, -15.71, 5.44)],
}


def levels(shell: Shell, *words: str | Path) -> list[dict[str, Any]]:
    told = json.loads(ok_inside(shell, "info", "--json", "--levels", *words).out)
    assert isinstance(told["levels"], list)
    return told["levels"]


def white(seconds: float, seed: int = 0) -> np.ndarray[Any, np.dtype[np.float64]]:
    return 0.1 * np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))


@pytest.mark.parametrize("name", SOX)
def test_the_numbers_of_sox(shell: Shell, name: str) -> None:
    measured = levels(shell, SAMPLES / name)
    for channel, (dc, peak, rms, crest) in zip(measured, SOX[name], strict=True):
        assert channel["dc_offset"] == pytest.approx(dc, abs=5.1e-7)
        assert channel["peak_dbfs"] == pytest.approx(peak, abs=0.0051)
        assert channel["rms_dbfs"] == pytest.approx(rms, abs=0.0051)
        assert channel["crest_factor"] == pytest.approx(crest, abs=0.0051)


def test_words(shell: Shell) -> None:
    lines = ok_inside(shell, "info", "--levels", SAMPLES / "music.flac").out.decode().splitlines()
    assert [line.split(maxsplit=1) for line in lines[-7:]] == [
        ["peak", "-2.12, -1.00 dBFS"],
        ["RMS", "-17.28, -15.71 dBFS (a full-scale sine: -3.01)"],
        ["crest", "5.73, 5.44"],
        ["noise", "-20.6, -22.2 dBFS (10 % of frames are quieter)"],
        ["DC", "+0.000347, +0.000393"],
        ["clipped", "0, 0 samples in 0, 0 runs"],
        ["cut-off", "22050, 22050 Hz of 22050"],
    ]


def test_silence_in_words(shell: Shell) -> None:
    soundfile.write(shell.folder / "in.wav", np.zeros(RATE_HZ), RATE_HZ)
    lines = ok_inside(shell, "info", "--levels", "in.wav").out.decode().splitlines()
    assert "  peak      -inf dBFS" in lines
    assert "  cut-off   - Hz of 8000" in lines
    assert levels(shell, "in.wav")[0]["rms_dbfs"] is None


def test_without_it_nothing_is_measured(shell: Shell) -> None:
    told = json.loads(ok_inside(shell, "info", "--json", SAMPLES / "speech.wav").out)
    assert "levels" not in told
    assert b"dBFS" not in ok_inside(shell, "info", SAMPLES / "speech.wav").out


def test_a_pipe_gives_what_the_file_gives(shell: Shell) -> None:
    content = (SAMPLES / "speech.wav").read_bytes()
    piped = shell.ok("info", "--json", "--levels", stdin=content)
    file = json.loads(ok_inside(shell, "info", "--json", "--levels", SAMPLES / "speech.wav").out)
    told = json.loads(piped.out)
    assert told["levels"] == file["levels"]
    assert told["samples"] == file["samples"]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("--start", "0.5"), slice(8000, None)),
        (("--duration", "0.25"), slice(0, 4000)),
        (("--start", "0.5", "--duration", "0.25"), slice(8000, 12_000)),
    ],
)
def test_a_segment_is_measured_alone(shell: Shell, words: tuple[str, ...], part: slice) -> None:
    signal = white(1.0) * np.linspace(0, 1, RATE_HZ)
    for name, samples in (("in.wav", signal), ("part.wav", signal[part])):
        soundfile.write(shell.folder / name, samples, RATE_HZ, subtype="FLOAT")
    assert levels(shell, "in.wav", *words) == levels(shell, "part.wav")
    told = json.loads(ok_inside(shell, "info", "--json", "--levels", "in.wav", *words).out)
    assert told["samples"] == RATE_HZ


def test_channels(shell: Shell) -> None:
    both = np.stack((white(0.5), -0.5 * white(0.5)), axis=1)
    soundfile.write(shell.folder / "in.wav", both, RATE_HZ, subtype="FLOAT")
    left, right = levels(shell, "in.wav")
    assert levels(shell, "in.wav", "--channel", "2") == [right]
    assert left["rms_dbfs"] - right["rms_dbfs"] == pytest.approx(6.0206, abs=1e-3)
    (mixed,) = levels(shell, "in.wav", "--channel", "mix")
    assert left["rms_dbfs"] - mixed["rms_dbfs"] == pytest.approx(12.0412, abs=1e-3)
    failed = run_inside(shell, "info", "--levels", "in.wav", "--channel", "3")
    assert failed.code == 1
    assert "there is no channel 3" in failed.err


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "ULAW", "ALAW"])
def test_clipping_in_every_format(shell: Shell, subtype: str) -> None:
    time = np.arange(RATE_HZ) / RATE_HZ
    loud = np.clip(2 * np.sin(2 * np.pi * 50 * time), -1, 1)
    soundfile.write(shell.folder / "in.wav", loud, RATE_HZ, subtype=subtype)
    (channel,) = levels(shell, "in.wav")
    assert channel["clipped_runs"] == 100
    # What is beyond half of the sine's height: two thirds of the time.
    assert channel["clipped_samples"] == pytest.approx(2 / 3 * RATE_HZ, rel=0.03)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "ULAW", "ALAW", "FLOAT"])
def test_a_sound_that_is_not_clipped(shell: Shell, subtype: str) -> None:
    soundfile.write(shell.folder / "in.wav", white(0.5), RATE_HZ, subtype=subtype)
    assert levels(shell, "in.wav")[0]["clipped_samples"] == 0


def test_mp3_has_a_cut_off_that_stays_where_it_is_decoded(shell: Shell) -> None:
    signal = 0.2 * np.random.default_rng(5).standard_normal(3 * 44_100)
    soundfile.write(shell.folder / "in.mp3", signal, 44_100, format="MP3", compression_level=0.5)
    decoded, _ = soundfile.read(shell.folder / "in.mp3")
    soundfile.write(shell.folder / "decoded.wav", decoded, 44_100, subtype="PCM_16")
    (of_mp3,), (of_wav,) = levels(shell, "in.mp3"), levels(shell, "decoded.wav")
    assert 12_000 < of_mp3["cutoff_hz"] < 20_600
    assert of_wav["cutoff_hz"] == pytest.approx(of_mp3["cutoff_hz"], abs=200)


def test_nan_is_named(shell: Shell) -> None:
    signal = white(0.1)
    signal[100] = np.nan
    soundfile.write(shell.folder / "in.wav", signal, RATE_HZ, subtype="FLOAT")
    done = run_inside(shell, "info", "--levels", "in.wav")
    assert done.code == 1
    assert "in.wav holds NaN" in done.err


def test_a_header_that_promises_too_much_is_told_of(shell: Shell) -> None:
    data = bytes(8000)
    (shell.folder / "in.wav").write_bytes(wav_bytes(data, claimed_bytes=16_000))
    done = run_inside(shell, "info", "--levels", "in.wav")
    assert done.code == 0
    assert "ends early" in done.err
