"""`stftcli spectrogram` draws what it is asked to, and the same for the same sound."""

import io
import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from PIL import Image

from tests.audio.wav import wav_bytes
from tests.cli.inside import run_inside
from tests.cli.shell import Shell
from tests.signals import noise

RATE_HZ = 8000


def write(folder: Path, name: str, samples: NDArray[Any]) -> bytes:
    soundfile.write(folder / name, samples, RATE_HZ)
    return (folder / name).read_bytes()


def pixels(content: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(content)) as image:
        return np.asarray(image.convert("RGB"))


def texts(svg: bytes) -> list[str]:
    return [unescape(text) for text in re.findall(r"<text[^>]*>([^<]*)", svg.decode())]


def test_a_png_lies_here_under_the_name_of_the_sound(shell: Shell) -> None:
    (shell.folder / "sounds").mkdir()
    write(shell.folder / "sounds", "take.2.wav", noise(RATE_HZ) / 8)
    done = shell.ok("spectrogram", "sounds/take.2.wav")
    assert shell.names() == ["sounds", "take.2.png"]
    assert (done.out, done.err) == (b"", "take.2.png: 1.00 s, 1334 frames\n")
    assert pixels((shell.folder / "take.2.png").read_bytes()).shape == (675, 1500, 3)


def test_the_same_sound_gives_the_same_bytes_by_file_and_pipe(shell: Shell) -> None:
    content = write(shell.folder, "in.wav", noise(RATE_HZ) / 8)
    words = ("spectrogram", "in.wav", "--quiet", "--out")
    first = shell.ok(*words, "a.png")
    shell.ok(*words, "b.png", "--threads", "1")
    piped = shell.ok("spectrogram", stdin=content)
    a, b = ((shell.folder / name).read_bytes() for name in ("a.png", "b.png"))
    assert first.err == piped.err == ""
    assert a == b
    by_file, by_pipe = pixels(a), pixels(piped.out)
    assert by_file.shape == by_pipe.shape
    differing = np.flatnonzero((by_file != by_pipe).any(axis=(1, 2)))
    assert len(differing) > 0
    assert differing.max() < 60  # the title alone, which says "standard input" for the pipe


def test_a_pipe_that_tells_no_length_gives_the_same_picture(shell: Shell) -> None:
    samples = (3000 * noise(RATE_HZ)).astype(np.int16)
    soundfile.write(shell.folder / "in.wav", samples, RATE_HZ)
    words = ("spectrogram", "--title", "x", "--out", "-")
    unknown = wav_bytes(samples.tobytes(), rate_hz=RATE_HZ, claimed_bytes=0xFFFFFFFF)
    by_file = pixels(shell.ok(*words, "in.wav").out)
    np.testing.assert_array_equal(pixels(shell.ok(*words, stdin=unknown).out), by_file)


def test_two_channels_have_a_panel_each(shell: Shell) -> None:
    write(shell.folder, "in.wav", noise(RATE_HZ, 2) / 8)
    done = shell.ok("spectrogram", "in.wav", "--out", "-", "--format", "svg")
    assert done.out.startswith(b"<?xml")
    written = texts(done.out)
    shared = ("Time (s)", "Frequency (kHz)", "Level (dBFS)", "in.wav", "8 kHz, hann 256, hop 6")
    for text in ("Left", "Right", *shared):
        assert written.count(text) == 1
    # Times stand below the lowest panel, frequencies beside each.
    assert (written.count("0.9"), written.count("3.5")) == (1, 2)


def test_one_chosen_channel_has_no_name(shell: Shell) -> None:
    write(shell.folder, "in.wav", noise(RATE_HZ, 2) / 8)
    words = ("--channel", "2", "--start", "0.25", "--duration", "0.5")
    done = shell.ok("spectrogram", "in.wav", *words, "--out", "part.svg")
    assert done.err == "part.svg: 0.50 s, 1334 frames\n"
    written = texts((shell.folder / "part.svg").read_bytes())
    assert not any("Right" in text for text in written)
    assert written.count("Frequency (kHz)") == 1
    assert {"0.30", "0.70"} <= set(written)
    assert not {"0.20", "0.80"} & set(written)


def test_signs_in_a_name_are_no_markup(shell: Shell) -> None:
    name = "take $x^2$ [red]<b>&.wav"
    write(shell.folder, name, noise(RATE_HZ) / 8)
    done = shell.ok("spectrogram", name, "--out", "-", "--format", "svg")
    assert name in texts(done.out)


def test_a_pdf(shell: Shell) -> None:
    content = write(shell.folder, "in.wav", noise(RATE_HZ) / 8)
    done = shell.ok("spectrogram", "-", "--format", "pdf", stdin=content)
    assert done.out.startswith(b"%PDF-")
    assert done.out.rstrip().endswith(b"%%EOF")
    assert b"CreationDate" not in done.out


def test_several_sounds_and_some_that_are_none(shell: Shell) -> None:
    write(shell.folder, "silence.wav", np.zeros(RATE_HZ))
    write(shell.folder, "single.wav", np.ones(1) / 2)
    (shell.folder / "text.wav").write_text("no sound")
    names = ["silence.wav", "text.wav", "missing.wav", "single.wav"]
    done = shell.run("spectrogram", *names)
    assert done.code == 3
    lines = done.err.splitlines()
    assert lines[0] == "silence.png: 1.00 s, 1334 frames"
    assert lines[1].startswith("stftcli: text.wav is not a supported sound file")
    assert lines[2].startswith("stftcli: missing.wav cannot be read")
    assert lines[3] == "single.png: 0.00 s, 2 frames"
    assert lines[4:] == ["stftcli: 2 of 4 inputs failed"]
    assert shell.names() == [
        *("silence.png", "silence.wav", "single.png", "single.wav", "text.wav")
    ]
    silence = pixels((shell.folder / "silence.png").read_bytes())
    assert len(np.unique(silence[300:310, 300:900])) <= 3  # one colour, and that a dark one
    assert silence[300:310, 300:900].max() < 30


def test_no_sound_at_all_among_several(shell: Shell) -> None:
    for name in ("a.wav", "b.wav"):
        (shell.folder / name).write_text("no sound")
    done = shell.run("spectrogram", "a.wav", "b.wav")
    assert done.code == 1
    assert done.err.splitlines()[-1] == "stftcli: 2 of 2 inputs failed"
    assert shell.names() == ["a.wav", "b.wav"]


def test_a_tone_is_bright_where_it_sounds(shell: Shell) -> None:
    # 3 kHz of 4 kHz: in the upper half of the panel, for the first half of the time.
    tone = np.sin(2 * np.pi * 3000 * np.arange(RATE_HZ) / RATE_HZ)
    tone[RATE_HZ // 2 :] = 0
    write(shell.folder, "in.wav", tone)
    picture = pixels(shell.ok("spectrogram", "in.wav", "--out", "-").out).sum(-1)
    panel = picture[100:580, 150:1280]
    rows, columns = np.nonzero((panel > 600) & (panel < 740))
    assert len(rows) > 0
    assert rows.max() < 480 // 2
    assert 1130 * 0.45 < columns.max() < 1130 * 0.55


@pytest.mark.parametrize("length", [512, 4096, 32768])
def test_a_tone_is_as_bright_as_it_is_loud_however_narrow(shell: Shell, length: int) -> None:
    rate_hz = 96_000
    tone = np.sin(2 * np.pi * 12_000 * np.arange(rate_hz) / rate_hz)
    soundfile.write(shell.folder / "tone.wav", tone, rate_hz, subtype="PCM_24")
    shell.run("spectrogram", "tone.wav", "--n-fft", str(length))
    pixels = np.asarray(Image.open(shell.folder / "tone.png")) / 255
    middle = pixels[:, 600, :3]
    # The brightest colour of the map, which the highest level of the picture has.
    assert np.abs(middle - [0.987, 0.991, 0.75]).sum(axis=1).min() < 0.1


@pytest.mark.usefixtures("mono", "stereo")
def test_what_is_true_of_all_sounds_is_said_once(shell: Shell) -> None:
    words = ("--mel", "20", "--log", "db", "--deltas", "1", "--pool", "500ms")
    done = run_inside(shell, "spectrogram", "mono.wav", "stereo.wav", *words)
    assert done.code == 0
    assert done.err.count("--pool takes the mean of the levels") == 1
