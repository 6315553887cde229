"""The way back is that of torch.istft and of librosa.istft."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stftcli import STFT, Extractor, Linear, mel_weights
from stftcli.dsp.griffin_lim import GriffinLim
from stftcli.dsp.nonnegative import NonNegative
from tests.signals import assert_close, noise

SAMPLES = Path(__file__).parents[2] / "sample_audio"

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


def convergence(stft: STFT, signal: NDArray[Any], magnitudes: NDArray[Any]) -> float:
    missed = np.linalg.norm(np.abs(stft(signal)) - magnitudes)
    return float(missed / np.linalg.norm(magnitudes))


@pytest.mark.parametrize(
    ("name", "filter_length", "hop_length"),
    [
        ("speech.wav", 1024, 256),
        ("speech.wav", 2048, 512),
        ("music.flac", 2048, 512),
        ("birds.wav", 2048, 512),
    ],
)
def test_griffin_lim_converges_as_librosas(
    librosa: Any, name: str, filter_length: int, hop_length: int
) -> None:
    samples, _ = soundfile.read(SAMPLES / name, dtype="float32", always_2d=True)
    signal = samples.mean(axis=1)[:66_000]
    stft = STFT(filter_length, hop_length)
    magnitudes = np.abs(stft(signal))
    ours, theirs = [], []
    for seed in range(8):
        solver = GriffinLim(stft, 32, seed)
        for _ in solver.stream(iter([magnitudes]), len(signal)):
            pass
        ours.append(solver.convergence)
        signal_of_librosa = librosa.griffinlim(
            magnitudes.T,
            n_iter=32,
            hop_length=hop_length,
            length=len(signal),
            pad_mode="reflect",
            random_state=seed,
        )
        theirs.append(convergence(stft, signal_of_librosa, magnitudes))
    # One seed or another makes a difference of 10 %, and one processor or another draws others:
    # compared are means, as well as so many seeds can tell them.
    doubt = np.hypot(np.std(ours), np.std(theirs)) / np.sqrt(len(ours))
    assert np.mean(ours) <= 1.05 * np.mean(theirs) + 2 * doubt


@pytest.mark.parametrize(
    ("filter_length", "bands", "most"), [(400, 80, (2e-4, 0.1)), (1024, 80, (0.01, 0.35))]
)
def test_mel_bands_are_undone_better_than_by_librosa_and_scipy(
    librosa: Any, filter_length: int, bands: int, most: tuple[float, float]
) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    samples, rate_hz = soundfile.read(SAMPLES / "speech.wav", dtype="float32")
    power = np.abs(STFT(filter_length, filter_length // 4)(samples[20_000:30_000])) ** 2
    weights = mel_weights(rate_hz, filter_length, bands).astype(np.float32)
    mel = power @ weights.T

    def missed(found: NDArray[Any]) -> tuple[float, float]:
        magnitudes = np.sqrt(power)
        return (
            float(np.linalg.norm(found @ weights.T - mel) / np.linalg.norm(mel)),
            float(np.linalg.norm(np.sqrt(found) - magnitudes) / np.linalg.norm(magnitudes)),
        )

    ours = missed(NonNegative(Linear.from_weights(weights))(mel))
    librosas = missed(librosa.util.nnls(weights, mel.T).T)
    scipys = missed(np.array([optimize.nnls(weights, row)[0] for row in mel.astype(float)]))
    # librosa's search ends far off on some processors: nothing is said of it beside scipy's.
    assert ours[0] < librosas[0]
    assert ours[1] < min(librosas[1], scipys[1])
    assert ours[0] < most[0]
    assert ours[1] < most[1]


@pytest.mark.parametrize(("coefficients", "lifter"), [(20, 0), (40, 0), (13, 22)])
def test_mfcc_become_the_mel_bands_of_librosa(librosa: Any, coefficients: int, lifter: int) -> None:
    extractor = Extractor(n_fft=512, hop_length=128, mel=40, mfcc=coefficients, lifter=lifter)
    mfcc = extractor(SIGNAL, 16_000)
    for stage in reversed(extractor.chain(16_000).stages[1:]):
        mfcc = stage.step.undo(stage)(mfcc)
    wanted = librosa.feature.inverse.mfcc_to_mel(
        extractor(SIGNAL, 16_000).T, n_mels=40, ref=1.0, lifter=lifter
    )
    np.testing.assert_allclose(mfcc, wanted.T, rtol=1e-3)


def test_mel_bands_become_a_sound_at_least_as_near_as_librosas(librosa: Any) -> None:
    speech, rate_hz = soundfile.read(SAMPLES / "speech.wav", dtype="float32")
    extractor = Extractor(n_fft=1024, hop_length=256, mel=80)
    features = extractor(speech, rate_hz)
    ours = extractor.inverse(features, rate_hz, length=len(speech), griffin_lim=32)
    theirs = librosa.feature.inverse.mel_to_audio(
        features.T, sr=rate_hz, n_fft=1024, hop_length=256, length=len(speech), pad_mode="reflect"
    )

    def missed(signal: NDArray[Any]) -> float:
        again = np.log10(np.maximum(extractor(signal, rate_hz), 1e-6))
        return float(np.abs(again - np.log10(np.maximum(features, 1e-6))).mean())

    assert missed(ours) <= 1.02 * missed(theirs)
