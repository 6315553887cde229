"""The way back is that of torch.istft and of librosa.istft."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import STFT
from tests.signals import assert_close, noise

SIGNAL = noise(12_345)
SIZES = [(400, 160), (512, 128), (1024, 512), (1023, 250), (2048, 512)]
WINDOWS = ["hann", "hamming", "blackman", ("kaiser", 8.0), ("tukey", 0.3)]


def torch_istft(torch: Any, spectra: NDArray[Any], stft: STFT, length: int | None) -> NDArray[Any]:
    back: NDArray[Any] = torch.istft(
        torch.from_numpy(np.ascontiguousarray(spectra.T)),
        stft.plan.filter_length,
        stft.plan.hop_length,
        window=torch.from_numpy(stft.window.copy()),
        length=length,
    ).numpy()
    return back


def librosa_istft(
    librosa: Any, spectra: NDArray[Any], stft: STFT, length: int | None
) -> NDArray[Any]:
    back: NDArray[Any] = librosa.istft(
        spectra.T,
        n_fft=stft.plan.filter_length,
        hop_length=stft.plan.hop_length,
        window=stft.window,
        length=length,
    )
    return back


@pytest.fixture(params=["torch", "librosa"])
def oracle_istft(request: pytest.FixtureRequest) -> Any:
    """A function that goes back as one of the oracles does."""
    oracle = request.getfixturevalue(request.param)
    function = {"torch": torch_istft, "librosa": librosa_istft}[request.param]
    return lambda *arguments: function(oracle, *arguments)


@pytest.mark.parametrize(("filter_length", "hop_length"), SIZES)
@pytest.mark.parametrize("length", [None, 12_345, 11_111])
def test_signals_are_those_of_the_oracle(
    oracle_istft: Any, filter_length: int, hop_length: int, length: int | None
) -> None:
    stft = STFT(filter_length, hop_length)
    spectra = stft(SIGNAL)
    assert_close(stft.inverse(spectra, length), oracle_istft(spectra, stft, length), 1e-5)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_windows_and_precisions(oracle_istft: Any, window: Any, dtype: str) -> None:
    stft = STFT(512, 100, window=window, dtype=dtype)
    spectra = stft(SIGNAL.astype(dtype))
    tolerance = 1e-5 if dtype == "float32" else 1e-12
    wanted = oracle_istft(spectra, stft, len(SIGNAL))
    assert_close(stft.inverse(spectra, len(SIGNAL)), wanted, tolerance)


def test_edited_spectra_too(oracle_istft: Any) -> None:
    # No signal has these: the nearest is the same for all.
    stft = STFT(512, 128)
    spectra = stft(SIGNAL)
    spectra[:, 20:60] = 0
    spectra[::3] *= 1j
    assert_close(stft.inverse(spectra, len(SIGNAL)), oracle_istft(spectra, stft, len(SIGNAL)), 1e-5)
