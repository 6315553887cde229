"""Filter banks are those of librosa and torchaudio, the cosine transform that of scipy."""

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from stftcli.dsp.filterbanks import (
    band_centers_hz,
    chroma_weights,
    dct_weights,
    empty_bands,
    mel_weights,
)
from stftcli.settings import MelScale
from tests.oracles.conftest import oracle
from tests.signals import assert_close, noise

RANGES_HZ = [(0.0, None), (20.0, 4000.0), (300.0, 3400.0)]
NORMS: list[Any] = ["slaney", None]
BINS = {400: 201, 401: 201, 512: 257, 1024: 513, 2048: 1025}

each_rate = pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 44100])
each_length = pytest.mark.parametrize("filter_length", BINS)
each_size = pytest.mark.parametrize("bands", [23, 40, 80, 128])
each_scale = pytest.mark.parametrize("scale", ["slaney", "htk"])


@pytest.fixture(scope="session")
def scipy_fft() -> Any:
    return oracle("scipy.fft")


@each_rate
@each_length
@each_size
@each_scale
@pytest.mark.filterwarnings("ignore:Empty filters")
def test_mel_equals_librosa(
    rate_hz: int, filter_length: int, bands: int, scale: MelScale, librosa: Any
) -> None:
    htk = scale == "htk"
    for norm, (low, high) in product(NORMS, RANGES_HZ):
        wanted = librosa.filters.mel(
            sr=rate_hz,
            n_fft=filter_length,
            n_mels=bands,
            fmin=low,
            fmax=high,
            htk=htk,
            norm=norm,
            dtype=np.float64,
        )
        got = mel_weights(
            rate_hz, filter_length, bands, scale=scale, fmin_hz=low, fmax_hz=high, norm=norm
        )
        assert_close(got, wanted, 1e-12)
        # What librosa's rounding leaves at the ends of the range counts as nothing.
        empty = wanted.max(axis=1) < 1e-12 * wanted.max()
        assert empty_bands(got).tolist() == np.flatnonzero(empty).tolist()


@each_rate
def test_mel_equals_librosa_as_it_is_called_by_default(rate_hz: int, librosa: Any) -> None:
    wanted = librosa.filters.mel(sr=rate_hz, n_fft=2048)
    assert_close(mel_weights(rate_hz, 2048), wanted)


@each_rate
@each_size
@each_scale
def test_mel_centres_equal_librosa(rate_hz: int, bands: int, scale: MelScale, librosa: Any) -> None:
    wanted = librosa.mel_frequencies(bands + 2, fmin=20, fmax=rate_hz / 2, htk=scale == "htk")
    got = band_centers_hz(rate_hz, bands, scale=scale, fmin_hz=20)
    np.testing.assert_allclose(got, wanted[1:-1], rtol=1e-12)


def torchaudio_mel_of(hz: float, scale: str) -> float:
    if scale == "htk":
        return 2595 * math.log10(1 + hz / 700)
    return hz / (200 / 3) if hz < 1000 else 15 + math.log(hz / 1000) / (math.log(6.4) / 27)


def torchaudio_hz_of(mel: Any, scale: str, torch: Any) -> Any:
    if scale == "htk":
        return 700 * (10 ** (mel / 2595) - 1)
    upper = 1000 * torch.exp(math.log(6.4) / 27 * (mel - 15))
    return torch.where(mel < 15, 200 / 3 * mel, upper)


def torchaudio_mel(
    torch: Any,
    rate_hz: int,
    bins: int,
    bands: int,
    scale: str,
    norm: Any,
    span_hz: tuple[float, float],
    dtype: Any,
) -> Any:
    """Give what torchaudio.functional.melscale_fbanks is documented to give, transposed."""
    bin_hz = torch.linspace(0, rate_hz // 2, bins, dtype=dtype)
    low, high = (torchaudio_mel_of(hz, scale) for hz in span_hz)
    mels = torch.linspace(low, high, bands + 2, dtype=dtype)
    edges_hz = torchaudio_hz_of(mels, scale, torch)[:, None]
    left, center, right = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising, falling = (bin_hz - left) / (center - left), (right - bin_hz) / (right - center)
    bank = torch.minimum(rising, falling).clamp(min=0)
    return (bank if norm is None else bank * 2 / (right - left)).numpy()


@each_rate
@each_length
@each_size
@each_scale
def test_mel_equals_torchaudios_formula(
    rate_hz: int, filter_length: int, bands: int, scale: MelScale, torch: Any
) -> None:
    half_hz = rate_hz // 2
    # In torchaudio's own float32 the edges of narrow bands are off by up to 2e-5 of the peak.
    for dtype, close in ((torch.float64, 1e-12), (torch.float32, 3e-5)):
        for norm, span_hz in product(NORMS, [(0, half_hz), (20, half_hz), (300, 3400)]):
            bins = BINS[filter_length]
            wanted = torchaudio_mel(torch, rate_hz, bins, bands, scale, norm, span_hz, dtype)
            got = mel_weights(
                rate_hz,
                filter_length,
                bands,
                scale=scale,
                fmin_hz=span_hz[0],
                fmax_hz=span_hz[1],
                norm=norm,
                last_bin_hz=half_hz,
            )
            assert_close(got, wanted, close)


@each_rate
@pytest.mark.parametrize("filter_length", [401, 2048])
@pytest.mark.parametrize("bands", [12, 24, 36, 7])
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"tuning": 0.3},
        {"tuning": -0.5, "base_c": False},
        {"ctroct": 4.0, "octwidth": 1.0},
        {"octwidth": None},
        {"norm": None},
        {"norm": 1},
        {"norm": np.inf, "octwidth": None},
    ],
    ids=str,
)
def test_chroma_equals_librosa(
    rate_hz: int, filter_length: int, bands: int, options: dict[str, Any], librosa: Any
) -> None:
    wanted = librosa.filters.chroma(
        sr=rate_hz, n_fft=filter_length, n_chroma=bands, dtype=np.float64, **options
    )
    assert_close(chroma_weights(rate_hz, filter_length, bands, **options), wanted, 1e-11)


def test_chroma_equals_librosa_as_it_is_called_by_default(librosa: Any) -> None:
    assert_close(chroma_weights(22050, 2048), librosa.filters.chroma(sr=22050, n_fft=2048))


@pytest.mark.parametrize(("outputs", "inputs"), [(1, 1), (13, 23), (13, 40), (20, 128), (80, 80)])
def test_dct_equals_scipy(outputs: int, inputs: int, scipy_fft: Any) -> None:
    wanted = scipy_fft.dct(np.eye(inputs), type=2, norm="ortho", axis=0)
    np.testing.assert_allclose(dct_weights(outputs, inputs), wanted[:outputs], rtol=0, atol=1e-13)


@pytest.mark.parametrize("lifter", [0, 12, 22, 26.5])
@pytest.mark.parametrize(("outputs", "inputs"), [(13, 40), (20, 128), (80, 80)])
def test_dct_makes_the_mfcc_of_librosa(
    outputs: int, inputs: int, lifter: float, librosa: Any
) -> None:
    log_mel = 10 * noise(inputs, 50) - 40
    wanted = librosa.feature.mfcc(S=log_mel, n_mfcc=outputs, lifter=lifter)
    assert_close(dct_weights(outputs, inputs, lifter=lifter) @ log_mel, wanted)
