"""Filter banks are those of librosa, torchaudio and Kaldi, the cosine transform that of scipy."""

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
from stftcli.dsp.torchaudio_bank import torchaudio_mel_weights
from stftcli.settings.choices import MelScale
from tests.oracles.conftest import oracle
from tests.signals import assert_close, noise

RANGES_HZ = [(0.0, None), (20.0, 4000.0), (300.0, 3400.0)]
NORMS: list[Any] = ["slaney", None]
BINS = {400: 201, 401: 201, 512: 257, 1024: 513, 2048: 1025}

each_rate = pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 44100])
each_torchaudio_rate = pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 22050, 44100, 8001])
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


def torchaudio_hz_of(mel: Any, scale: str, torch: Any, rounded_from: Any) -> Any:
    """Give Hz of mel; powers are computed in the type `rounded_from`."""
    if scale == "htk":
        return 700 * ((10 ** (mel / 2595).to(rounded_from)).to(mel.dtype) - 1)
    upper = torch.exp((math.log(6.4) / 27 * (mel - 15)).to(rounded_from)).to(mel.dtype)
    return torch.where(mel < 15, 200 / 3 * mel, 1000 * upper)


def torchaudio_mel(
    torch: Any,
    rate_hz: int,
    bins: int,
    bands: int,
    scale: str,
    norm: Any,
    span_hz: tuple[float, float],
    dtype: Any,
    rounded_from: Any,
) -> Any:
    """Give what torchaudio.functional.melscale_fbanks is documented to give, transposed."""
    bin_hz = torch.linspace(0, rate_hz // 2, bins, dtype=dtype)
    low, high = (torchaudio_mel_of(hz, scale) for hz in span_hz)
    mels = torch.linspace(low, high, bands + 2, dtype=dtype)
    edges_hz = torchaudio_hz_of(mels, scale, torch, rounded_from)[:, None]
    left, center, right = edges_hz[:-2], edges_hz[1:-1], edges_hz[2:]
    rising, falling = (bin_hz - left) / (center - left), (right - bin_hz) / (right - center)
    bank = torch.minimum(rising, falling).clamp(min=0)
    return (bank if norm is None else bank * (2 / (right - left))).numpy()


@each_torchaudio_rate
@each_length
@each_size
@each_scale
def test_torchaudios_mel_equals_its_formula(
    rate_hz: int, filter_length: int, bands: int, scale: MelScale, torch: Any
) -> None:
    half_hz, single, double = rate_hz // 2, torch.float32, torch.float64
    for norm, span_hz in product(NORMS, [(0, half_hz), (20, half_hz), (300, 3400)]):
        low, high = span_hz
        case = (torch, rate_hz, BINS[filter_length], bands, scale, norm, span_hz)
        got = torchaudio_mel_weights(
            rate_hz, filter_length, bands, scale=scale, fmin_hz=low, fmax_hz=high, norm=norm
        )
        # To the last bit where a power is rounded once. That of torch in float32 is one ulp off
        # now and then (SLEEF, which ones depends on the processor), and so are the edges: in
        # narrow bands this is up to 2e-5 of the peak.
        np.testing.assert_array_equal(got, torchaudio_mel(*case, single, double))
        assert_close(got, torchaudio_mel(*case, single, single), 3e-5)
        assert_close(got, torchaudio_mel(*case, double, double), 3e-5)


@each_torchaudio_rate
@each_scale
def test_torchaudios_edges_are_at_most_one_ulp_of_a_power_off(
    rate_hz: int, scale: MelScale, torch: Any
) -> None:
    low, high = (torchaudio_mel_of(hz, scale) for hz in (20, rate_hz / 2))
    mels = torch.linspace(low, high, 4000)
    theirs = torchaudio_hz_of(mels, scale, torch, torch.float32).numpy()
    rounded = torchaudio_hz_of(mels, scale, torch, torch.float64).numpy()
    unit_hz = {"htk": 700, "slaney": 1000}[scale]
    ulp = unit_hz * np.spacing(rounded / unit_hz + np.float32(scale == "htk"))
    assert (np.abs(theirs - rounded) <= ulp + np.spacing(rounded)).all()


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 44100])
@pytest.mark.parametrize("filter_length", [400, 1024])
@each_size
@each_scale
def test_mel_equals_torchaudios_formula_in_double_precision(
    rate_hz: int, filter_length: int, bands: int, scale: MelScale, torch: Any
) -> None:
    half_hz, double = rate_hz // 2, torch.float64
    for norm, span_hz in product(NORMS, [(0, half_hz), (20, half_hz), (300, 3400)]):
        low, high = span_hz
        case = (torch, rate_hz, BINS[filter_length], bands, scale, norm, span_hz)
        got = mel_weights(
            rate_hz, filter_length, bands, scale=scale, fmin_hz=low, fmax_hz=high, norm=norm
        )
        assert_close(got, torchaudio_mel(*case, double, double), 1e-12)


@each_rate
@pytest.mark.parametrize("filter_length", [400, 512, 2048])
@each_size
@pytest.mark.filterwarnings("ignore:At least one mel filter")
def test_mel_with_triangles_over_mel_equals_transformers(
    rate_hz: int, filter_length: int, bands: int
) -> None:
    make = oracle("transformers.audio_utils").mel_filter_bank
    for low, high in ((0.0, rate_hz / 2), (20.0, rate_hz / 2), (300.0, 3400.0)):
        wanted = make(
            filter_length // 2 + 1,
            bands,
            low,
            high,
            rate_hz,
            mel_scale="kaldi",
            triangularize_in_mel_space=True,
        ).T
        got = over_mel(rate_hz, filter_length, bands, low, high)
        assert_close(got, wanted, 1e-12)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 44100])
@each_size
def test_mel_with_triangles_over_mel_equals_kaldi(rate_hz: int, bands: int) -> None:
    kaldi = oracle("kaldi_native_fbank")
    frames, options = kaldi.FrameExtractionOptions(), kaldi.MelBanksOptions()
    frames.samp_freq, frames.frame_length_ms, options.num_bins = rate_hz, 64, bands
    for low, high in ((0.0, rate_hz / 2), (20.0, rate_hz / 2), (300.0, 3400.0)):
        options.low_freq, options.high_freq = low, high
        wanted = kaldi.MelBanks(options, frames, 1.0).get_matrix()
        filter_length = 2 * (wanted.shape[1] - 1)
        got = over_mel(rate_hz, filter_length, bands, low, high)
        assert_close(got, wanted, 3e-5)  # in float32, as torchaudio's above


def over_mel(rate_hz: int, filter_length: int, bands: int, low: float, high: float) -> Any:
    return mel_weights(
        rate_hz,
        filter_length,
        bands,
        scale="htk",
        norm=None,
        triangles="mel",
        fmin_hz=low,
        fmax_hz=high,
    )


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


@pytest.mark.parametrize("lifter", [12, 22, 26.5])
def test_dct_of_htks_form_makes_the_mfcc_of_kaldi(lifter: float) -> None:
    kaldi = oracle("kaldi_native_fbank")
    samples = 20_000 * noise(16_000)
    lifted, plain = (kaldi_mfcc(kaldi, samples, cepstral_lifter=q) for q in (lifter, 0))
    factors = (
        dct_weights(13, 23, lifter=lifter, lifter_form="htk")[:, 0] / dct_weights(13, 23)[:, 0]
    )
    np.testing.assert_allclose(lifted, plain * factors, rtol=1e-5, atol=1e-4)


def kaldi_mfcc(kaldi: Any, samples: Any, **settings: Any) -> Any:
    options = kaldi.MfccOptions()
    options.frame_opts.dither, options.use_energy = 0, False
    for name, value in settings.items():
        setattr(options, name, value)
    made = kaldi.OnlineMfcc(options)
    made.accept_waveform(16_000, samples.tolist())
    made.input_finished()
    return np.array([made.get_frame(frame) for frame in range(made.num_frames_ready)])
