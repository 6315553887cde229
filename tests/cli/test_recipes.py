"""What recipes make of each frame and of the whole file, against numpy on the plain array."""

import os
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.dsp.filterbanks import chroma_weights, dct_weights, mel_weights
from tests.audio.wav import wav_bytes
from tests.cli.computing import array_of, features_inside, noisy_rise, write_sound
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import STFTCLI, Shell
from tests.cli.test_bad_input import assert_explained
from tests.signals import assert_close, assert_same_bits, brute_force_stft, hann, noise

Reals = NDArray[Any]

RATE_HZ = 8000
FRAMES = ("--n-fft", "256", "--hop-length", "64")
BINS = 129


@pytest.fixture
def stereo(shell: Shell) -> Reals:
    """The samples of in.wav, shape (2, samples): a tone in noise, and noise, with a pause."""
    samples: Reals = np.stack((noisy_rise(RATE_HZ), noise(RATE_HZ, seed=3) / 8))
    samples[:, 3000:4000] *= 1e-3
    write_sound(shell, "in.wav", samples, RATE_HZ)
    return samples


def computed(shell: Shell, *words: str) -> Reals:
    return features_inside(shell, "in.wav", *FRAMES, *words)


def power(samples: Reals) -> Reals:
    """Give |X|² in float64, shape (frames, bins)."""
    return np.asarray(np.abs(brute_force_stft(samples, 256, 64, hann(256))) ** 2)


def decibels(values: Reals) -> Reals:
    return np.asarray(10 * np.log10(np.maximum(values, 1e-10)))


def assert_near(got: Reals, wanted: Reals, limit: float = 1e-3) -> None:
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=0, atol=limit)


MEL = mel_weights(RATE_HZ, 256, 20)
CHROMA = chroma_weights(RATE_HZ, 256, 12)
DCT = dct_weights(13, 40)

FRAME_BY_FRAME: dict[str, Callable[[Reals], Reals]] = {
    "--mel 20": lambda x: x @ MEL.T,
    "--mel 20 --log ln": lambda x: np.log(x @ MEL.T),
    "--mel 20 --log db --ref 0.1": lambda x: decibels(x @ MEL.T) + 10,
    "--mel 20 --log log10 --floor 1e-2": lambda x: np.log10(np.maximum(x @ MEL.T, 1e-2)),
    "--mel 20 --log ln --log-offset 1e-2": lambda x: np.log(x @ MEL.T + 1e-2),
    "--mel 20 --log log1p": lambda x: np.log1p(x @ MEL.T),
    "--mel 20 --spectrum magnitude": lambda x: np.sqrt(x) @ MEL.T,
    "--mel 20 --log db --standardize=-30,5": lambda x: (decibels(x @ MEL.T) + 30) / 5,
    "--chroma 12": lambda x: x @ CHROMA.T,
    "--mfcc 13 --mel 40": lambda x: decibels(x @ mel_weights(RATE_HZ, 256, 40).T) @ DCT.T,
    "--chroma 12 --normalize frame": lambda x: (
        (x @ CHROMA.T) / (x @ CHROMA.T).max(axis=-1, keepdims=True)
    ),
}


class TestFrameByFrame:
    @pytest.mark.parametrize("words", FRAME_BY_FRAME)
    def test_steps(self, shell: Shell, stereo: Reals, words: str) -> None:
        wanted = FRAME_BY_FRAME[words](power(stereo[0]))
        got = computed(shell, *words.split(), "--channel", "1", "--dtype", "float64")
        assert_close(got, wanted, 1e-9)
        single = computed(shell, *words.split(), "--channel", "1")
        assert single.dtype == np.float32
        assert_close(single, wanted, 1e-5)

    @pytest.mark.parametrize("words", FRAME_BY_FRAME)
    @pytest.mark.usefixtures("stereo")
    def test_two_channels(self, shell: Shell, words: str) -> None:
        together = computed(shell, *words.split(), "--channel", "all")
        for channel in (0, 1):
            alone = computed(shell, *words.split(), "--channel", str(channel + 1))
            assert_close(np.ascontiguousarray(together[:, channel]), alone, 1e-6)

    @pytest.mark.usefixtures("stereo")
    def test_mel_takes_power_and_descriptors_take_magnitudes(self, shell: Shell) -> None:
        by_name = computed(shell, "--mel", "20", "--spectrum", "power")
        assert_same_bits(computed(shell, "--mel", "20"), by_name)
        by_name = computed(shell, "--descriptors", "centroid", "--spectrum", "magnitude")
        assert_same_bits(computed(shell, "--descriptors", "centroid"), by_name)

    def test_energy(self, shell: Shell, stereo: Reals) -> None:
        plain = computed(shell, "--mel", "20", "--log", "ln", "--channel", "1", "--no-center")
        words = ("--mel", "20", "--log", "ln", "--channel", "1", "--no-center", "--energy")
        got = computed(shell, *words)
        assert_same_bits(np.ascontiguousarray(got[:, 1:]), plain)
        frames = np.lib.stride_tricks.sliding_window_view(stereo[0].astype(np.float64), 256)[::64]
        assert_near(got[:, 0], np.log((frames**2).sum(axis=1)), 1e-5)
        cepstra = computed(shell, "--mfcc", "13", "--energy", "--channel", "1", "--no-center")
        assert cepstra.shape[1] == 13
        assert_near(cepstra[:, 0], got[:, 0], 1e-6)


def of_deviation(plain: Reals) -> Reals:
    return np.asarray((plain - plain.mean(axis=0)) / plain.std(axis=0))


# On decibels of shape (frames, [channels,] features); the largest is that of all channels.
WHOLE_FILE: dict[str, Callable[[Reals], Reals]] = {
    "--top-db 20": lambda x: np.maximum(x, x.max() - 20),
    "--ref max": lambda x: x - x.max(),
    "--ref max --top-db 20": lambda x: np.maximum(x - x.max(), -20),
    "--normalize mean": lambda x: x - x.mean(axis=0),
    "--normalize meanvar": of_deviation,
    "--normalize peak": lambda x: x / np.abs(x).max(),
    "--top-db 30 --normalize meanvar": lambda x: of_deviation(np.maximum(x, x.max() - 30)),
    "--top-db 30 --standardize 1,2": lambda x: (np.maximum(x, x.max() - 30) - 1) / 2,
    "--stats mean,std,min,max": lambda x: np.concatenate(
        (x.mean(0), x.std(0), x.min(0), x.max(0)), axis=-1
    )[np.newaxis],
    "--normalize mean --stats max": lambda x: (x - x.mean(axis=0)).max(axis=0)[np.newaxis],
}


class TestWholeFile:
    @pytest.mark.parametrize("words", WHOLE_FILE)
    @pytest.mark.parametrize("channel", ["1", "all"])
    @pytest.mark.usefixtures("stereo")
    def test_steps(self, shell: Shell, words: str, channel: str) -> None:
        base = ("--mel", "20", "--log", "db", "--channel", channel)
        plain = computed(shell, *base).astype(np.float64)
        assert plain.ndim == (3 if channel == "all" else 2)
        assert np.ptp(plain) > 40
        assert_near(computed(shell, *base, *words.split()), WHOLE_FILE[words](plain), 1e-4)

    @pytest.mark.parametrize("log", ["ln", "log10"])
    @pytest.mark.usefixtures("stereo")
    def test_limits_are_decibels_whatever_the_logarithm(self, shell: Shell, log: str) -> None:
        plain = computed(shell, "--mel", "20", "--log", log).astype(np.float64)
        below = {"ln": 2.5 * np.log(10), "log10": 2.5}[log]
        got = computed(shell, "--mel", "20", "--log", log, "--top-db", "25")
        assert_near(got, np.maximum(plain, plain.max() - below), 1e-5)

    @pytest.mark.parametrize("order", [1, 2])
    @pytest.mark.parametrize("window", [1, 2, 5])
    @pytest.mark.usefixtures("stereo")
    def test_deltas(self, shell: Shell, order: int, window: int) -> None:
        base = ("--mel", "20", "--log", "ln", "--channel", "all")
        plain = computed(shell, *base).astype(np.float64)
        slope = np.arange(window, -window - 1, -1) / (2 * np.sum(np.arange(window + 1) ** 2))
        blocks, weights = [plain], slope
        for _ in range(order):
            reach = len(weights) // 2
            wide = np.pad(plain, ((reach, reach), (0, 0), (0, 0)), mode="edge")
            slid = [
                np.convolve(column, weights, "valid") for column in wide.reshape(len(wide), -1).T
            ]
            blocks.append(np.stack(slid, axis=1).reshape(plain.shape))
            weights = np.convolve(weights, slope)
        words = ("--deltas", str(order), "--delta-window", str(window))
        assert_near(computed(shell, *base, *words), np.concatenate(blocks, axis=-1), 1e-4)

    @pytest.mark.usefixtures("stereo")
    def test_steps_follow_each_other_in_their_order(self, shell: Shell) -> None:
        plain = computed(shell, "--mel", "20", "--log", "db", "--deltas", "1").astype(np.float64)
        # --normalize stands before --deltas whatever the order of the words.
        words = ("--deltas", "1", "--normalize", "mean", "--mel", "20", "--log", "db")
        got = computed(shell, *words)
        assert_near(got[:, :20], plain[:, :20] - plain[:, :20].mean(axis=0), 1e-4)
        assert_near(got[:, 20:], plain[:, 20:], 1e-4)

    @pytest.mark.parametrize("words", [*WHOLE_FILE, "--deltas 2", "--mfcc 13 --top-db 40"])
    def test_a_pipe_and_threads_change_no_byte(self, shell: Shell, words: str) -> None:
        samples = (8000 * noise(60_000, seed=9)).clip(-32768, 32767).astype(np.int16)
        content = wav_bytes(samples.tobytes())
        (shell.folder / "long.wav").write_bytes(content)
        recipe = ("--n-fft", "64", "--hop-length", "8", "--mel", "13", "--log", "db")
        call = ("features", *recipe, *words.split(), "--out", "-")
        one = ok_inside(shell, *call, "long.wav", "--threads", "1").out
        assert ok_inside(shell, *call, "long.wav", "--threads", "2").out == one
        assert shell.ok(*call, stdin=content).out == one
        assert np.isfinite(array_of(one)).all()

    @pytest.mark.parametrize("words", WHOLE_FILE)
    def test_silence_stays_finite(self, shell: Shell, words: str) -> None:
        write_sound(shell, "in.wav", np.zeros(4000, np.float32), RATE_HZ)
        assert np.isfinite(computed(shell, "--mel", "20", "--log", "db", *words.split())).all()


def peak_megabytes(shell: Shell, minutes: int, *words: str) -> float:
    """Give the memory of a process that is fed so many minutes of noise through a pipe."""
    minute = (3000 * noise(60 * RATE_HZ, seed=1)).clip(-32768, 32767).astype(np.int16).tobytes()
    process = subprocess.Popen(
        [*STFTCLI, "features", *words, "--out", os.devnull, "--format", "raw"],
        stdin=subprocess.PIPE,
        cwd=shell.folder,
    )
    assert process.stdin is not None
    process.stdin.write(wav_bytes(b"", claimed_bytes=0xFFFFFFFF))
    for _ in range(minutes):
        process.stdin.write(minute)
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024


@pytest.mark.parametrize(
    "words",
    [
        "--log db --ref max --top-db 60 --normalize meanvar --deltas 2",
        pytest.param("--log ln --normalize mean --stats all", marks=pytest.mark.long),
    ],
)
def test_memory_does_not_grow_with_the_sound(shell: Shell, words: str) -> None:
    recipe = ("--n-fft", "512", "--hop-length", "400", "--mel", "80", *words.split())
    short, long = (peak_megabytes(shell, minutes, *recipe) for minutes in (10, 40))
    # All of the longer one's features would be 15 MB, and the sound 75 MB as floats.
    assert abs(long - short) < 10


BAD_CALLS = {
    "--mel 10 --fmax 5000": "fmax|5000|4000",
    "--mel 10 --fmin 4500": "fmin|4500|4000",
    "--mel 10 --fmin 3000 --fmax 2000": "fmin|3000|2000",
    "--fmin 3000 --fmax 2000": "--fmin is 3000|--fmax, 2000",
    "--fmax 5000": "--fmax is 5000|4000, half the rate",
    "--fmin 100.1 --fmax 100.2": "no bin|--fmin 100.1|Hz apart",
    "--descriptors all --fmin 100": "contrast|--fmin",
    "--bands quarter": "--bands is 'quarter'|octave, third, decidecade, millidecade",
    "--bands third --mel 10": "--bands|--mel|give one",
    "--bands third --spectrum power": "density|--spectrum psd",
    "--bands third --fmin 3000 --fmax 300": "--fmin is 3000|--fmax, 300",
    "--bands third --fmax 5000": "--fmax is 5000|4000, half the rate",
    "--bands octave --n-fft 2": "no band|octave|as wide as a bin|--n-fft",
    "--weighting B": "--weighting is 'B'|A, C, K",
    "--weighting A --spectrum phase": "weighting|powers or magnitudes|--spectrum phase",
    "--mel 0": "--mel|0",
    "--mel 10 --mfcc 13": "13 coefficients of 10 bands|1 to 10",
    "--mfcc 200": "200 coefficients of 128 bands|1 to 128",
    "--mfcc 0": "--mfcc",
    "--chroma 0": "--chroma",
    "--mel 10 --chroma 12": "--mel|--chroma|give one",
    "--mfcc 13 --chroma 12": "--mfcc|--chroma|give one",
    "--mfcc 13 --descriptors rms": "--mfcc|--descriptors|give one",
    "--mel 10 --log ln --floor 0": "--floor is '0'|above 0",
    "--mel 10 --log ln --floor=-1": "--floor|'-1'",
    "--mel 10 --log ln --floor nan": "--floor|'nan'",
    "--mel 10 --log ln --log-offset 0": "--log-offset is '0'|above 0",
    "--mel 10 --log ln --ref 0": "--ref is '0'|above 0",
    "--mel 10 --log ln --ref loudest": "--ref|'loudest'",
    "--mel 10 --top-db 80": "--top-db|--log db",
    "--mel 10 --log log1p --top-db 80": "--top-db|--log db",
    "--mel 10 --log db --top-db 0": "--top-db is '0'|above 0",
    "--mel 10 --log db --top-db=-3": "--top-db|'-3'",
    "--standardize 3": "--standardize|'3'|-4.27,9.14",
    "--standardize 3,0": "deviation is 0|above 0",
    "--normalize loud": "--normalize|'loud'|it must be one of mean, meanvar, peak, frame, none",
    "--deltas 3": "--deltas|3",
    "--deltas 1 --delta-window 0": "--delta-window|0",
    "--descriptors rms --spectrum power": "descriptors|is power|--spectrum magnitude",
    "--preset librosa-mel --descriptors rms": "descriptors|is power|--spectrum magnitude",
    "--descriptors rms --mel 10": "--descriptors|--mel|give one",
    "--descriptors ": "--descriptors|rms, zcr",
    "--stats ": "--stats|mean, std",
    "--energy --mel 10 --log db --top-db 20": "energy|frame by frame",
    "--spectrum complex --mel 10": "real numbers|--spectrum",
    "--spectrum complex --log db": "real numbers|--spectrum",
    "--spectrum complex --normalize mean": "real numbers|--spectrum",
    "--spectrum complex --normalize meanvar": "real numbers|--spectrum",
    "--spectrum complex --normalize peak": "real numbers|--spectrum",
    "--spectrum complex --normalize frame": "real numbers|--spectrum",
    "--spectrum complex --stats mean": "real numbers|--spectrum",
    "--spectrum db --epsilon 0.1": "epsilon|magnitude or power",
    "--epsilon=-1": "--epsilon|'-1'",
    "--preset librosa-stft --dtype float16": "float16|float32",
    "--preset librosa-mel --dtype float16 --int16-scale": "65504|--dtype float32",
    "--padding kaldi --center": "kaldi|center",
    "--causal --center": "causal|center",
    "--n-fft 100 --win-length 25ms": "--win-length is 200|100",
}


@pytest.mark.parametrize("words", BAD_CALLS)
@pytest.mark.usefixtures("stereo")
def test_calls_that_are_refused(shell: Shell, words: str) -> None:
    done = run_inside(shell, "features", "in.wav", *words.split(" "), "--out", "x.npz", "--sidecar")
    assert_explained(done, 2, *BAD_CALLS[words].split("|"))
    assert shell.names() == ["in.wav"]


@pytest.mark.usefixtures("stereo")
@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("--log log1p", "--ref 2"),
        ("--log log1p", "--floor 1"),
        ("--log log1p", "--log-offset 1"),
        ("--log ln --log-offset 1", "--floor 1e-3"),
    ],
)
def test_no_option_of_a_logarithm_is_passed_over(shell: Shell, words: str, option: str) -> None:
    call = ("features", "in.wav", "--mel", "9", *words.split(), "--out", "-")
    done = run_inside(shell, *call, *option.split())
    if done.code:
        assert_explained(done, 2, option.split(maxsplit=1)[0])
    else:
        assert done.out != ok_inside(shell, *call).out


@pytest.mark.parametrize(
    "words",
    [
        "--log db --standardize 0,1e-38",
        "--log db --normalize mean --standardize 0,1e-38",
        "--linear huge.npy",
        "--deltas 1 --linear huge.npy",
    ],
)
def test_integer_samples_can_overflow_too(shell: Shell, words: str) -> None:
    samples = (8000 * noise(4000)).clip(-32768, 32767).astype(np.int16)
    (shell.folder / "in.wav").write_bytes(wav_bytes(samples.tobytes()))
    inputs = 18 if "deltas" in words else 9
    np.save(shell.folder / "huge.npy", np.full((2, inputs), 3e38, np.float32))
    if "deltas" in words:
        # A linear is put before the deltas, but for one that a configuration has already.
        printed = ok_inside(shell, "features", "--mel", "9", "--deltas", "1", "--print-config").out
        (shell.folder / "mine.toml").write_bytes(printed)
        words = "--config mine.toml --linear huge.npy"
    before = shell.names()
    recipe = ("--n-fft", "256", "--mel", "9")
    done = run_inside(shell, "features", "in.wav", *recipe, *words.split(), "--out", "x.npy")
    assert_explained(done, 1, "in.wav", "overflow")
    assert shell.names() == before


@pytest.mark.usefixtures("stereo")
def test_statistics_stay_the_last_step(shell: Shell) -> None:
    printed = ok_inside(shell, "features", "--mel", "9", "--stats", "mean", "--print-config").out
    (shell.folder / "stats.toml").write_bytes(printed)
    for words, shape in (("--linear-out 3", (1, 3)), ("--deltas 1", (1, 18))):
        got = features_inside(shell, "in.wav", "--config", "stats.toml", *words.split())
        assert got.shape == shape


@pytest.mark.usefixtures("stereo")
def test_bands_without_a_bin_are_named(shell: Shell) -> None:
    done = ok_inside(shell, "features", "in.wav", "--n-fft", "64", "--mel", "60", "--out", "x.npy")
    warning, report = done.err.splitlines()
    got = np.load(shell.folder / "x.npy")
    empty = np.flatnonzero(got.max(axis=0) == 0) + 1
    assert warning.startswith(f"stftcli: warning: {len(empty)} of 60 bands")
    assert f"({', '.join(map(str, empty[:8]))}" in warning
    assert report == f"x.npy: {len(got)} x 60 float32"


def test_a_sound_shorter_than_a_hop_leaves_whisper_without_frames(shell: Shell) -> None:
    write_sound(shell, "tiny.wav", noise(2, 100), 16000)
    whisper = ("tiny.wav", "--preset", "whisper")
    assert features_inside(shell, *whisper).shape == (0, 80)
    assert features_inside(shell, *whisper, "--deltas", "2").shape == (0, 240)
    assert features_inside(shell, *whisper, "--channel", "all").shape == (0, 2, 80)
    done = run_inside(shell, "features", *whisper, "--stats", "mean", "--out", "x.npy")
    assert_explained(done, 1, "tiny.wav gives no frame", "160")


@pytest.mark.parametrize("command", ["info", "spectrogram"])
def test_other_commands_say_what_becomes_of_it(shell: Shell, command: str) -> None:
    write_sound(shell, "tiny.wav", noise(100), 16000)
    done = run_inside(shell, command, "tiny.wav", "--preset", "whisper")
    assert "a fault of stftcli" not in done.err
    if command == "info":
        assert done.code == 0
        assert b"0 x 80" in done.out
    else:
        assert_explained(done, 1, "tiny.wav")
        assert shell.names() == ["tiny.wav"]
