"""The oracles themselves: what is known of each tool without asking it."""

import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.oracles.conftest import oracle
from tests.peers import LOGARITHMIC, PEERS, RATES, REQUIRES, Features, Waveform, formulas, packages

SHAPES: dict[str, tuple[int, int]] = {
    "librosa-stft": (1 + 22050 // 512, 1025),
    "librosa-mel": (1 + 22050 // 512, 128),
    "librosa-mfcc": (1 + 22050 // 512, 20),
    "torch-stft": (1 + 22050 // 512, 1025),
    "torchaudio-spectrogram": (1 + 16000 // 200, 201),
    "torchaudio-mel": (1 + 16000 // 200, 128),
    "whisper": (16000 // 160, 80),
    "whisper-v3": (16000 // 160, 128),
    "kaldi-fbank": (1 + (16000 - 400) // 160, 23),
    "kaldi-mfcc": (1 + (16000 - 400) // 160, 13),
    "hifigan": (22050 // 256, 80),
    "tacotron2": (1 + 22050 // 256, 80),
    "ast": (1 + (16000 - 400) // 160, 128),
    "vggish": (1 + (16000 - 400) // 160, 64),
    "panns": (1 + 32000 // 320, 64),
    "nemo": (16000 // 160, 64),
    "parakeet": (16000 // 160, 80),
}

SMALLEST_FLOAT = 2.0**-23
"""The floor of Kaldi's logarithms: the epsilon of float32."""

SILENT: dict[str, float] = {
    "whisper": (math.log10(1e-10) + 4) / 4,
    "whisper-v3": (math.log10(1e-10) + 4) / 4,
    "kaldi-fbank": math.log(SMALLEST_FLOAT),
    "hifigan": math.log(1e-5),
    "tacotron2": math.log(1e-5),
    "ast": (math.log(SMALLEST_FLOAT) + 4.2677393) / (2 * 4.5689974),
    "vggish": math.log(0.01),
    "panns": 10 * math.log10(1e-10),
}

each_peer = pytest.mark.parametrize("name", PEERS)


def ask(name: str, waveform: Waveform) -> Features:
    """Call a peer at its own rate."""
    require(name)
    return PEERS[name](waveform, RATES[name])


def require(name: str) -> None:
    """Skip, or fail in CI, where a package that a peer imports is missing."""
    for package in REQUIRES[name]:
        oracle(package)


def noise(samples: int, seed: int = 0) -> Waveform:
    """Give white noise at -20 dBFS."""
    wave = 0.1 * np.random.default_rng(seed).standard_normal(samples)
    return wave.astype(np.float32)


def chirp(rate_hz: int) -> Waveform:
    """Give one second that rises from 100 Hz to 0.4 of the rate, over a little noise."""
    seconds = np.arange(rate_hz) / rate_hz
    turns = 100 * seconds + (0.4 * rate_hz - 100) * seconds**2 / 2
    wave = 0.5 * np.sin(2 * np.pi * turns) + 0.1 * noise(rate_hz)
    return wave.astype(np.float32)


def test_the_tables_are_about_the_same_tools() -> None:
    assert set(PEERS) == set(RATES) == set(REQUIRES) == set(SHAPES)
    assert set(PEERS) > LOGARITHMIC > set(SILENT)


@each_peer
@pytest.mark.filterwarnings("ignore:At least one mel filter")
@pytest.mark.filterwarnings("ignore:Empty filters")
def test_a_second_of_chirp_has_the_shape_that_was_counted_by_hand(name: str) -> None:
    got = ask(name, chirp(RATES[name]))
    assert got.shape == SHAPES[name]
    assert np.iscomplexobj(got) == name.endswith("-stft")
    assert np.isfinite(got).all()


@pytest.mark.parametrize("name", SILENT)
@pytest.mark.filterwarnings("ignore:At least one mel filter")
def test_silence_gives_the_floor(name: str) -> None:
    got = ask(name, np.zeros(RATES[name] // 4, np.float32))
    np.testing.assert_allclose(got, SILENT[name], rtol=0, atol=1e-5)


@pytest.mark.parametrize("name", sorted(set(PEERS) - LOGARITHMIC))
def test_linear_features_of_silence_are_nothing(name: str) -> None:
    assert not ask(name, np.zeros(RATES[name] // 4, np.float32)).any()


@pytest.mark.parametrize(("name", "times"), [("kaldi-fbank", 2.0), ("kaldi-mfcc", 0.0)])
def test_kaldi_features_move_by_the_scale_of_the_samples(name: str, times: float) -> None:
    wave = noise(4000)
    shift = ask(name, wave) - ask(name, wave / np.float32(32768))
    # In MFCC the shift is the same in every band, so that only the energy, coefficient 0, moves.
    wanted = np.full(shift.shape, times * math.log(32768))
    wanted[:, 0] = 2 * math.log(32768)
    np.testing.assert_allclose(shift, wanted, rtol=0, atol=2e-3)


def test_the_shift_between_the_scales_is_the_known_number() -> None:
    assert 2 * math.log(packages.INT16_SCALE) == pytest.approx(20.794, abs=1e-3)


def test_kaldi_energy_is_that_of_the_frame_before_pre_emphasis() -> None:
    wave = (np.cumsum(noise(4000)) / 20).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(wave * 32768.0, 400)[::160]
    centred = frames - frames.mean(axis=1, keepdims=True)
    energy = np.log((centred.astype(np.float64) ** 2).sum(axis=1))
    got = ask("kaldi-mfcc", wave)[:, 0]
    np.testing.assert_allclose(got, energy, rtol=0, atol=1e-4)
    emphasised = centred[:, 1:] - 0.97 * centred[:, :-1]
    assert (energy - np.log((emphasised**2).sum(axis=1)) > 1).all()


def test_kaldi_energy_of_silence_is_floored() -> None:
    got = ask("kaldi-mfcc", np.zeros(1000, np.float32))
    np.testing.assert_allclose(got[:, 0], math.log(SMALLEST_FLOAT), rtol=0, atol=1e-5)
    np.testing.assert_allclose(got[:, 1:], 0, atol=1e-4)


def test_kaldi_cepstra_are_the_liftered_cosine_transform_of_its_bands() -> None:
    fft = oracle("scipy.fft")
    wave = noise(4000)
    cepstra = fft.dct(ask("kaldi-fbank", wave), type=2, norm="ortho", axis=1)[:, 1:13]
    lifter = 1 + 11 * np.sin(np.pi * np.arange(1, 13) / 22)
    np.testing.assert_allclose(ask("kaldi-mfcc", wave)[:, 1:], cepstra * lifter, atol=1e-3)


@pytest.mark.parametrize(
    ("name", "mode"), [("librosa-stft", "constant"), ("torch-stft", "reflect")]
)
def test_stft_is_that_of_frames_around_every_512th_sample(name: str, mode: Any) -> None:
    wave = noise(8192)
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(wave, 1024, mode=mode), 2048)[::512]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(2048) / 2048)
    wanted = np.fft.rfft(frames * window)
    np.testing.assert_allclose(ask(name, wave), wanted, rtol=0, atol=1e-4)


def test_librosa_mfcc_floors_at_80_db_below_the_peak_of_the_file() -> None:
    fft = oracle("scipy.fft")
    wave = np.concatenate((noise(22050), np.zeros(22050, np.float32)))
    got = ask("librosa-mfcc", wave)
    power = 10 * np.log10(np.maximum(ask("librosa-mel", wave), 1e-10))
    wanted = fft.dct(np.maximum(power, power.max() - 80), type=2, norm="ortho", axis=1)[:, :20]
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-3)
    assert np.ptp(got[-20:], axis=0).max() == 0
    assert got[-1, 0] == pytest.approx((power.max() - 80) * math.sqrt(128), abs=1e-3)


@pytest.mark.parametrize("samples", [1600, 1601, 1759, 1760])
@pytest.mark.parametrize("name", ["whisper", "whisper-v3"])
def test_whisper_drops_the_last_frame(name: str, samples: int) -> None:
    assert len(ask(name, noise(samples))) == samples // 160


@pytest.mark.parametrize("name", ["whisper", "whisper-v3"])
def test_whisper_takes_its_maximum_when_the_last_frame_is_gone(name: str) -> None:
    wave = np.concatenate((noise(800), np.zeros(959, np.float32)))
    loud_end = wave.copy()
    # The last frame kept lies around sample 1440 and ends at 1640; the one around 1600 goes.
    loud_end[1640:] = 0.9
    got = ask(name, loud_end)
    np.testing.assert_array_equal(got, ask(name, wave))
    assert got[-1].max() == pytest.approx(got.max() - 2, abs=1e-6)


def test_whisper_covers_8_powers_of_ten_below_its_maximum() -> None:
    wave = np.concatenate((noise(8000), np.zeros(8000, np.float32)))
    got = ask("whisper", wave)
    assert got.min() == pytest.approx(got.max() - 2, abs=1e-6)


@pytest.mark.filterwarnings("ignore:At least one mel filter")
def test_whisper_refuses_what_it_would_cut_off() -> None:
    with pytest.raises(ValueError, match="480000"):
        ask("whisper", np.zeros(480001, np.float32))


@pytest.mark.filterwarnings("ignore:At least one mel filter")
def test_ast_halves_and_leaves_the_samples_as_they_are() -> None:
    kaldi = oracle("kaldi_native_fbank")
    options = kaldi.FbankOptions()
    packages.set_frames_and_bands(options, 16000)
    options.frame_opts.window_type = "hanning"
    wave = noise(4000)
    # With 23 bands, every band has bins; with 128 some of the lowest have none.
    bands = packages.computed_online(kaldi.OnlineFbank(options), wave / np.float32(32768), 16000)
    got = unscaled_ast(wave, 23)
    np.testing.assert_allclose(got, (bands + 4.2677393) / (2 * 4.5689974), rtol=0, atol=1e-4)


def unscaled_ast(wave: Waveform, bands: int) -> NDArray[Any]:
    """Call AST's front end with fewer bands than it has."""
    transformers = oracle("transformers")
    extract = transformers.ASTFeatureExtractor(num_mel_bins=bands, max_length=23)
    got: NDArray[Any] = extract(wave, sampling_rate=16000, return_tensors="np")["input_values"][0]
    return got


@pytest.mark.filterwarnings("ignore:At least one mel filter")
def test_ast_pads_nothing() -> None:
    got = ask("ast", noise(400 + 9 * 160))
    assert got.shape == (10, 128)
    assert (np.ptp(got, axis=1) > 0.5).all()


def test_nemo_with_other_settings_is_parakeet() -> None:
    require("nemo")
    wave = noise(5000)
    ours = formulas.nemo(wave, 16000, window_s=0.025, bands=80)
    np.testing.assert_allclose(ours, ask("parakeet", wave), rtol=0, atol=1e-4)


@pytest.mark.parametrize("name", ["nemo", "parakeet"])
def test_nemo_bands_are_standardised_over_the_valid_frames(name: str) -> None:
    got = ask(name, noise(5119)).astype(np.float64)
    assert len(got) == 5119 // 160
    np.testing.assert_allclose(got.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(got.std(axis=0, ddof=1), 1, atol=1e-4)


def test_nemo_gives_zeros_for_a_single_frame() -> None:
    assert not ask("nemo", noise(200)).any()


def test_hifigan_frames_lie_half_a_hop_beside_those_of_tacotron() -> None:
    wave = noise(4096)
    moved = ask("tacotron2", np.pad(wave, 128))[1:-1]
    inner = slice(2, -2)
    np.testing.assert_allclose(ask("hifigan", wave)[inner], moved[inner], rtol=0, atol=1e-3)


@pytest.mark.filterwarnings("ignore:Empty filters")
def test_torchaudio_bands_are_librosa_with_htk_and_no_norm() -> None:
    librosa = oracle("librosa")
    wave = chirp(16000)
    weights = librosa.filters.mel(sr=16000, n_fft=400, n_mels=128, htk=True, norm=None)
    wanted = ask("torchaudio-spectrogram", wave) @ weights.T
    got = ask("torchaudio-mel", wave)
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=2e-5 * wanted.max())


def test_panns_is_librosa_with_reflection() -> None:
    librosa = oracle("librosa")
    wave = noise(32000)
    power = librosa.feature.melspectrogram(
        y=wave,
        sr=32000,
        n_fft=1024,
        hop_length=320,
        n_mels=64,
        fmin=50,
        fmax=14000,
        pad_mode="reflect",
    )
    wanted = librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None).T
    np.testing.assert_allclose(ask("panns", wave), wanted, rtol=0, atol=1e-3)


@pytest.mark.parametrize("hz", [200.0, 1000.0, 5000.0])
def test_a_tone_is_loudest_in_the_vggish_band_around_it(hz: float) -> None:
    wave = np.sin(2 * np.pi * hz / 16000 * np.arange(4000)).astype(np.float32)
    lowest, highest, tone = np.log1p(np.array([125.0, 7500.0, hz]) / 700)
    nearest = round((tone - lowest) / (highest - lowest) * 65) - 1
    assert (np.abs(ask("vggish", wave).argmax(axis=1) - nearest) <= 1).all()
