"""A live pipe is answered live: whatever is complete is there before more is sent."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest
import soundfile

from tests.audio.wav import wav_bytes
from tests.cli.inside import ok_inside
from tests.cli.shell import STFTCLI, Shell
from tests.signals import noise

RATE_HZ = 16_000
SAMPLES = (8000 * noise(RATE_HZ)).clip(-32768, 32767).astype("<i2")
HEAD = wav_bytes(b"", rate_hz=RATE_HZ, claimed_bytes=0xFFFFFFFF)
# Full frames alone, so that a frame is complete with its last sample.
FRAMES = ("--n-fft", "400", "--hop-length", "160", "--no-center", "--mel", "20")


class Live:
    """A process that is sent sound, and whose answers are awaited."""

    def __init__(self, sound: IO[bytes], answers: IO[bytes]) -> None:
        self._sound, self._answers, self.heard = sound, answers, b""

    def send(self, content: bytes) -> None:
        self._sound.write(content)
        self._sound.flush()

    def wait(self, count: int, end: bytes | None = None) -> None:
        """Wait for so many bytes, or ends; what never comes is ended by the test's timeout."""
        while (len(self.heard) if end is None else self.heard.count(end)) < count:
            piece = os.read(self._answers.fileno(), 1 << 16)
            assert piece, "it has ended"
            self.heard += piece

    def end(self) -> bytes:
        self._sound.close()
        return self.heard + self._answers.read()


@contextmanager
def live(folder: Path, *words: str) -> Iterator[Live]:
    command = [*STFTCLI, "features", "-", *words, "--out", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Live(process.stdin, process.stdout)
        finally:
            process.kill()


def whole(shell: Shell, *words: str) -> bytes:
    """Give what the command writes of the same sound in a file."""
    soundfile.write(shell.folder / "in.wav", SAMPLES, RATE_HZ, "PCM_16")
    ok_inside(shell, "features", "in.wav", *words, "--out", "x")
    return (shell.folder / "x").read_bytes()


def frames_of(samples: int) -> int:
    return max(0, 1 + (samples - 400) // 160)


@pytest.mark.parametrize("threads", ["1", "3"])
@pytest.mark.parametrize("late", [0, 1, 2])
def test_each_frame_comes_with_its_last_sample(shell: Shell, threads: str, late: int) -> None:
    steps = [(), ("--drop-last",), ("--deltas", "1")][late]
    words = (*FRAMES, *steps, "--format", "raw", "--threads", threads)
    row = 20 * 4 * (2 if late == 2 else 1)
    with live(shell.folder, *words) as process:
        process.send(HEAD)
        for first in range(0, len(SAMPLES), 1000):
            process.send(SAMPLES[first : first + 1000].tobytes())
            process.wait(row * max(0, frames_of(first + 1000) - late))
        assert process.end() == whole(shell, *words)


@pytest.mark.parametrize("array_format", ["csv", "jsonl"])
def test_lines_come_one_by_one(shell: Shell, array_format: str) -> None:
    words = (*FRAMES, "--log", "db", "--format", array_format)
    with live(shell.folder, *words) as process:
        process.send(HEAD + SAMPLES[:399].tobytes())
        for sample in range(399, 2000, 160):
            process.send(SAMPLES[sample : sample + 160].tobytes())
            lines = frames_of(sample + 160) + (array_format == "csv")
            process.wait(lines, b"\n")
        process.send(SAMPLES[sample + 160 :].tobytes())
        assert process.end() == whole(shell, *words)


def test_a_latency_is_a_bound_too(shell: Shell) -> None:
    words = (*FRAMES, "--format", "raw", "--latency", "200ms")
    with live(shell.folder, *words) as process:
        process.send(HEAD)
        for first in range(0, 4000, 1000):
            process.send(SAMPLES[first : first + 1000].tobytes())
            process.wait(80 * frames_of(first + 1000))
        process.send(SAMPLES[4000:].tobytes())
        assert process.end() == whole(shell, *words)


def test_compressed_sound_is_answered_too(shell: Shell) -> None:
    soundfile.write(shell.folder / "in.ogg", np.tile(SAMPLES, 20), RATE_HZ)
    content = (shell.folder / "in.ogg").read_bytes()
    with live(shell.folder, *FRAMES, "--format", "raw") as process:
        process.send(content[: len(content) // 2])
        process.wait(80 * frames_of(RATE_HZ))
        process.send(content[len(content) // 2 :])
        process.end()


@pytest.mark.parametrize(
    ("encoding", "dtype", "full_scale"),
    [
        ("s16le", "<i2", 32767),
        ("s32le", "<i4", 2**31 - 1),
        ("f32le", "<f4", 1),
        ("f64le", "<f8", 1),
        ("u8", "u1", 127),
    ],
)
def test_samples_without_a_header_are_those_of_a_wav(
    shell: Shell, encoding: str, dtype: str, full_scale: int
) -> None:
    values = np.stack((np.sin(np.arange(4000) / 9), np.cos(np.arange(4000) / 7)), axis=1) / 2
    raw = (values * full_scale + (128 if dtype == "u1" else 0)).astype(dtype)
    (shell.folder / "in.raw").write_bytes(raw.tobytes())
    how = ("--input-format", f"{encoding},{RATE_HZ},2", "--channel", "all")
    got = shell.features("-", *how, stdin=raw.tobytes())
    np.testing.assert_array_equal(got, shell.features("in.raw", *how))
    wanted = raw.astype(np.float64) - (128 if dtype == "u1" else 0)
    scale = 1 if full_scale == 1 else full_scale + 1
    soundfile.write(shell.folder / "in.wav", wanted / scale, RATE_HZ, "DOUBLE")
    other = shell.features("in.wav", "--channel", "all")
    np.testing.assert_allclose(got, other, atol=1e-5 * other.max())


def test_24_bits_and_laws_are_those_of_a_wav(shell: Shell) -> None:
    for encoding, subtype, sample_bytes in (
        ("s24le", "PCM_24", 3),
        ("alaw", "ALAW", 1),
        ("ulaw", "ULAW", 1),
    ):
        soundfile.write(shell.folder / "a.wav", SAMPLES[:3000], RATE_HZ, subtype)
        content = (shell.folder / "a.wav").read_bytes()
        data = content[content.index(b"data") + 8 :][: 3000 * sample_bytes]
        got = shell.features("-", "--input-format", f"{encoding},{RATE_HZ}", stdin=data)
        np.testing.assert_array_equal(got, shell.features("a.wav"))


def test_a_writer_that_dies_within_a_sample_is_told_of(shell: Shell) -> None:
    (shell.folder / "in.raw").write_bytes(SAMPLES.tobytes()[:-1])
    how = ("--input-format", f"s16le,{RATE_HZ}")
    done = ok_inside(shell, "features", "in.raw", *how, "--out", "x.npy")
    assert "in.raw ends early: it is cut off after 1.00 s" in done.err
    assert shell.run("features", "in.raw", *how, "--strict", "--out", "y.npy").code == 1


def test_raw_sounds_are_shown_and_described_too(shell: Shell) -> None:
    (shell.folder / "in.raw").write_bytes(SAMPLES.tobytes())
    how = ("in.raw", "--input-format", f"s16le,{RATE_HZ}")
    told = json.loads(ok_inside(shell, "info", "--json", *how).out)
    assert (told["rate_hz"], told["samples"]) == (RATE_HZ, len(SAMPLES))
    assert ok_inside(shell, "show", *how, "--width", "60").out
    ok_inside(shell, "spectrogram", *how, "--out", "x.png", "--bare")
    assert (shell.folder / "x.png").stat().st_size > 1000


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("s16le", "say the samples a second"),
        ("s16le,", "say the samples a second"),
        ("s16le,1.5", "a rate is a whole number from 1 to 10000000 Hz"),
        ("s16le,8000,x", "up to 1023 channels"),
        ("s16be,8000", "there is no encoding 's16be'"),
        ("s16le,x", "say the samples a second"),
        ("s16le,0", "say the samples a second"),
        ("s16le,1e9", "a rate is a whole number from 1 to 10000000 Hz"),
        ("s16le,8000,0", "up to 1023 channels"),
        ("s16le,8000,1,1", "say the samples a second"),
    ],
)
def test_what_is_no_format_is_refused(shell: Shell, value: str, says: str) -> None:
    done = shell.run("features", "-", "--input-format", value, "--out", "-", stdin=b"")
    assert done.code == 2
    assert says in done.err


def test_it_is_of_one_input(shell: Shell) -> None:
    done = shell.run("features", ".", "--input-format", "u8,8000", "--out-dir", "out")
    assert done.code == 2
    assert "--input-format is of one input" in done.err


@pytest.mark.long
def test_what_cannot_be_live_says_so() -> None:
    command: Any = [*STFTCLI, "features", "-", *FRAMES, "--out", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(HEAD)
        os.set_blocking(process.stderr.fileno(), False)
        told = b""
        while b"give each frame at once" not in told:
            process.stdin.write(SAMPLES[:1600].tobytes())
            process.stdin.flush()
            time.sleep(0.1)
            told += process.stderr.read() or b""
        process.kill()


def test_a_rate_that_a_header_lies_about_is_given(shell: Shell) -> None:
    soundfile.write(shell.folder / "slow.wav", SAMPLES, 1600, "PCM_16")
    soundfile.write(shell.folder / "right.wav", SAMPLES, 16_000, "PCM_16")
    how = ("--input-rate", "16k", "--mel", "20", "--n-fft", "25ms", "--start", "0.5")
    right = shell.features("right.wav", *how[2:])
    np.testing.assert_array_equal(shell.features("slow.wav", *how), right)
    told = json.loads(ok_inside(shell, "info", "--json", "slow.wav", *how[:2]).out)
    assert (told["rate_hz"], told["duration_s"]) == (16_000, 1.0)
    ok_inside(shell, "spectrogram", "slow.wav", *how[:2], "--out", "x.png")
    assert shell.run("features", "slow.wav", "--input-rate", "0", "--out", "-").code == 2


@pytest.mark.parametrize("name", ["S16_LE,8k", "pcm_s16le,8kHz", "s16le,8000,1"])
def test_encodings_by_the_names_of_others_too(shell: Shell, name: str) -> None:
    (shell.folder / "in.raw").write_bytes(SAMPLES.tobytes())
    told = json.loads(ok_inside(shell, "info", "--json", "in.raw", "--input-format", name).out)
    assert (told["rate_hz"], told["samples"]) == (8000, len(SAMPLES))
