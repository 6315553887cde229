"""`stftcli show` draws in whatever terminal there is, and follows a pipe until it ends."""

import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stftcli.features.settings import FeatureSettings
from stftcli.jobs import follow
from stftcli.settings.pictures import Screen, ViewSettings
from tests.audio.wav import wav_bytes
from tests.cli.shell import STFTCLI, Shell

RATE_HZ = 8000
HEADER = wav_bytes(b"", rate_hz=RATE_HZ, claimed_bytes=0x7FFFFFFF)
COLOUR = {"FORCE_COLOR": "1", "COLORTERM": "truecolor", "TERM": "xterm-256color"}


@pytest.fixture
def tone(shell: Shell) -> Path:
    """3 kHz of 4, for the first half of a second."""
    samples = np.sin(2 * np.pi * 3000 * np.arange(RATE_HZ) / RATE_HZ)
    samples[RATE_HZ // 2 :] = 0
    path = shell.folder / "tone.wav"
    soundfile.write(path, samples, RATE_HZ)
    return path


def lines_of(shell: Shell, *words: str | Path, **environment: str) -> list[str]:
    return shell.ok("show", *words, **environment).out.decode().splitlines()


def test_without_a_terminal_it_is_shades_of_80_columns(shell: Shell, tone: Path) -> None:
    lines = lines_of(shell, tone)
    assert len(lines) == 20
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in "".join(lines)
    *picture, axis, times, caption = lines
    brightest = [number for number, line in enumerate(picture) if "█" in line]
    # A quarter from the top, on both sides of the border of two lines; and in the left half.
    assert brightest == [len(picture) // 4 - 1, len(picture) // 4]
    assert max(line.rfind("█") for line in picture) < 6 + 40
    assert axis.startswith("     └┬")
    assert times.split()[:3] == ["0.0", "0.2", "0.4"]
    assert caption.startswith("tone.wav   Time (s)   Frequency (kHz)")
    assert caption.endswith("dBFS")


def test_the_axis_names_round_frequencies_at_their_lines(shell: Shell, tone: Path) -> None:
    picture = lines_of(shell, tone, "--height", "15")[:-3]
    texts = {line[:5].strip(): number for number, line in enumerate(picture) if "┤" in line}
    assert list(texts) == ["4", "3", "2", "1", "0"]
    assert texts["0"] == len(picture) - 1
    bright = next(number for number, line in enumerate(picture) if "█" in line)
    assert abs(texts["3"] - bright) <= 1


def test_colours_are_two_pixels_in_a_sign(shell: Shell, tone: Path) -> None:
    lines = lines_of(shell, tone, "--width", "40", "--height", "12", **COLOUR)
    assert len(lines) == 12
    signs = re.sub(r"\x1b\[[0-9;]*m", "", lines[1])
    assert signs == "     │" + "▀" * 34
    assert "\x1b[38;2;" in lines[0]
    assert "48;2;" in lines[0]


def test_no_color_takes_it_away(shell: Shell, tone: Path) -> None:
    text = "".join(lines_of(shell, tone, **COLOUR, NO_COLOR="1"))
    assert "█" in text
    assert "38;2;" not in text


@pytest.mark.parametrize("columns", ["10", "1"])
def test_a_narrow_terminal_gets_the_picture_alone(shell: Shell, tone: Path, columns: str) -> None:
    lines = lines_of(shell, tone, COLUMNS=columns)
    assert {len(line) for line in lines} == {int(columns)}
    assert "┤" not in "".join(lines)


@pytest.mark.parametrize("samples", [np.zeros(RATE_HZ), np.ones(1) / 2], ids=["silence", "one"])
def test_silence_and_a_single_sample(shell: Shell, samples: NDArray[np.float64]) -> None:
    soundfile.write(shell.folder / "in.wav", samples, RATE_HZ)
    lines = lines_of(shell, "in.wav", "--width", "60", "--height", "10")
    assert len(lines) == 10
    assert ("█" in "".join(lines[:7])) is (len(samples) == 1)


def test_the_name_of_a_file_is_not_obeyed(shell: Shell) -> None:
    soundfile.write(shell.folder / "x\x1b[2J.wav", np.zeros(9), RATE_HZ)
    assert lines_of(shell, "x\x1b[2J.wav")[-1].startswith("x\ufffd[2J.wav   Time")


def test_it_ends_as_other_commands_do_where_nobody_reads(shell: Shell, tone: Path) -> None:
    shown = subprocess.Popen(
        [*STFTCLI, "show", tone], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=shell.folder
    )
    assert shown.stdout is not None
    assert shown.stderr is not None
    shown.stdout.close()
    assert shown.stderr.read() == b""
    assert shown.wait(20) == 141


def test_each_channel_is_drawn_if_all_are_asked_for(shell: Shell) -> None:
    soundfile.write(shell.folder / "in.wav", np.zeros((RATE_HZ, 2)), RATE_HZ)
    lines = lines_of(shell, "in.wav", "--channel", "all", "--height", "9")
    assert len(lines) == 18
    assert [lines[8].split()[1], lines[17].split()[1]] == ["Left", "Right"]


def test_features_and_scales(shell: Shell, tone: Path) -> None:
    mel = lines_of(shell, tone, "--mel", "40", "--height", "20")
    assert "Frequency (Hz)" in mel[-1]
    assert any(line.startswith("   1k┤") for line in mel)
    chroma = lines_of(shell, tone, "--chroma", "12", "--height", "40")
    assert {"C", "F#", "B"} <= {line[:5].strip() for line in chroma}
    log = lines_of(shell, tone, "--scale", "log", "--height", "30")
    assert {"100", "1k"} <= {line[:5].strip() for line in log}


def test_a_pipe_gives_the_same_lines(shell: Shell, tone: Path) -> None:
    by_file = lines_of(shell, tone)
    by_pipe = shell.ok("show", stdin=tone.read_bytes()).out.decode().splitlines()
    assert by_file[:-1] == by_pipe[:-1]


def test_nothing_can_be_followed_without_a_terminal(shell: Shell, tone: Path) -> None:
    done = shell.run("show", "--follow", tone)
    assert done.code == 2
    assert "--follow needs a terminal" in done.err


class Following:
    """`show --follow` in a terminal of its own, fed by a pipe."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.out, inner = pty.openpty()
        environment = {**os.environ, **COLOUR, "COLUMNS": "60", "LINES": "20"}
        self.process = subprocess.Popen(
            [*STFTCLI, "show", "--follow", *words],
            stdin=subprocess.PIPE,
            stdout=inner,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=environment,
        )
        os.close(inner)
        self.seen = b""

    def feed(self, content: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(content)
        self.process.stdin.flush()

    def read(self, seconds: float) -> bytes:
        """Read what is drawn within a time, or until it ends."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.out in select.select([self.out], [], [], left)[0]:
                try:
                    self.seen += os.read(self.out, 1 << 16)
                except OSError:  # the other end is closed
                    break
        return self.seen

    def read_until(self, text: bytes) -> None:
        for _ in range(200):
            if text in self.read(0.1):
                return
        raise AssertionError(f"{text!r} was never drawn: {self.seen[-500:]!r}")


@pytest.fixture
def noise_16() -> bytes:
    """A second of it."""
    generator = np.random.default_rng(0)
    return (3000 * generator.standard_normal(RATE_HZ)).astype(np.int16).tobytes()


def test_a_live_pipe_is_drawn_before_it_ends(shell: Shell, noise_16: bytes) -> None:
    live = Following(shell.folder)
    live.feed(HEADER)
    live.feed(noise_16[: RATE_HZ // 2])
    live.read_until(b"dBFS")
    live.feed(noise_16)
    assert live.process.stdin is not None
    live.process.stdin.close()
    live.read(20)
    assert live.process.wait(10) == 0
    assert live.seen.rstrip().endswith(b"\x1b[?25h")  # the cursor is there again
    # A second and a quarter are 25 columns, and the frame around the end begins another.
    last = re.sub(rb"\x1b\[[0-9;]*m", b"", live.seen).decode().rpartition("└")[0]
    assert last.splitlines()[-2].count("▀") == 26


def test_ctrl_c_ends_it_cleanly(shell: Shell, noise_16: bytes) -> None:
    live = Following(shell.folder)
    live.feed(HEADER)
    live.feed(noise_16)
    live.read_until(b"dBFS")
    live.process.send_signal(signal.SIGINT)  # while it waits for the pipe
    live.read(20)  # to its end: a full terminal keeps the process from ending
    assert live.process.wait(10) == 130
    assert live.seen.rstrip().endswith(b"\x1b[?25h")
    assert live.process.stderr is not None
    assert live.process.stderr.read() == b"\n"  # Click ends the line of ^C


def test_a_fault_ends_it_while_the_pipe_is_silent(shell: Shell, noise_16: bytes) -> None:
    live = Following(shell.folder, "--colormap", "nonsense")
    live.feed(HEADER)
    live.feed(noise_16)
    assert live.process.wait(10) == 2
    assert live.process.stderr is not None
    assert b"no colour map 'nonsense'" in live.process.stderr.read()


def test_what_needs_later_frames_cannot_be_followed(shell: Shell) -> None:
    live = Following(shell.folder, "--normalize", "mean")
    live.feed(HEADER)
    assert live.process.wait(20) == 2
    assert live.process.stderr is not None
    assert b"--follow draws each frame as it comes" in live.process.stderr.read()


def test_what_is_not_there_is_told_before_anything_is_drawn(shell: Shell) -> None:
    live = Following(shell.folder, "--fmax", "5000")
    live.feed(HEADER)  # and nothing that a picture could be made of
    assert live.process.wait(20) == 2
    assert live.process.stderr is not None
    assert b"--fmax is 5000 Hz" in live.process.stderr.read()
    assert live.read(0.1).count("▀".encode()) == 0


def test_times_go_on_where_the_screen_has_more_columns_than_are_kept(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_MAX_COLUMNS", 5)
    soundfile.write(shell.folder / "in.wav", np.zeros(RATE_HZ), RATE_HZ)
    shown: list[tuple[float, float]] = []
    monkeypatch.setattr(follow, "render", lambda _, times, *__: shown.append(times.shown_s))
    path = str(shell.folder / "in.wav")
    screen = Screen(16, 2, coloured=False)
    list(follow.follow_sound(path, FeatureSettings(), ViewSettings(), lambda: screen))
    # Of 21 columns of 50 ms, the last five.
    assert shown[-1] == pytest.approx((0.8, 0.8 + 16 * 0.05), abs=1e-9)
