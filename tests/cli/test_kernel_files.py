"""--kernel reads what torchlibrosa and nnAudio keep, and frames are as long as the kernel is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tests.cli import layers
from tests.cli.inside import run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.cli.test_spectrogram import texts
from tests.signals import assert_close, brute_force_stft, hann, noise, padded

Floats = NDArray[Any]

RATE_HZ = 8000
COMPLEX = ("--spectrum", "complex")


@pytest.fixture
def sound(shell: Shell) -> Floats:
    """The samples of in.wav."""
    samples = noise(3000, seed=1) / 8
    soundfile.write(shell.folder / "in.wav", samples, RATE_HZ, subtype="FLOAT")
    return samples


def basis(filter_length: int, learned: float = 0.0) -> NDArray[np.complex128]:
    """Give the windowed DFT, bins by samples, moved at random as if it had been trained."""
    bins = np.arange(filter_length // 2 + 1)[:, None]
    turns = bins * np.arange(filter_length) / filter_length
    moved = noise(2, *turns.shape, seed=filter_length).astype(np.float64)
    return np.asarray(
        np.exp(-2j * np.pi * turns) * hann(filter_length) + learned * (moved[0] + 1j * moved[1])
    )


def spectra_of(samples: Floats, kernel: Floats, hop_length: int) -> NDArray[np.complex128]:
    """Multiply every centred frame with the conjugated basis that the names mean."""
    length = kernel.shape[-1]
    frames = np.lib.stride_tricks.sliding_window_view(padded(samples, length, hop_length), length)
    return np.asarray(frames[::hop_length].astype(np.float64) @ kernel.T)


def torchlibrosa(kernel: Floats) -> layers.Arrays:
    return {"conv_real.weight": kernel.real[:, None], "conv_imag.weight": kernel.imag[:, None]}


def nn_audio(kernel: Floats) -> layers.Arrays:
    # The sine turns the other way round; further buffers stand beside it.
    window = hann(kernel.shape[-1])[None, :, None]
    return {"wcos": kernel.real[:, None], "wsin": -kernel.imag[:, None], "window_mask": window}


def in_float32(arrays: layers.Arrays, prefix: str = "") -> layers.Arrays:
    return {f"{prefix}{name}": array.astype(np.float32) for name, array in arrays.items()}


each_keeper = pytest.mark.parametrize("keep", [torchlibrosa, nn_audio])
Keep = Callable[[Floats], layers.Arrays]


@each_keeper
class TestLearned:
    @pytest.mark.parametrize("ending", [".npz", ".safetensors"])
    @pytest.mark.parametrize("filter_length", [64, 63])
    def test_kernels_give_their_own_spectra(
        self, shell: Shell, sound: Floats, keep: Keep, filter_length: int, ending: str
    ) -> None:
        kernel = basis(filter_length, learned=0.1)
        layers.write(shell.folder / f"k{ending}", **in_float32(keep(kernel)))
        words = (*COMPLEX, "--hop-length", "16", "--kernel", f"k{ending}")
        assert_close(shell.features("in.wav", *words), spectra_of(sound, kernel, 16), 2e-6)

    def test_the_window_is_in_them_already(self, shell: Shell, sound: Floats, keep: Keep) -> None:
        layers.write(shell.folder / "k.npz", **in_float32(keep(basis(64))))
        got = shell.features("in.wav", *COMPLEX, "--kernel", "k.npz")
        assert_close(got, brute_force_stft(sound, 64, 16, hann(64)), 2e-6)

    def test_frames_may_be_shorter_with_zeros_after_them(
        self, shell: Shell, sound: Floats, keep: Keep
    ) -> None:
        kernel = basis(64, learned=0.1)
        layers.write(shell.folder / "k.npz", **in_float32(keep(kernel)))
        words = (*COMPLEX, "--win-length", "40", "--win-align", "left", "--hop-length", "16")
        got = shell.features("in.wav", *words, "--kernel", "k.npz")
        assert_close(got, spectra_of(sound, kernel[:, :40], 16), 2e-6)

    def test_a_model_keeps_them_under_a_prefix(
        self, shell: Shell, sound: Floats, keep: Keep
    ) -> None:
        arrays = {
            **in_float32(keep(basis(64, 0.1)), "frontend.stft."),
            **in_float32(keep(basis(32, 0.1)), "other."),
            "fc.weight": noise(3, 33),
        }
        layers.write(shell.folder / "model.safetensors", **arrays)
        for prefix, length in (("frontend.stft", 64), ("other", 32)):
            words = (*COMPLEX, "--kernel", f"model.safetensors:{prefix}")
            wanted = spectra_of(sound, basis(length, 0.1), length // 4)
            assert_close(shell.features("in.wav", *words), wanted, 2e-6)

    @pytest.mark.usefixtures("sound")
    def test_without_its_prefix_what_is_there_is_listed(self, shell: Shell, keep: Keep) -> None:
        arrays = in_float32(keep(basis(64)), "stft.")
        layers.write(shell.folder / "k.npz", **arrays)
        for name in ("k.npz", "k.npz:sftf"):
            done = run_inside(shell, "features", "in.wav", "--kernel", name, "--out", "x.npy")
            assert_explained(done, 1, "k.npz holds no kernel", *arrays)

    def test_in_float64(self, shell: Shell, sound: Floats, keep: Keep) -> None:
        kernel = basis(64, learned=0.1)
        layers.write(shell.folder / "k.npz", **keep(kernel))
        got = shell.features("in.wav", *COMPLEX, "--dtype", "float64", "--kernel", "k.npz")
        assert_close(got, spectra_of(sound, kernel, 16), 1e-12)

    def test_without_the_axis_of_a_convolution(
        self, shell: Shell, sound: Floats, keep: Keep
    ) -> None:
        kernel = basis(64, learned=0.1)
        flat = {name: np.squeeze(array) for name, array in in_float32(keep(kernel)).items()}
        layers.write(shell.folder / "k.npz", **flat)
        got = shell.features("in.wav", *COMPLEX, "--kernel", "k.npz")
        assert_close(got, spectra_of(sound, kernel, 16), 2e-6)

    @pytest.mark.usefixtures("sound")
    def test_half_of_a_kernel_is_none(self, shell: Shell, keep: Keep) -> None:
        for missing in list(keep(basis(64)))[:2]:
            arrays = in_float32(keep(basis(64)))
            del arrays[missing]
            layers.write(shell.folder / "k.npz", **arrays)
            done = run_inside(shell, "features", "in.wav", "--kernel", "k.npz", "--out", "x.npy")
            assert_explained(done, 1, "k.npz holds no kernel", missing, *arrays)


class TestLength:
    @pytest.fixture(params=["kernel", "weight", "torchlibrosa", "nnAudio"])
    def kernel_file(self, request: pytest.FixtureRequest, shell: Shell, sound: Floats) -> Path:
        """A kernel of frames of 48 samples, in every form."""
        kernel = basis(48)
        matrix = np.concatenate((kernel.real, kernel.imag))
        arrays = {
            "kernel": {"kernel": matrix},
            "weight": {"weight": matrix},
            "torchlibrosa": torchlibrosa(kernel),
            "nnAudio": nn_audio(kernel),
        }[request.param]
        layers.write(shell.folder / "k.npz", **in_float32(arrays))
        assert len(sound)
        return shell.folder / "k.npz"

    @pytest.mark.usefixtures("kernel_file")
    def test_is_that_of_the_kernel(self, shell: Shell, sound: Floats) -> None:
        got = shell.features("in.wav", "--kernel", "k.npz")
        assert got.shape == (1 + len(sound) // 12, 25)
        by_name = shell.features("in.wav", "--kernel", "k.npz", "--n-fft", "48")
        np.testing.assert_array_equal(got, by_name)

    @pytest.mark.usefixtures("kernel_file")
    def test_that_is_asked_for_must_be_the_same(self, shell: Shell) -> None:
        words = ("in.wav", "--kernel", "k.npz", "--n-fft", "64", "--out", "x.npz")
        done = run_inside(shell, "features", *words)
        assert_explained(done, 2, "k.npz", "(50, 48)", "64", "(66, 64)")
        assert shell.names() == ["in.wav", "k.npz"]

    @pytest.mark.usefixtures("kernel_file")
    def test_that_is_asked_for_in_milliseconds_too(self, shell: Shell) -> None:
        by_time = shell.features("in.wav", "--kernel", "k.npz", "--n-fft", "6ms")
        np.testing.assert_array_equal(by_time, shell.features("in.wav", "--kernel", "k.npz"))

    def test_in_a_picture_is_that_of_the_kernel_too(self, shell: Shell, sound: Floats) -> None:
        layers.write(shell.folder / "k.npz", **in_float32(torchlibrosa(basis(48))))
        done = shell.ok("spectrogram", "in.wav", "--kernel", "k.npz", "--out", "k.svg")
        assert done.err == f"k.svg: 0.38 s, {1 + len(sound) // 12} frames\n"
        assert any("48, hop 12" in text for text in texts((shell.folder / "k.svg").read_bytes()))

    def test_and_what_is_done_with_the_spectra_fits_it(self, shell: Shell, sound: Floats) -> None:
        kernel, weight = basis(48, 0.1), noise(3, 25)
        layers.write(shell.folder / "k.npz", **in_float32(torchlibrosa(kernel)))
        layers.write(shell.folder / "w.npy", weight=weight)
        words = ("--kernel", "k.npz", "--spectrum", "power", "--linear", "w.npy")
        wanted = np.abs(spectra_of(sound, kernel, 12)) ** 2 @ weight.T
        assert_close(shell.features("in.wav", *words), wanted, 5e-6)


@pytest.mark.usefixtures("sound")
class TestBad:
    @pytest.mark.parametrize(
        ("arrays", "words"),
        [
            ({"kernel": noise(65, 64)}, "k.npz|(65, 64)|(66, 64)"),
            ({"kernel": noise(66, 64) * np.float32(np.nan)}, "k.npz|NaN or infinite"),
            ({"kernel": noise(66, 64) * 1j}, "k.npz|complex"),
            ({"conv_real.weight": noise(9, 1, 16), "conv_imag.weight": noise(9, 1, 15)}, "k.npz"),
            ({"wcos": noise(32, 1, 64), "wsin": noise(33, 1, 64)}, "k.npz|(65, 64)|(66, 64)"),
        ],
        ids=["rows", "NaN", "complex", "two lengths", "two numbers of bins"],
    )
    def test_kernels(self, shell: Shell, arrays: layers.Arrays, words: str) -> None:
        layers.write(shell.folder / "k.npz", **arrays)
        done = run_inside(shell, "features", "in.wav", "--kernel", "k.npz", "--out", "x.npy")
        assert done.code in (1, 2)
        assert_explained(done, done.code, *words.split("|"))
        assert shell.names() == ["in.wav", "k.npz"]

    @pytest.mark.parametrize("shape", [(66, 2, 64), (64,), (66, 0), (0, 64), ()], ids=str)
    def test_shapes(self, shell: Shell, shape: tuple[int, ...]) -> None:
        layers.write(shell.folder / "k.npz", kernel=np.ones(shape, np.float32))
        done = run_inside(shell, "features", "in.wav", "--kernel", "k.npz", "--out", "x.npy")
        assert done.code in (1, 2)
        assert shell.names() == ["in.wav", "k.npz"]
        assert_explained(done, done.code, "k.npz", str(shape))


class TestWindowBeside:
    def test_is_the_one_of_the_frames(self, shell: Shell, sound: Floats) -> None:
        kernel, window = basis(64, 0.1) / 2, 1 + noise(64, seed=3) ** 2
        matrix = np.concatenate((kernel.real, kernel.imag))
        arrays: layers.Arrays = {"a.kernel": matrix, "a.window": window}
        layers.write(shell.folder / "k.npz", **arrays)
        got = shell.features("in.wav", *COMPLEX, "--kernel", "k.npz:a")
        assert_close(got, spectra_of(sound, kernel * window, 16), 2e-6)

    @pytest.mark.usefixtures("sound")
    def test_must_be_as_long_and_no_other_may_be_asked_for(self, shell: Shell) -> None:
        words = ("features", "in.wav", "--kernel", "k.npz", "--out", "x.npy")
        layers.write(shell.folder / "k.npz", kernel=noise(66, 64), window=noise(50))
        assert_explained(run_inside(shell, *words), 1, "k.npz", "window", "50", "64")
        layers.write(shell.folder / "k.npz", kernel=noise(66, 64), window=noise(64))
        done = run_inside(shell, *words, "--window", "hamming")
        assert_explained(done, 2, "k.npz holds its window")
