"""stftcli between other programs: pipes of every kind, readers that leave, signals, memory."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import numpy as np
import pytest
import soundfile

from stftcli import STFT
from tests.audio.wav import wav_bytes
from tests.cli.shell import STFTCLI, Shell
from tests.marks import only_long_but
from tests.oracles.conftest import oracle
from tests.signals import assert_close, assert_same_bits, noise

RATE_HZ = 16_000
ENDLESS = wav_bytes(b"", rate_hz=RATE_HZ, claimed_bytes=0xFFFFFFFF)
SECOND = (8000 * noise(RATE_HZ)).clip(-32768, 32767).astype("<i2").tobytes()

Process = subprocess.Popen[bytes]


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for something that will happen; the test's own timeout ends what never does."""
    while not condition():
        time.sleep(0.02)


@contextmanager
def fed(process: Process, *, endless: bool = True) -> Iterator[None]:
    """Send seconds of noise into a process for as long as it reads (or just one, then silence)."""
    pipe = process.stdin
    assert pipe is not None

    def feed() -> None:
        with suppress(BrokenPipeError):
            pipe.write(ENDLESS + SECOND)
            pipe.flush()
            while endless:
                pipe.write(SECOND)
                time.sleep(0.01)

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield
    finally:
        process.kill()
        feeder.join()
        with suppress(BrokenPipeError):
            pipe.close()


each_signal = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["SIGINT", "SIGTERM"]
)


def reading(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


@pytest.mark.parametrize("words", [["--format", "raw"], ["--format", "npy"]], ids=" ".join)
def test_a_reader_that_leaves_is_no_error(shell: Shell, words: list[str]) -> None:
    soundfile.write(shell.folder / "long.wav", noise(30 * RATE_HZ) / 8, RATE_HZ)
    process = shell.start("features", "long.wav", "--out", "-", *words)
    out, err = reading(process.stdout), reading(process.stderr)
    assert len(out.read(100)) == 100
    out.close()
    assert err.read() == b""
    assert process.wait() == 141


def test_a_reader_that_has_left_before_anything_is_said(shell: Shell) -> None:
    soundfile.write(shell.folder / "short.wav", noise(999) / 8, RATE_HZ)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as out:
        process = shell.start("info", "short.wav", stdout=out)
        assert process.communicate()[1] == b""


@each_signal
@pytest.mark.parametrize("old", [None, b"precious"], ids=["new", "replacing"])
def test_a_signal_ends_the_work_and_leaves_nothing_behind(
    shell: Shell, number: int, code: int, old: bytes | None
) -> None:
    target = shell.folder / "out" / "x.npy"
    target.parent.mkdir()
    if old is not None:
        target.write_bytes(old)
    process = shell.start("features", "--out", target)

    def draft_grows() -> bool:
        others = [path for path in target.parent.iterdir() if path != target]
        return any(path.stat().st_size > 1 << 16 for path in others)

    with fed(process):
        wait_until(draft_grows)
        process.send_signal(number)
        assert process.wait() == code
        assert reading(process.stderr).read().strip() == b""
    assert shell.names("out") == ([] if old is None else ["x.npy"])
    assert old is None or target.read_bytes() == old


@each_signal
@pytest.mark.parametrize("words", [(), ("--debug",)], ids=["plain", "debug"])
def test_a_signal_ends_the_wait_for_a_silent_writer(
    shell: Shell, number: int, code: int, words: tuple[str, ...]
) -> None:
    (shell.folder / "out").mkdir()
    process = shell.start(*words, "features", "--out", "out/x.npy")
    with fed(process, endless=False):
        wait_until(lambda: bool(shell.names("out")))
        time.sleep(0.3)  # it waits for the second second now
        process.send_signal(number)
        assert process.wait(timeout=5) == code
    assert shell.names("out") == []


def test_a_fifo_in_and_a_fifo_out(shell: Shell) -> None:
    samples = noise(RATE_HZ) / 8
    content, source, target = shell.folder / "x.wav", shell.folder / "in", shell.folder / "out"
    soundfile.write(content, samples, RATE_HZ, subtype="FLOAT")
    for fifo in (source, target):
        os.mkfifo(fifo)
    process = shell.start("features", source, "--spectrum", "complex", "--out", target)
    source.write_bytes(content.read_bytes())
    with target.open("rb") as pipe:
        written = pipe.read()
    assert process.wait() == 0
    wanted = STFT()(samples)
    assert_same_bits(np.frombuffer(written[128:], np.complex64).reshape(wanted.shape), wanted)
    assert stat.S_ISFIFO(target.stat().st_mode)


def test_descriptors_as_a_shell_substitutes_them(shell: Shell) -> None:
    samples = noise(2, 3000) / 8
    soundfile.write(shell.folder / "x.wav", samples.T, RATE_HZ, subtype="FLOAT")
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as pipe:  # 24 kB: the pipe holds them all
        pipe.write((shell.folder / "x.wav").read_bytes())
    got = shell.features(f"/dev/fd/{reader}", "--channel", "2", fds=(reader,))
    os.close(reader)
    assert_close(got, np.abs(STFT()(samples[1])))


def test_standard_output_by_its_name(shell: Shell) -> None:
    soundfile.write(shell.folder / "x.wav", noise(3000) / 8, RATE_HZ)
    wanted = shell.ok("features", "x.wav", "--out", "-").out
    assert shell.ok("features", "x.wav", "--quiet", "--out", "/dev/stdout").out == wanted


@pytest.fixture
def null(tmp_path: Path) -> Path:
    """A null device that a fault would not take away from the whole machine."""
    if os.geteuid() != 0:
        return Path("/dev/null")
    device = tmp_path / "null"
    try:
        os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        device.write_bytes(b"")
    except OSError:
        pytest.skip("devices cannot be made here")
    return device


def test_a_device_stays_a_device(shell: Shell, null: Path) -> None:
    soundfile.write(shell.folder / "x.wav", noise(3000) / 8, RATE_HZ)
    for array_format in ("npy", "raw"):
        shell.ok("features", "x.wav", "--out", null, "--format", array_format)
    assert stat.S_ISCHR(null.stat().st_mode)


def test_a_link_stays_a_link_to_the_new_result(shell: Shell) -> None:
    soundfile.write(shell.folder / "x.wav", noise(3000) / 8, RATE_HZ)
    (shell.folder / "link.npy").symlink_to("real.npy")
    shell.ok("features", "x.wav", "--out", "link.npy")
    assert (shell.folder / "link.npy").is_symlink()
    assert np.load(shell.folder / "real.npy").shape == (6, 1025)


# A process in between, since a child is said to have used what its parent had when it forked.
PEAK = """
import os, sys
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(process, 0)
kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
print(os.waitstatus_to_exitcode(status), round(kilobytes))
"""


def peak_megabytes(seconds: int, *words: str) -> float:
    """Give the most memory that stftcli takes for a piped sound of this length."""
    with subprocess.Popen(
        [sys.executable, "-c", PEAK, *STFTCLI, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        pipe = reading(process.stdin)
        pipe.write(ENDLESS)
        for _ in range(seconds):
            pipe.write(SECOND)
        pipe.close()
        code, kilobytes = reading(process.stdout).read().split()
    assert code == b"0"
    return int(kilobytes) / 1024


@pytest.mark.parametrize(
    "array_format", only_long_but(["npz"], ["npy", "npz", "safetensors", "ark"])
)
def test_memory_does_not_grow_with_the_sound(tmp_path: Path, array_format: str) -> None:
    if array_format == "ark":
        oracle("kaldiio")
    # Ten minutes are 18 MB as they come in, 37 MB as floats, and 37 MB of features.
    out = tmp_path / f"x.{array_format}"
    words = ("features", "--n-fft", "512", "--hop-length", "256", "--out", str(out))
    assert peak_megabytes(600, *words) < peak_megabytes(10, *words) + 15


def test_the_measure_of_memory_sees_a_sound_that_is_held(tmp_path: Path) -> None:
    words = ("features", "--pad-mode", "wrap", "--out", str(tmp_path / "x.npy"))
    assert peak_megabytes(600, *words) > peak_megabytes(10, *words) + 30


@pytest.mark.long
@pytest.mark.parametrize("looks", ["--waveform", "--bare --size 800x400"])
def test_memory_of_a_picture_does_not_grow_with_the_sound(tmp_path: Path, looks: str) -> None:
    # Half an hour more is 58 MB as they come in.
    words = ("spectrogram", *looks.split(), "--out", str(tmp_path / "x.png"))
    assert peak_megabytes(2400, *words) < peak_megabytes(600, *words) + 15


@pytest.mark.skipif(shutil.which("sox") is None, reason="sox is not installed")
def test_sox_writes_into_a_pipe(shell: Shell) -> None:
    command = [
        "sox",
        "-n",
        "-r",
        "8000",
        "-b",
        "16",
        "-t",
        "wav",
        "-",
        "synth",
        "2",
        "sine",
        "1000",
    ]
    wave = subprocess.run(command, capture_output=True, check=True).stdout
    got = shell.features(stdin=wave)
    assert (got[10:-10].argmax(1) == 256).all()  # 1000 Hz of 8000 is an eighth of 2048


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
def test_ffmpeg_writes_into_a_pipe(shell: Shell) -> None:
    tone = "sine=frequency=1000:sample_rate=8000:duration=2"
    command = ["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", tone, "-f", "wav", "-"]
    wave = subprocess.run(command, capture_output=True, check=True).stdout
    done = shell.ok("features", "--format", "raw", stdin=wave)
    assert done.err == ""
    assert (np.frombuffer(done.out, np.float32).reshape(-1, 1025)[10:-10].argmax(1) == 256).all()
