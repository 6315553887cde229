"""`stftcli features` writes what the Python API computes, whichever way the sound comes in."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save_file

import stftcli
from stftcli import STFT, Linear
from stftcli.dsp.conditioning import Conditioning
from stftcli.dsp.fft import provider_name
from stftcli.features.settings import FeatureSettings
from tests.cli.conftest import RATE_HZ
from tests.cli.shell import Shell
from tests.signals import assert_close, assert_same_bits, hann, noise, padded

Floats = NDArray[np.float32]

SMALL = ("--n-fft", "256", "--hop-length", "64")
BINS = 129


def small_stft(**options: Any) -> STFT:
    return STFT(256, 64, **options)


def test_default_settings_are_those_of_the_stft(shell: Shell, mono: Floats) -> None:
    assert_close(shell.features("mono.wav"), np.abs(STFT()(mono)))


SPECTRA: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {
    "complex": lambda x: x,
    "magnitude": np.abs,
    "power": lambda x: np.abs(x) ** 2,
    "db": lambda x: 20 * np.log10(np.maximum(np.abs(x), 1e-5)),
    "log": lambda x: np.log(np.maximum(np.abs(x), 1e-5)),
}


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_each_spectrum(shell: Shell, mono: Floats, spectrum: str) -> None:
    got = shell.features("mono.wav", *SMALL, "--spectrum", spectrum)
    assert_close(got, SPECTRA[spectrum](small_stft()(mono)))


def test_phase(shell: Shell, mono: Floats) -> None:
    phase = shell.features("mono.wav", *SMALL, "--spectrum", "phase")
    spectra = small_stft()(mono)
    assert phase.dtype == np.float32
    # As points on the unit circle: there pi and -pi are the same.
    assert_close(np.exp(1j * phase), spectra / np.abs(spectra), 1e-5)


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("--no-center", {"center": False}),
        ("--causal", {"padding": "causal"}),
        ("--no-center --causal", {"padding": "causal"}),
        ("--center", {"padding": "center"}),
        ("--padding none", {"center": False}),
        ("--padding causal", {"padding": "causal"}),
        ("--padding same --pad-mode constant", {"padding": "same", "pad_mode": "constant"}),
        ("--padding kaldi", {"padding": "kaldi"}),
        ("--pad-mode constant", {"pad_mode": "constant"}),
        ("--pad-mode wrap", {"pad_mode": "wrap"}),
        ("--win-length 200 --window kaiser:8", {"win_length": 200, "window": ("kaiser", 8.0)}),
        ("--symmetric --window povey", {"periodic": False, "window": "povey"}),
        ("--win-length 200 --win-align left", {"win_length": 200, "win_align": "left"}),
        ("--remove-dc", {"conditioning": Conditioning(remove_dc=True)}),
        ("--frame-preemphasis 0.97", {"conditioning": Conditioning(preemphasis=0.97)}),
    ],
)
def test_frame_options_are_those_of_the_stft(
    shell: Shell, mono: Floats, words: str, options: dict[str, Any]
) -> None:
    got = shell.features("mono.wav", *SMALL, *words.split(), "--spectrum", "complex")
    assert_same_bits(got, small_stft(**options)(mono))


def test_the_last_frame_may_be_dropped(shell: Shell, mono: Floats) -> None:
    kept = shell.features("mono.wav", *SMALL, "--keep-last")
    assert len(kept) == len(mono) // 64 + 1
    assert_same_bits(shell.features("mono.wav", *SMALL, "--drop-last"), kept[:-1])


def test_a_transform_may_be_the_power_of_two_that_holds_the_window(
    shell: Shell, mono: Floats
) -> None:
    words = ("--n-fft", "pow2", "--win-length", "25ms", "--hop-length", "10ms")
    got = shell.features("mono.wav", *words, "--spectrum", "complex")
    assert_same_bits(got, STFT(256, 80, 200)(mono))


def test_lengths_in_milliseconds_follow_the_rate(shell: Shell, mono: Floats) -> None:
    words = ("--n-fft", "25.2ms", "--hop-length", "10ms", "--win-length", "20ms")
    got = shell.features("mono.wav", *words, "--spectrum", "complex")
    assert_same_bits(got, STFT(201, 80, 160)(mono))  # 201.6 samples: the part is dropped


@pytest.mark.parametrize(
    ("spectrum", "dtype", "stored"),
    [
        ("magnitude", "float32", np.float32),
        ("magnitude", "float64", np.float64),
        ("magnitude", "float16", np.float16),
        ("complex", "float32", np.complex64),
        ("complex", "float64", np.complex128),
    ],
)
def test_each_dtype(shell: Shell, mono: Floats, spectrum: str, dtype: str, stored: type) -> None:
    got = shell.features("mono.wav", *SMALL, "--spectrum", spectrum, "--dtype", dtype)
    precision = {"float64": 1e-13, "float32": 1e-6, "float16": 1e-3}[dtype]
    assert got.dtype == stored
    wanted = small_stft(dtype="float64")(mono.astype(np.float64))
    assert_close(got, SPECTRA[spectrum](wanted), precision)


def load(path: Path, shape: tuple[int, ...]) -> NDArray[Any]:
    if path.suffix == ".bin":
        return np.fromfile(path, np.float32).reshape(shape)
    loaded = np.load(path)
    return np.asarray(loaded["features"] if path.suffix == ".npz" else loaded)


@pytest.mark.parametrize("ending", [".npy", ".npz", ".bin"])
@pytest.mark.parametrize("layout", ["frames-first", "bins-first"])
@pytest.mark.parametrize("sound", ["mono", "stereo"])
def test_layouts(
    shell: Shell, mono: Floats, stereo: Floats, ending: str, layout: str, sound: str
) -> None:
    samples = {"mono": mono, "stereo": stereo}[sound]
    wanted = np.abs(small_stft()(samples))  # ([channels,] frames, bins)
    if layout == "bins-first":
        wanted = wanted.swapaxes(-1, -2)
    elif sound == "stereo":
        wanted = wanted.swapaxes(0, 1)
    out = shell.folder / f"out{ending}"
    words = (*SMALL, "--channel", "all", "--layout", layout)
    done = shell.ok("features", f"{sound}.wav", *words, "--out", out)
    assert done.err == f"{out}: {' x '.join(map(str, wanted.shape))} float32\n"
    assert_close(load(out, wanted.shape), wanted)


def test_bins_first_lie_as_their_shape_says(shell: Shell, mono: Floats) -> None:
    assert mono.size
    frames_first = shell.features("mono.wav", *SMALL)
    bins_first = shell.features("mono.wav", *SMALL, "--layout", "bins-first")
    assert bins_first.flags.c_contiguous
    assert_same_bits(bins_first, np.ascontiguousarray(frames_first.T))


def test_npz_says_what_its_axes_are_and_how_it_was_made(shell: Shell, stereo: Floats) -> None:
    words = (*SMALL, "--spectrum", "power", "--channel", "2", "--start", "0.5", "--out", "out.npz")
    shell.ok("features", "stereo.wav", *words)
    with np.load(shell.folder / "out.npz") as archive:
        assert set(archive) == {"features", "times", "freqs", "names", "settings"}
        frames = len(archive["features"])
        np.testing.assert_allclose(archive["times"], 0.5 + np.arange(frames) * 64 / RATE_HZ)
        np.testing.assert_allclose(archive["freqs"], np.fft.rfftfreq(256, 1 / RATE_HZ))
        names = list(archive["names"])
        settings = json.loads(str(archive["settings"]))
    assert frames == (stereo.shape[1] - RATE_HZ // 2) // 64 + 1
    assert names == [f"{hz:g} Hz" for hz in np.fft.rfftfreq(256, 1 / RATE_HZ)]
    told = {"stftcli", "fft", "input", "unit", "settings_version", "features"}
    assert settings.keys() == told
    assert settings["unit"] == ""
    assert (settings["stftcli"], settings["fft"]) == (stftcli.__version__, provider_name())
    content = (shell.folder / "stereo.wav").read_bytes()
    assert settings["input"] == {
        "name": "stereo.wav",
        "rate_hz": RATE_HZ,
        "channels": 2,
        "samples": 8001,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    assert settings["settings_version"] == 3
    read_back = FeatureSettings.from_dict(settings["features"])
    assert read_back.signal.rate_hz == RATE_HZ
    assert read_back.frames.filter_length == 256
    assert read_back.frames.padding == "center"
    assert read_back.features.spectrum == "power"
    assert (read_back.segment.start_s, read_back.segment.channel) == (0.5, 2)


def test_times_of_causal_frames_are_those_of_their_middle(shell: Shell, mono: Floats) -> None:
    shell.ok("features", "mono.wav", *SMALL, "--causal", "--out", "out.npz")
    times = np.load(shell.folder / "out.npz")["times"]
    # The first frame ends with the first hop of samples.
    np.testing.assert_allclose(times[:2], [(64 - 128) / RATE_HZ, (128 - 128) / RATE_HZ])
    assert len(times) == len(mono) // 64


@pytest.mark.parametrize(
    ("part", "first", "last"),
    [
        ("--start 0.5", 4000, None),
        ("--duration 0:00.25", 0, 2000),
        ("--start 0:01 --duration .25", 8000, 10_000),
        ("--start 1 --duration 60", 8000, None),
    ],
)
def test_a_part_of_the_sound_as_one_of_its_own(
    shell: Shell, mono: Floats, part: str, first: int, last: int | None
) -> None:
    words = (*SMALL, *part.split(), "--segment-padding", "own", "--spectrum", "complex")
    words = (*words, "--out", "-")
    file = shell.ok("features", "mono.wav", *words)
    pipe = shell.ok("features", *words, stdin=(shell.folder / "mono.wav").read_bytes())
    assert file.out == pipe.out
    assert file.err == pipe.err == ""
    wanted = small_stft()(mono[first:last])
    assert file.out[128:] == wanted.tobytes()


@pytest.mark.parametrize("channel", ["mix", "all", "1", "2"])
def test_channels(shell: Shell, stereo: Floats, channel: str) -> None:
    words = (*SMALL, "--channel", channel, "--spectrum", "complex")
    got = shell.features("stereo.wav", *words)
    if channel == "all":
        assert_same_bits(got, np.ascontiguousarray(small_stft()(stereo).swapaxes(0, 1)))
    elif channel == "mix":
        assert_close(got, small_stft()(stereo.mean(0)))
    else:
        assert_same_bits(got, small_stft()(stereo[int(channel) - 1]))


@pytest.mark.usefixtures("mono")
def test_a_single_channel_has_no_axis(shell: Shell) -> None:
    assert shell.features("mono.wav", *SMALL, "--channel", "all").ndim == 2


class TestLinear:
    weight, bias = noise(5, BINS, seed=3), noise(5, seed=4)

    def wanted(self, samples: Floats) -> Floats:
        return Linear.from_weights(self.weight, self.bias)(np.abs(small_stft()(samples)))

    def test_weights_of_a_file(self, shell: Shell, mono: Floats) -> None:
        np.savez(shell.folder / "layer.npz", weight=self.weight, bias=self.bias)
        got = shell.features("mono.wav", *SMALL, "--linear", "layer.npz")
        assert_close(got, self.wanted(mono))

    def test_one_layer_of_several(self, shell: Shell, mono: Floats) -> None:
        layers = {
            "first.weight": noise(3, BINS, seed=9),
            "last.proj.weight": self.weight,
            "last.proj.bias": self.bias,
        }
        save_file(layers, shell.folder / "model.safetensors")
        got = shell.features("mono.wav", *SMALL, "--linear", "model.safetensors:last.proj")
        assert_close(got, self.wanted(mono))

    def test_a_matrix_alone_has_no_bias(self, shell: Shell, mono: Floats) -> None:
        np.save(shell.folder / "matrix.npy", self.weight)
        got = shell.features("mono.wav", *SMALL, "--linear", "matrix.npy")
        assert_close(got, self.wanted(mono) - self.bias)

    def test_several_channels_go_through_the_same_layer(self, shell: Shell, stereo: Floats) -> None:
        np.savez(shell.folder / "layer.npz", weight=self.weight, bias=self.bias)
        words = (*SMALL, "--channel", "all", "--linear", "layer.npz")
        got = shell.features("stereo.wav", *words)
        assert_close(got, self.wanted(stereo).swapaxes(0, 1))

    def test_bins_of_a_projection_have_no_frequencies(self, shell: Shell, mono: Floats) -> None:
        shell.ok("features", "mono.wav", "--linear-out", "3", "--out", "out.npz")
        with np.load(shell.folder / "out.npz") as archive:
            assert set(archive) == {"features", "times", "names", "settings"}
            assert list(archive["names"]) == ["linear_1", "linear_2", "linear_3"]
            assert archive["features"].shape == (len(mono) // 512 + 1, 3)

    def test_drawn_weights_come_again_by_seed_and_by_file(self, shell: Shell, mono: Floats) -> None:
        words = ("features", "mono.wav", *SMALL, "--out", "-")
        drawn = ("--linear-out", "7", "--seed", "5")
        first = shell.ok(*words, *drawn, "--save-linear", "drawn.npz").out
        assert shell.ok(*words, *drawn).out == first
        assert shell.ok(*words, "--linear", "drawn.npz").out == first
        assert shell.ok(*words, "--linear-out", "7", "--seed", "6").out != first
        wanted = Linear(BINS, 7, seed=5)(np.abs(small_stft()(mono)))
        assert first[128:] == wanted.tobytes()


class TestKernel:
    def test_the_dft_gives_the_numbers_of_the_fft(self, shell: Shell, mono: Floats) -> None:
        np.save(shell.folder / "dft.npy", small_stft(freeze_parameters=False).kernel)
        words = (*SMALL, "--spectrum", "complex", "--kernel", "dft.npy")
        assert_close(shell.features("mono.wav", *words), small_stft()(mono), 2e-6)

    def test_another_kernel_is_multiplied_with_the_frames(self, shell: Shell, mono: Floats) -> None:
        kernel = noise(2 * 9, 16, seed=6)
        layers = {"other": np.eye(2, dtype=np.float32), "a.kernel": kernel}
        save_file(layers, shell.folder / "learned.safetensors")
        words = ("--n-fft", "16", "--hop-length", "5", "--spectrum", "complex")
        got = shell.features("mono.wav", *words, "--kernel", "learned.safetensors:a.kernel")
        frames = np.lib.stride_tricks.sliding_window_view(padded(mono, 16, 5), 16)[::5] * hann(16)
        products = frames @ kernel.T
        assert_close(got, products[:, :9] + 1j * products[:, 9:])


def test_the_output_is_named_after_the_input_and_lies_here(shell: Shell, mono: Floats) -> None:
    (shell.folder / "sounds").mkdir()
    (shell.folder / "mono.wav").rename(shell.folder / "sounds" / "take.2.wav")
    done = shell.ok("features", "sounds/take.2.wav", "--format", "npz")
    assert shell.names() == ["sounds", "take.2.npz"]
    assert shell.names("sounds") == ["take.2.wav"]
    assert done.err == f"take.2.npz: {len(mono) // 512 + 1} x 1025 float32\n"


def test_quiet_says_nothing(shell: Shell, mono: Floats) -> None:
    done = shell.ok("features", "mono.wav", "--quiet")
    assert (done.out, done.err) == (b"", "")
    assert np.load(shell.folder / "mono.npy").shape == (len(mono) // 512 + 1, 1025)


def test_an_old_result_is_replaced_and_keeps_its_mode(shell: Shell, mono: Floats) -> None:
    out = shell.folder / "out.npy"
    out.write_bytes(b"old")
    out.chmod(0o640)
    shell.ok("features", "mono.wav", "--out", out)
    assert len(np.load(out)) == len(mono) // 512 + 1
    assert out.stat().st_mode & 0o777 == 0o640


@pytest.mark.usefixtures("mono", "stereo")
class TestEveryWayIsTheSameToTheLastByte:
    # Many batches, so that threads could mix them up.
    words = ("--n-fft", "64", "--hop-length", "4", "--linear-out", "9", "--seed", "1")

    def test_file_and_pipe(self, shell: Shell) -> None:
        content = (shell.folder / "mono.wav").read_bytes()
        wanted = shell.ok("features", "mono.wav", *self.words, "--out", "-").out
        assert shell.ok("features", *self.words, stdin=content).out == wanted
        assert shell.ok("features", "-", *self.words, stdin=content).out == wanted
        shell.ok("features", *self.words, "--out", "out.npy", stdin=content)
        assert (shell.folder / "out.npy").read_bytes() == wanted

    @pytest.mark.parametrize("layout", ["frames-first", "bins-first"])
    def test_one_thread_and_several(self, shell: Shell, layout: str) -> None:
        words = ("stereo.wav", *self.words, "--channel", "all", "--layout", layout, "--out", "-")
        one = shell.ok("features", *words, "--threads", "1").out
        assert shell.ok("features", *words, "--threads", "2").out == one
        assert shell.ok("features", *words, STFTCLI_THREADS="3").out == one

    def test_threads_are_heard_of_in_the_environment(self, shell: Shell) -> None:
        done = shell.run("features", "mono.wav", STFTCLI_THREADS="0")
        assert done.code == 2
        assert "STFTCLI_THREADS" in done.err
