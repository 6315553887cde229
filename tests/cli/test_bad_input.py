"""Whatever is wrong: an exit code, one line that says what it is, and nothing left behind."""

import io
import os
import struct
import tempfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile

from stftcli.files.tensors import write_tensors
from tests.audio.wav import chunk, wav_bytes
from tests.cli.inside import run_inside
from tests.cli.shell import Done, Shell
from tests.oracles.conftest import oracle

TONE = (8000 * np.sin(np.arange(4000) / 3)).astype(np.int16)
GOOD = wav_bytes(TONE.tobytes())


def written(container: str, subtype: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, TONE, 8000, format=container, subtype=subtype)
    return file.getvalue()


def float_wav(sample: int, value: float) -> bytes:
    """Give a sound of 32-bit floats, one of which is this."""
    samples = TONE.astype(np.float32) / 32768
    samples[sample] = value
    file = io.BytesIO()
    soundfile.write(file, samples, 8000, format="WAV", subtype="FLOAT")
    return file.getvalue()


def assert_explained(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.err
    assert done.out == b""
    assert len(done.err.splitlines()) <= 2
    for word in words:
        assert word in done.err
    assert done.err.startswith("stftcli: ")
    assert "Traceback" not in done.err
    assert "a fault of stftcli" not in done.err


@pytest.fixture
def folder(shell: Shell) -> Path:
    """The folder of the outputs."""
    (shell.folder / "out").mkdir()
    return shell.folder / "out"


class Sound(NamedTuple):
    """What is in the input, and what is to be said of it."""

    content: bytes
    words: str


FLAC = written("FLAC", "PCM_16")

BAD_SOUNDS = {
    "text": Sound(
        b"Once upon a time there was no sound.\n", "is not a supported sound file|ffmpeg -i"
    ),
    "empty": Sound(b"", "is empty"),
    "one byte": Sound(b"R", "is not a supported sound file"),
    "only zeros": Sound(bytes(5000), "is not a supported sound file"),
    "header cut": Sound(GOOD[:30], "cannot be read as sound"),
    "no samples": Sound(wav_bytes(b""), "holds no samples"),
    "FLAC without a whole frame": Sound(FLAC[: len(FLAC) // 2], "holds no samples"),
    "NaN": Sound(float_wav(1234, np.nan), "NaN or infinite|at sample 1234|0.154 s"),
    "infinite": Sound(float_wav(2345, -np.inf), "NaN or infinite|at sample 2345|0.293 s"),
    "no channels": Sound(wav_bytes(TONE.tobytes(), channels=0), "cannot be read as sound"),
    "no rate": Sound(wav_bytes(TONE.tobytes(), rate_hz=0), "cannot be read as sound"),
    "MP4": Sound(b"\0\0\0\x20ftypisom" + bytes(500), "is MP4|ffmpeg -i FILE -f wav -"),
    "WebM": Sound(b"\x1a\x45\xdf\xa3" + bytes(500), "WebM|ffmpeg -i FILE -f wav -"),
    "rare codec": Sound(written("WAV", "G721_32"), "G721|not supported|ffmpeg"),
}


@pytest.mark.parametrize("way", ["file", "pipe"])
@pytest.mark.parametrize("sound", BAD_SOUNDS.values(), ids=BAD_SOUNDS)
def test_bad_sounds(shell: Shell, folder: Path, sound: Sound, way: str) -> None:
    (shell.folder / "in.wav").write_bytes(sound.content)
    name = "in.wav" if way == "file" else "standard input"
    done = shell.run(
        *("features", "in.wav" if way == "file" else "-", "--out", "out/x.npy"),
        stdin=sound.content if way == "pipe" else b"",
    )
    assert_explained(done, 1, name, *sound.words.split("|"))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("command", ["info", "spectrogram"])
def test_other_commands_explain_a_bad_sound_too(shell: Shell, folder: Path, command: str) -> None:
    (folder / "in.wav").write_bytes(BAD_SOUNDS["text"].content)
    assert_explained(shell.run(command, "out/in.wav"), 1, "in.wav", "is not a supported sound file")
    assert list(folder.iterdir()) == [folder / "in.wav"]
    assert shell.names() == ["out"]


class Odd(NamedTuple):
    """A header that lies, the samples that are there, and what may be warned of."""

    content: bytes
    samples: int
    warning: str | None = None


ODD_SOUNDS = {
    "claims 4 GB": Odd(wav_bytes(TONE.tobytes(), claimed_bytes=0xFFFFFFFF), 4000),
    "claims 2 GB": Odd(wav_bytes(TONE.tobytes(), claimed_bytes=0x7FFFFFFF), 4000),
    "recording that was never closed": Odd(wav_bytes(TONE.tobytes(), claimed_bytes=0), 4000),
    "truncated": Odd(GOOD[:-2000], 3000, "ends early: its header promises 0.50 s, 0.38 s are"),
    "cut within a sample": Odd(GOOD[:-2001], 2999, "ends early"),
    "chunks before the data": Odd(
        wav_bytes(TONE.tobytes(), before=chunk(b"LIST", b"INFO" + b"\1\2\3" * 999)), 4000
    ),
    "chunks after the data": Odd(wav_bytes(TONE.tobytes(), after=chunk(b"LIST", b"x" * 999)), 4000),
    "long chunk before the data": Odd(
        wav_bytes(TONE.tobytes(), before=chunk(b"junk", bytes(100_000))), 4000
    ),
}


@pytest.mark.parametrize("way", ["file", "pipe"])
@pytest.mark.parametrize("odd", ODD_SOUNDS.values(), ids=ODD_SOUNDS)
def test_headers_that_lie_are_read_to_the_end(
    shell: Shell, folder: Path, odd: Odd, way: str
) -> None:
    (shell.folder / "in.wav").write_bytes(odd.content)
    done = shell.ok(
        *("features", "in.wav" if way == "file" else "-", "--quiet", "--out", "out/x.npy"),
        *("--n-fft", "1", "--hop-length", "1", "--window", "boxcar", "--no-center"),
        stdin=odd.content if way == "pipe" else b"",
    )
    # Frames of one sample: each magnitude is that of its sample.
    got = np.load(folder / "x.npy")
    np.testing.assert_array_equal(got[:, 0], np.abs(TONE[: odd.samples].astype(np.float32)) / 32768)
    if odd.warning is None:
        assert done.err == ""
    else:
        assert done.err.startswith("stftcli: warning: ")
        assert odd.warning in done.err
        assert len(done.err.splitlines()) == 1


def write_weights(folder: Path) -> None:
    """Write files of weights, good and bad, for sounds of frames of 64."""
    np.save(folder / "good.npy", np.ones((5, 33), np.float32))
    np.save(folder / "wide.npy", np.ones((5, 34), np.float32))
    np.save(folder / "huge.npy", np.full((66, 64), 1e38, np.float32))
    (folder / "epsilon.toml").write_text("[features]\nepsilon = 1e300\n")
    (folder / "lifter.toml").write_text(
        '[features]\nsteps = [{step = "mel", bands = 20}, {step = "dct", lifter = 5e-324}]\n'
    )
    np.save(folder / "nan.npy", np.full((5, 33), np.nan))
    np.save(folder / "flat.npy", np.ones(33))
    np.save(folder / "pickled.npy", np.array([{"weight": 1}]), allow_pickle=True)
    np.save(folder / "kernel.npy", np.ones((66, 63), np.float32))
    write_tensors(folder / "two.npz", {"a.weight": np.eye(33), "b.weight": np.eye(33)})
    (folder / "text.npz").write_text("no zip")
    # 128 bytes that promise eight terabytes.
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000, 1000000), }"
    (folder / "bomb.npy").write_bytes(
        b"\x93NUMPY\1\0" + struct.pack("<H", 118) + header.ljust(117) + b"\n"
    )


class Call(NamedTuple):
    """Arguments after `stftcli`, the exit code, and words of the message."""

    arguments: str
    code: int
    words: str


FEATURES = "features good.wav --n-fft 64 --out out/x.npy"

BAD_CALLS = [
    Call("features missing.wav --out out/x.npy", 1, "missing.wav|No such file"),
    Call("features out --out out/x.npy", 2, "several inputs|give --out-dir"),
    Call("features good.wav good.wav", 2, "several inputs|give --out-dir"),
    Call("show good.wav good.wav", 2, "extra argument|show --help"),
    Call("features good.wav --mel", 2, "--mel|requires an argument|features --help"),
    Call(f"{FEATURES} --channel 3", 1, "good.wav has channels 1 to 2|no channel 3"),
    Call(f"{FEATURES} --channel 0", 2, "--channel is '0'|mix, all, or a channel's number from 1"),
    Call(f"{FEATURES} --channel left", 2, "--channel|'left'"),
    Call(f"{FEATURES} --start 5", 1, "is 0.50 s long|nothing at 5 s|--start"),
    Call(f"{FEATURES} --start -1", 2, "--start is '-1'|as in 90, 1:30 or 500ms"),
    Call(f"{FEATURES} --start noon", 2, "--start|'noon'"),
    Call(f"{FEATURES} --duration 0", 2, "--duration is '0'|a time above 0"),
    Call(f"{FEATURES} --hop-length 0", 2, "--hop-length|'0'|above zero"),
    Call(f"{FEATURES} --n-fft many", 2, "--n-fft|'many'|25ms"),
    Call(f"{FEATURES} --n-fft 0.01ms", 2, "--n-fft is 0|above zero"),
    Call(f"{FEATURES} --win-length 65", 2, "--win-length is 65|64"),
    Call(f"{FEATURES} --window hanning", 2, "no window 'hanning'|hann or hamming"),
    Call(f"{FEATURES} --window kaiser", 2, "kaiser needs its beta"),
    Call(f"{FEATURES} --duration 0.00001", 1, "--duration is 1e-05 s|shorter than one sample"),
    Call(f"{FEATURES} --window gaussian:0", 2, "gaussian needs its std|given: 0"),
    Call("features good.wav --n-fft 2 --symmetric --out out/x.npy", 2, "hann of 2|zero everywhere"),
    Call(f"{FEATURES} --config lifter.toml", 2, "--lifter is 5e-324|0.001 or more"),
    Call(f"{FEATURES} --config epsilon.toml", 2, "epsilon.toml|1e+300"),
    Call(
        f"{FEATURES} --kernel huge.npy --spectrum power", 1, "good.wav gives features that overflow"
    ),
    Call(f"{FEATURES} --window hann:3", 2, "hann takes no parameter|'3'"),
    Call(
        f"{FEATURES} --pad-mode mirror",
        2,
        "--pad-mode|'mirror'|it must be one of reflect, constant, edge, symmetric, wrap",
    ),
    Call(f"{FEATURES} --center --causal", 2, "--center and --causal exclude each other"),
    Call(f"{FEATURES} --no-center --padding same", 2, "--padding same and --no-center exclude"),
    Call(f"{FEATURES} --causal --padding kaldi", 2, "--padding kaldi and --causal exclude"),
    Call(
        f"{FEATURES} --padding full",
        2,
        "--padding|'full'|it must be one of center, none, causal, same, snip, kaldi",
    ),
    Call(f"{FEATURES} --padding kaldi --hop-length 80", 2, "--hop-length is 80|kaldi|frame (64)"),
    Call(f"{FEATURES} --win-align right", 2, "--win-align|'right'|it must be one of center, left"),
    Call(f"{FEATURES} --frame-preemphasis 2", 2, "--frame-preemphasis|'2'|from 0 to 1"),
    Call(f"{FEATURES} --epsilon nan", 2, "--epsilon|'nan'"),
    Call(f"{FEATURES} --epsilon 0.1 --spectrum db", 2, "--epsilon is 0.1|db|magnitude or power"),
    Call(
        f"{FEATURES} --spectrum loud",
        2,
        "--spectrum|'loud'|complex, magnitude, power, psd, mean-square, dbfs, db, log, phase",
    ),
    Call(
        f"{FEATURES} --dtype int8", 2, "--dtype|'int8'|it must be one of float32, float64, float16"
    ),
    Call(
        f"{FEATURES} --layout sideways",
        2,
        "--layout|'sideways'|it must be one of frames-first, bins-first",
    ),
    Call(f"{FEATURES} --threads 0", 2, "--threads|0 is not in the range"),
    Call(f"{FEATURES} --threads two", 2, "--threads|'two'"),
    Call(f"{FEATURES} --spectrum complex --dtype float16", 2, "no complex type of float16"),
    Call(f"{FEATURES} --spectrum complex --linear good.npy", 2, "take real numbers|--spectrum"),
    Call(f"{FEATURES} --linear missing.npz", 1, "missing.npz|No such file"),
    Call(f"{FEATURES} --linear wide.npy", 2, "takes 34 features|33"),
    Call(f"{FEATURES} --linear nan.npy", 1, "nan.npy|NaN"),
    Call(f"{FEATURES} --linear flat.npy", 1, "flat.npy|shape (33,)|(out_features, in_features)"),
    Call(f"{FEATURES} --linear pickled.npy", 1, "pickled.npy|never opened"),
    Call(f"{FEATURES} --linear bomb.npy", 1, "bomb.npy|claims 8000000000000 bytes"),
    Call(f"{FEATURES} --linear text.npz", 1, "text.npz|not a valid .npz file"),
    Call(f"{FEATURES} --linear two.npz", 2, "two.npz|several layers|'a', 'b'"),
    Call(f"{FEATURES} --linear two.npz:c", 2, "two.npz|no layer 'c'|'a', 'b'"),
    Call(f"{FEATURES} --linear weights.txt", 2, "weights.txt|.npz, .npy, .safetensors"),
    Call(f"{FEATURES} --linear-out 0", 2, "--linear-out"),
    Call(f"{FEATURES} --seed 1", 2, "--seed|--linear-out"),
    Call(f"{FEATURES} --save-linear out/w.npz", 2, "--save-linear|--linear-out"),
    Call(f"{FEATURES} --linear-out 3 --save-linear out/w.txt", 2, "w.txt|.npz"),
    Call(f"{FEATURES} --linear-out 3 --save-linear out/w.npy", 2, "w.npy|bias"),
    Call(f"{FEATURES} --linear-out 3 --save-linear no/w.npz", 1, "no/w.npz cannot be written"),
    Call(f"{FEATURES} --kernel kernel.npy", 2, "shape (66, 63)|it must be (66, 64)"),
    Call(f"{FEATURES} --kernel pickled.npy", 1, "pickled.npy|never opened"),
    Call(f"{FEATURES} --kernel two.npz", 1, "two.npz holds no kernel|a.weight"),
    Call("features good.wav --out out/x.txt", 2, "out/x.txt|.npy|--format"),
    Call("features good.wav --out no/x.npy", 1, "no/x.npy cannot be written|No such file"),
    Call("features good.wav --out good.wav/x.npy", 1, "good.wav/x.npy cannot be written"),
    Call("features good.wav --out out --format npy", 1, "out cannot be written|directory"),
    Call("features good.wav --out /dev/full --format npy", 1, "/dev/full|No space left"),
    Call("features good.wav --out /dev/full --format raw", 1, "/dev/full|No space left"),
    Call("features loud.wav --dtype float16 --spectrum power --out out/x.npy", 2, "65504|float32"),
    Call("spectrogram good.wav good.flac --out out/x.png", 2, "--out|2 inputs"),
    Call("spectrogram good.wav ./good.wav", 2, "several inputs|good.wav.png|--out-dir"),
    Call("spectrogram good.wav --out out/x.gif", 2, "out/x.gif|.png, .svg, .pdf"),
    Call("spectrogram good.wav --out no/x.png", 1, "no/x.png cannot be written"),
    Call("spectrogram good.wav --range 0 --out out/x.png", 2, "--range"),
    Call("info good.wav --hop-length -1", 2, "--hop-length"),
    Call(
        "transform good.wav", 2, "no command 'transform': there are corpus, export|stftcli --help"
    ),
    Call("features good.wav --pitch 3", 2, "there is no option --pitch|features --help"),
]


@pytest.mark.parametrize("call", BAD_CALLS, ids=[call.arguments for call in BAD_CALLS])
def test_bad_calls(shell: Shell, folder: Path, call: Call) -> None:
    soundfile.write(shell.folder / "good.wav", np.stack((TONE, TONE), 1), 8000)
    (shell.folder / "good.flac").write_bytes(FLAC)
    soundfile.write(shell.folder / "loud.wav", np.full(8000, 0.9), 8000)
    write_weights(shell.folder)
    before = shell.names()
    done = shell.run(*call.arguments.split())
    assert_explained(done, call.code, *call.words.split("|"))
    assert list(folder.iterdir()) == []
    assert shell.names() == before


@pytest.mark.parametrize("option", ["--linear-out", "--n-fft", "--hop-length", "--start"])
def test_numbers_beyond_all_measure(shell: Shell, folder: Path, option: str) -> None:
    (shell.folder / "good.wav").write_bytes(GOOD)
    number = "9" * (400 if option == "--start" else 20)
    done = shell.run("features", "good.wav", option, number, "--out", "out/x.npy")
    assert_explained(done, done.code)
    assert done.code in (1, 2)
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads and writes everything")
class TestPermissions:
    def test_a_sound_that_may_not_be_read(self, shell: Shell) -> None:
        path = shell.folder / "secret.wav"
        path.write_bytes(GOOD)
        path.chmod(0)
        assert_explained(shell.run("features", path), 1, "secret.wav", "Permission denied")

    def test_a_folder_that_may_not_be_written(self, shell: Shell, folder: Path) -> None:
        (shell.folder / "good.wav").write_bytes(GOOD)
        folder.chmod(0o500)
        done = shell.run("features", "good.wav", "--out", "out/x.npy")
        assert_explained(done, 1, "out/x.npy cannot be written", "Permission denied")
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("words", ["features good.wav --out -", "info good.wav", "--help"])
def test_a_full_disk_behind_standard_output(shell: Shell, words: str) -> None:
    (shell.folder / "good.wav").write_bytes(GOOD)
    with Path("/dev/full").open("wb") as full:
        process = shell.start(*words.split(), stdout=full)
        err = process.communicate()[1].decode()
    done = Done(process.returncode, b"", err)
    assert_explained(done, 1, "standard output", "No space left")


@pytest.mark.parametrize(
    "words",
    [
        # More than waits in memory between two passes.
        "--normalize mean --n-fft 2048 --hop-length 1 --out x.npy",
        "--layout bins-first --out x.raw",
        "--out x.safetensors",
        "--out x.ark",
    ],
)
def test_a_full_folder_of_temporary_files(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    if words.endswith("ark"):
        oracle("kaldiio")
    (shell.folder / "good.wav").write_bytes(GOOD)
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(Path("/dev/full").open, "w+b", 0))
    done = run_inside(shell, "features", "good.wav", "--n-fft", "512", *words.split())
    assert_explained(done, 1, tempfile.gettempdir(), "No space left", "TMPDIR")
    assert shell.names() == ["good.wav"]


def test_two_passes_over_a_short_sound_need_no_temporary_file(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shell.folder / "good.wav").write_bytes(GOOD)
    words = ("features", "good.wav", "--n-fft", "512", "--normalize", "mean", "--out")
    wanted = run_inside(shell, *words, "-").out
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(Path("/dev/full").open, "w+b", 0))
    assert run_inside(shell, *words, "x.npy").code == 0
    assert (shell.folder / "x.npy").read_bytes() == wanted


def test_a_failure_leaves_the_old_result_as_it_was(shell: Shell, folder: Path) -> None:
    (shell.folder / "bad.wav").write_bytes(BAD_SOUNDS["NaN"].content)
    (folder / "x.npy").write_bytes(b"precious")
    assert shell.run("features", "bad.wav", "--out", "out/x.npy").code == 1
    assert (folder / "x.npy").read_bytes() == b"precious"
    assert shell.names("out") == ["x.npy"]


def test_a_part_without_the_bad_samples_can_be_used(shell: Shell) -> None:
    (shell.folder / "bad.wav").write_bytes(BAD_SOUNDS["NaN"].content)
    got = shell.features("bad.wav", "--start", "0.2", "--n-fft", "64")
    assert np.isfinite(got).all()
    assert shell.features("bad.wav", "--duration", "0.1", "--n-fft", "64").size


def test_debug_shows_where_an_error_comes_from(shell: Shell) -> None:
    done = shell.run("--debug", "features", "missing.wav")
    assert done.code == 1
    assert done.err.startswith("Traceback")
    assert "No such file" in done.err
