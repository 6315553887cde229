"""The transform is that of torch and of librosa."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import STFT
from tests.signals import assert_close, noise

SIGNAL = noise(12_345)
FILTER_LENGTHS = [400, 512, 1024, 2048, 4096, 1023]
HOP_LENGTHS = [160, 511, 5000]
WINDOWS = ["hann", "hamming", "blackman", "bartlett", ("kaiser", 8.0), ("tukey", 0.3)]
PAD_MODES = {"reflect": "reflect", "constant": "constant", "edge": "replicate"}  # torch's words


@pytest.fixture(params=["torch", "librosa"])
def oracle_stft(request: pytest.FixtureRequest) -> Any:
    """A function that transforms as one of the oracles does."""
    # By name, so that only the oracle in question must be there.
    oracle = request.getfixturevalue(request.param)
    return {"torch": torch_stft, "librosa": librosa_stft}[request.param](
        oracle, request.getfixturevalue("scipy_signal")
    )


def torch_stft(torch: Any, scipy_signal: Any) -> Any:
    def transform(
        waveform: NDArray[Any],
        n_fft: int,
        hop_length: int,
        win_length: int | None = None,
        window: Any = "hann",
        center: bool = True,
        pad_mode: str = "reflect",
    ) -> NDArray[Any]:
        values = scipy_signal.get_window(window, win_length or n_fft).astype(waveform.dtype)
        spectra = torch.stft(
            torch.from_numpy(waveform),
            n_fft,
            hop_length,
            win_length,
            torch.from_numpy(values),
            center,
            PAD_MODES[pad_mode],
            return_complex=True,
        )
        return np.asarray(spectra.numpy().swapaxes(-1, -2))

    return transform


def librosa_stft(librosa: Any, _: Any) -> Any:
    def transform(
        waveform: NDArray[Any],
        n_fft: int,
        hop_length: int,
        pad_mode: str = "reflect",
        **more: Any,
    ) -> NDArray[Any]:
        spectra = librosa.stft(
            waveform, n_fft=n_fft, hop_length=hop_length, pad_mode=pad_mode, **more
        )
        return np.asarray(spectra.swapaxes(-1, -2))

    return transform


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("hop_length", HOP_LENGTHS)
@pytest.mark.parametrize("filter_length", FILTER_LENGTHS)
def test_lengths(filter_length: int, hop_length: int, center: bool, oracle_stft: Any) -> None:
    wanted = oracle_stft(SIGNAL, filter_length, hop_length, center=center)
    assert_close(STFT(filter_length, hop_length, center=center)(SIGNAL), wanted)


@pytest.mark.parametrize("win_length", [None, 400, 333])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("filter_length", [512, 1023])
def test_windows(filter_length: int, window: Any, win_length: int | None, oracle_stft: Any) -> None:
    wanted = oracle_stft(SIGNAL, filter_length, 160, win_length=win_length, window=window)
    assert_close(STFT(filter_length, 160, win_length, window)(SIGNAL), wanted)


@pytest.mark.parametrize("samples", [1024, 1025, 12_345])
@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("filter_length", [1024, 1023])
def test_edges(filter_length: int, pad_mode: Any, samples: int, oracle_stft: Any) -> None:
    wanted = oracle_stft(SIGNAL[:samples], filter_length, 300, pad_mode=pad_mode)
    assert_close(STFT(filter_length, 300, pad_mode=pad_mode)(SIGNAL[:samples]), wanted)


@pytest.mark.parametrize("center", [True, False])
def test_in_double_precision(center: bool, oracle_stft: Any) -> None:
    double = SIGNAL.astype(np.float64)
    wanted = oracle_stft(double, 400, 160, center=center)
    assert_close(STFT(400, 160, center=center, dtype="float64")(double), wanted, 1e-13)


def test_several_signals_at_once(oracle_stft: Any) -> None:
    signals = noise(3, 5000)
    assert_close(STFT(512, 128)(signals), oracle_stft(signals, 512, 128))


@pytest.mark.parametrize("hop_length", [64, 100])
def test_causal_frames_are_those_of_a_delayed_signal(hop_length: int, oracle_stft: Any) -> None:
    delayed = np.pad(SIGNAL, (512 - hop_length, 0))
    wanted = oracle_stft(delayed, 512, hop_length, center=False)
    assert_close(STFT(512, hop_length, padding="causal")(SIGNAL), wanted)


@pytest.mark.parametrize("hop_length", [128, 100, 99])
def test_same_frames_are_those_of_hifigan(hop_length: int, oracle_stft: Any) -> None:
    side = (512 - hop_length) // 2
    wanted = oracle_stft(np.pad(SIGNAL, side, "reflect"), 512, hop_length, center=False)
    assert_close(STFT(512, hop_length, padding="same")(SIGNAL), wanted)


@pytest.mark.parametrize("win_length", [400, 333, 512])
def test_a_window_at_the_beginning_is_one_of_so_many_values_and_zeros(
    win_length: int, torch: Any
) -> None:
    window = torch.zeros(512)
    window[:win_length] = torch.hann_window(win_length, periodic=False)
    wanted = torch.stft(
        torch.from_numpy(SIGNAL), 512, 160, window=window, center=False, return_complex=True
    )
    stft = STFT(512, 160, win_length, periodic=False, padding="none", win_align="left")
    # torch needs all 512 samples of a frame, of which the last ones are multiplied by zero.
    assert_close(stft(SIGNAL)[: wanted.shape[1]], wanted.numpy().T)


def test_the_kernel_does_what_the_oracles_do(oracle_stft: Any) -> None:
    wanted = oracle_stft(SIGNAL, 1024, 256)
    assert_close(STFT(1024, 256, freeze_parameters=False)(SIGNAL), wanted)
