"""Every preset against the tool that it is named after, from the command line."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stftcli import Extractor
from stftcli.presets import preset_names
from tests.cli.computing import features_inside, noisy_rise, write_sound
from tests.cli.shell import Shell
from tests.oracles.conftest import oracle
from tests.peers import LOGARITHMIC, PEERS, RATES, REQUIRES, packages
from tests.signals import assert_close, noise

SPEECH = Path(__file__).parents[2] / "sample_audio" / "speech.wav"

LOG_LIMIT = {**dict.fromkeys(LOGARITHMIC, 1e-4), "kaldi-mfcc": 1e-3, "nemo": 1e-3}
"""How far logarithms in noise may be off."""

# Speech has bands 80 dB below others, which hold the rounding of float32: librosa computes in
# float64. In decibels, 1e-3 of natural logarithms is this.
SPEECH_LIMIT = {**dict.fromkeys(LOGARITHMIC, 1e-3), "librosa-mfcc": 4.3e-3}

pytestmark = [
    pytest.mark.filterwarnings("ignore:At least one mel filter"),
    pytest.mark.filterwarnings("ignore:Empty filters"),
]

each_preset = pytest.mark.parametrize("name", preset_names())


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def ask(name: str, samples: NDArray[Any], rate_hz: int) -> NDArray[Any]:
    """Call the peer of a preset."""
    for package in REQUIRES[name]:
        oracle(package)
    return PEERS[name](samples, rate_hz)


def ours(shell: Shell, samples: NDArray[Any], rate_hz: int, *words: str) -> NDArray[Any]:
    """Give what the command line makes of a sound."""
    write_sound(shell, "in.wav", samples, rate_hz)
    return features_inside(shell, "in.wav", *words)


def assert_equal(
    got: NDArray[Any], wanted: NDArray[Any], name: str, limits: dict[str, float]
) -> None:
    """Compare logarithms within a limit of their own, all else within 1e-6 of the peak."""
    if name == "panns" and limits is SPEECH_LIMIT:
        assert_powers(got, wanted)
    elif name in LOGARITHMIC:
        assert got.shape == wanted.shape
        np.testing.assert_allclose(got, wanted, rtol=0, atol=limits[name])
    elif name == "torchaudio-mel":
        assert_about(got, wanted)
    else:
        assert_close(got, wanted)


def assert_powers(got: NDArray[Any], wanted: NDArray[Any]) -> None:
    """Compare decibels by the powers that they stand for, closely down to 90 dB below the peak.

    Bands 110 dB below it hold the rounding of both sides, torchlibrosa's being 1.3e-3 dB.
    """
    powers = 10 ** (wanted.astype(np.float64) / 10)
    got_powers = 10 ** (got.astype(np.float64) / 10)
    np.testing.assert_allclose(got_powers, powers, rtol=1e-4, atol=1e-13 * powers.max())


def assert_about(got: NDArray[Any], wanted: NDArray[Any]) -> None:
    """Leave room for edges of bands that torch's float32 rounds differently on each machine."""
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-6 * wanted.max())


@each_preset
def test_a_preset_gives_the_numbers_of_its_tool(shell: Shell, name: str) -> None:
    rate_hz = RATES[name]
    samples = noisy_rise(rate_hz, 3.0)
    got = ours(shell, samples, rate_hz, "--preset", name)
    assert got.dtype == (np.complex64 if name.endswith("-stft") else np.float32)
    assert_equal(got, ask(name, samples, rate_hz), name, LOG_LIMIT)


@each_preset
def test_a_preset_gives_the_numbers_of_its_tool_on_speech(shell: Shell, name: str) -> None:
    soxr = oracle("soxr")
    samples, own_hz = soundfile.read(SPEECH, dtype="float32")
    rate_hz, words = RATES[name], ["--preset", name]
    if rate_hz != own_hz:
        samples = soxr.resample(samples, own_hz, rate_hz)
        words += ["--rate", str(rate_hz)]
    got = features_inside(shell, SPEECH, *words)
    assert_equal(got, ask(name, samples, rate_hz), name, SPEECH_LIMIT)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 44100])
@pytest.mark.parametrize(
    "name",
    ["librosa-mel", "librosa-mfcc", "torchaudio-mel", "kaldi-fbank", "kaldi-mfcc"],
)
def test_a_preset_without_a_rate_follows_the_sound(shell: Shell, name: str, rate_hz: int) -> None:
    samples = noisy_rise(rate_hz)
    got = ours(shell, samples, rate_hz, "--preset", name)
    assert_equal(got, ask(name, samples, rate_hz), name, LOG_LIMIT)


def test_every_preset_has_a_peer() -> None:
    assert set(preset_names()) <= set(PEERS)


class TestTorchaudio:
    def test_bins_lie_below_half_of_an_odd_rate(self, shell: Shell) -> None:
        librosa = oracle("librosa")
        samples = noisy_rise(11025)
        got = ours(shell, samples, 11025, "--preset", "torchaudio-mel")
        wanted = ask("torchaudio-mel", samples, 11025)
        # Where the bins lie at k * rate / n_fft, the bank is another one.
        bank = librosa.filters.mel(sr=11025, n_fft=400, n_mels=128, htk=True, norm=None)
        exactly = ask("torchaudio-spectrogram", samples, 11025) @ bank.T
        assert not np.allclose(exactly, wanted, rtol=1e-4, atol=1e-6 * wanted.max())
        assert_about(got, wanted)

    def test_bands_are_htk_without_norm(self, shell: Shell) -> None:
        samples = noisy_rise(16000)
        words = ("--preset", "torchaudio-spectrogram", "--mel", "128")
        plain = ours(shell, samples, 16000, *words, "--mel-scale", "htk", "--mel-norm", "none")
        assert_close(plain, ask("torchaudio-mel", samples, 16000), 2e-5)


def test_librosa_and_torch_differ_at_the_edges_only(shell: Shell) -> None:
    samples = noisy_rise(22050)
    zeros, mirrored = (
        ours(shell, samples, 22050, "--preset", name) for name in ("librosa-stft", "torch-stft")
    )
    differ = np.flatnonzero(np.abs(zeros - mirrored).max(axis=1) > 1e-4)
    # Frames of 2048 every 512: two reach beyond the beginning, and two beyond the end.
    frames = 1 + 22050 // 512
    assert differ.tolist() == [0, 1, frames - 2, frames - 1]
    np.testing.assert_array_equal(zeros[2:-2], mirrored[2:-2])
    assert_close(zeros, ask("librosa-stft", samples, 22050))
    assert_close(mirrored, ask("torch-stft", samples, 22050))


@pytest.mark.parametrize("name", ["librosa-stft", "torch-stft"])
def test_another_length_has_the_hop_that_the_tool_gives_it(shell: Shell, name: str) -> None:
    samples = noisy_rise(22050)
    got = ours(shell, samples, 22050, "--preset", name, "--n-fft", "1000")
    if name == "librosa-stft":
        wanted = oracle("librosa").stft(samples, n_fft=1000).T
    else:
        torch = oracle("torch")
        window = torch.hann_window(1000)
        spectra = torch.stft(torch.tensor(samples), 1000, window=window, return_complex=True)
        wanted = spectra.T.numpy()
    assert_close(got, np.ascontiguousarray(wanted))


class TestKaldi:
    """Against kaldi-native-fbank with options that differ from the defaults of the preset."""

    def fbank(self, samples: NDArray[Any], rate_hz: int, **changes: Any) -> NDArray[Any]:
        kaldi = oracle("kaldi_native_fbank")
        options = kaldi.FbankOptions()
        return self.asked(kaldi.OnlineFbank, options, samples, rate_hz, changes)

    def mfcc(self, samples: NDArray[Any], rate_hz: int, **changes: Any) -> NDArray[Any]:
        kaldi = oracle("kaldi_native_fbank")
        options = kaldi.MfccOptions()
        options.num_ceps, options.cepstral_lifter = 13, 22.0
        return self.asked(kaldi.OnlineMfcc, options, samples, rate_hz, changes)

    def asked(
        self,
        computer: Any,
        options: Any,
        samples: NDArray[Any],
        rate_hz: int,
        changes: dict[str, Any],
    ) -> NDArray[Any]:
        packages.set_frames_and_bands(options, rate_hz)
        options.use_energy, options.energy_floor = False, 0.0
        for place, value in changes.items():
            *path, last = place.split("__")
            target = options
            for name in path:
                target = getattr(target, name)
            setattr(target, last, value)
        return packages.computed_online(computer(options), samples, rate_hz)

    # Half a shift is the shortest that Kaldi makes a frame of; a window has 400 samples.
    @pytest.mark.parametrize("samples", [80, 81, 200, 239, 240, 399, 400, 401, 560, 4000, 4077])
    def test_edges_are_mirrored_with_the_edge_repeated(self, shell: Shell, samples: int) -> None:
        sound = noise(samples, seed=3) / 8
        wanted = self.fbank(sound, 16000, frame_opts__snip_edges=False)
        got = ours(shell, sound, 16000, "--preset", "kaldi-fbank", "--padding", "kaldi")
        assert got.shape == (round(samples / 160 + 1e-9), 23)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-4)

    @pytest.mark.parametrize("snip_edges", [True, False])
    @pytest.mark.parametrize("name", ["kaldi-fbank", "kaldi-mfcc"])
    def test_a_sound_of_any_length_has_kaldis_frames(self, name: str, snip_edges: bool) -> None:
        asked = self.fbank if name == "kaldi-fbank" else self.mfcc
        extractor = Extractor.preset(name, padding="snip" if snip_edges else "kaldi")
        sound = noise(600, seed=3) / 8
        # One by one where the first frames come, and here and there.
        for samples in sorted({*range(0, 601, 37), *range(75, 86), *range(235, 245), 399, 400}):
            wanted = asked(sound[:samples], 16000, frame_opts__snip_edges=snip_edges)
            assert extractor.frames(samples, 16000) == len(wanted), samples
        with pytest.warns(UserWarning, match="gives no frame: 79 samples"):
            assert extractor(sound[:79], 16000).shape[0] == 0

    @pytest.mark.parametrize("rate_hz", [8000, 11025, 22050, 48000])
    def test_mirrored_edges_at_other_rates(self, shell: Shell, rate_hz: int) -> None:
        sound = noise(12_345, seed=4) / 8
        wanted = self.fbank(sound, rate_hz, frame_opts__snip_edges=False)
        got = ours(shell, sound, rate_hz, "--preset", "kaldi-fbank", "--padding", "kaldi")
        assert got.shape == wanted.shape
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-4)

    @pytest.mark.parametrize("name", ["kaldi-fbank", "kaldi-mfcc"])
    def test_telephone_sound_has_a_transform_of_256(self, shell: Shell, name: str) -> None:
        sound = noisy_rise(8000)
        got = ours(shell, sound, 8000, "--preset", name)
        np.testing.assert_allclose(got, ask(name, sound, 8000), rtol=0, atol=LOG_LIMIT[name])
        # A transform of 512 would have other bins.
        longer = ours(shell, sound, 8000, "--preset", name, "--n-fft", "512")
        assert np.abs(longer - got).max() > 0.1

    def test_more_bands_and_another_upper_edge(self, shell: Shell) -> None:
        sound = noisy_rise(16000)
        wanted = self.fbank(sound, 16000, mel_opts__num_bins=80, mel_opts__high_freq=-400.0)
        words = ("--preset", "kaldi-fbank", "--mel", "80", "--fmax", "7600")
        got = ours(shell, sound, 16000, *words)
        assert got.shape == wanted.shape == (98, 80)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-3)

    def test_energy_stands_before_the_bands(self, shell: Shell) -> None:
        sound = noisy_rise(16000)
        wanted = self.fbank(sound, 16000, use_energy=True)
        got = ours(shell, sound, 16000, "--preset", "kaldi-fbank", "--energy")
        assert got.shape == wanted.shape == (98, 24)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-4)

    def test_cepstra_without_energy_begin_with_their_own(self, shell: Shell) -> None:
        sound = noisy_rise(16000)
        wanted = self.mfcc(sound, 16000, use_energy=False)
        got = ours(shell, sound, 16000, "--preset", "kaldi-mfcc", "--no-energy")
        np.testing.assert_allclose(got, wanted, rtol=0, atol=LOG_LIMIT["kaldi-mfcc"])
        other = ours(shell, sound, 16000, "--preset", "kaldi-mfcc")
        np.testing.assert_array_equal(got[:, 1:], other[:, 1:])
        assert np.abs(got[:, 0] - other[:, 0]).min() > 1

    @pytest.mark.parametrize("name", ["kaldi-fbank", "kaldi-mfcc"])
    def test_energy_of_silence_is_floored_as_in_kaldi(self, shell: Shell, name: str) -> None:
        silence = np.zeros(4000, np.float32)
        asked = self.fbank if name == "kaldi-fbank" else self.mfcc
        got = ours(shell, silence, 16000, "--preset", name, "--energy")
        wanted = asked(silence, 16000, use_energy=True)
        np.testing.assert_allclose(got[:, 0], wanted[:, 0], rtol=0, atol=1e-5)

    def test_other_numbers_of_cepstra_and_lifters(self, shell: Shell) -> None:
        sound = noisy_rise(16000)
        wanted = self.mfcc(sound, 16000, num_ceps=20, cepstral_lifter=0.0, mel_opts__num_bins=40)
        words = ("--preset", "kaldi-mfcc", "--mfcc", "20", "--lifter", "0", "--mel", "40")
        got = ours(shell, sound, 16000, *words, "--no-energy")
        np.testing.assert_allclose(got, wanted, rtol=0, atol=LOG_LIMIT["kaldi-mfcc"])

    @pytest.mark.parametrize(
        ("window", "kaldi"),
        [("hann", "hanning"), ("hamming", "hamming"), ("boxcar", "rectangular")],
    )
    def test_other_windows_are_symmetric_too(self, shell: Shell, window: str, kaldi: str) -> None:
        sound = noisy_rise(16000)
        wanted = self.fbank(sound, 16000, frame_opts__window_type=kaldi)
        got = ours(shell, sound, 16000, "--preset", "kaldi-fbank", "--window", window)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-4)


class TestWhisper:
    @pytest.mark.parametrize(("name", "bands"), [("whisper", 80), ("whisper-v3", 128)])
    def test_a_short_sound_is_filled_up_to_30_s(self, shell: Shell, name: str, bands: int) -> None:
        oracle("transformers")
        extract = import_module("transformers").WhisperFeatureExtractor(feature_size=bands)
        sound = noisy_rise(16000, 2.5)
        given = extract(sound, sampling_rate=16000, return_tensors="np")["input_features"][0]
        words = ("--duration", "30", "--pad-to", "30", "--layout", "bins-first")
        got = ours(shell, sound, 16000, "--preset", name, *words)
        assert got.shape == (bands, 3000)
        np.testing.assert_allclose(got, given, rtol=0, atol=1e-4)

    def test_a_long_sound_is_cut_at_30_s(self, shell: Shell) -> None:
        oracle("transformers")
        extract = import_module("transformers").WhisperFeatureExtractor()
        sound = noisy_rise(16000, 31.0)
        given = extract(sound, sampling_rate=16000, return_tensors="np")["input_features"][0]
        words = ("--duration", "30", "--pad-to", "30", "--layout", "bins-first")
        got = ours(shell, sound, 16000, "--preset", "whisper", *words)
        np.testing.assert_allclose(got, given, rtol=0, atol=1e-4)

    def test_the_last_frame_goes_before_the_maximum_is_taken(self, shell: Shell) -> None:
        quiet = np.concatenate((noise(800) / 10, np.zeros(959, np.float32)))
        sound = quiet.copy()
        # The last frame that is kept ends at sample 1640; the one around 1600 goes.
        sound[1640:] = 0.9
        got = ours(shell, sound, 16000, "--preset", "whisper")
        np.testing.assert_allclose(got, ask("whisper", sound, 16000), rtol=0, atol=1e-4)
        np.testing.assert_array_equal(got, ours(shell, quiet, 16000, "--preset", "whisper"))


class TestNemo:
    def test_with_other_settings_it_is_parakeet(self, shell: Shell) -> None:
        sound = noisy_rise(16000)
        words = ("--preset", "nemo", "--win-length", "25ms", "--mel", "80")
        got = ours(shell, sound, 16000, *words)
        wanted = ask("parakeet", sound, 16000)
        assert got.shape == wanted.shape
        np.testing.assert_allclose(got, wanted, rtol=0, atol=LOG_LIMIT["nemo"])


def test_ast_divides_by_twice_the_deviation(shell: Shell) -> None:
    sound = noisy_rise(16000)
    got = ours(shell, sound, 16000, "--preset", "ast")
    bare = ours(shell, sound, 16000, "--preset", "ast", "--standardize", "0,1")
    np.testing.assert_allclose(got, (bare + 4.2677393) / (2 * 4.5689974), rtol=0, atol=1e-5)
    np.testing.assert_allclose(got, ask("ast", sound, 16000), rtol=0, atol=LOG_LIMIT["ast"])


@pytest.mark.parametrize("samples", [1024, 1025, 1279, 1280, 5000])
def test_hifigan_pads_less_than_half_a_frame(shell: Shell, samples: int) -> None:
    sound = noise(samples, seed=5) / 8
    got = ours(shell, sound, 22050, "--preset", "hifigan")
    # (1024 - 256) / 2 samples on both sides make as many frames as there are hops.
    assert got.shape == (samples // 256, 80)
    wanted = ask("hifigan", sound, 22050)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=LOG_LIMIT["hifigan"])


def test_hifigan_has_an_epsilon_within_the_root(shell: Shell) -> None:
    # Too quiet for the floor of its logarithm to hide the epsilon of its magnitude.
    sound = noise(4096, seed=6) * 1e-6
    got = ours(shell, sound, 22050, "--preset", "hifigan", "--floor", "1e-9")
    bare = ours(shell, sound, 22050, "--preset", "hifigan", "--floor", "1e-9", "--epsilon", "0")
    torch, formulas = oracle("torch"), import_module("tests.peers.formulas")
    root = torch.full((513, 1), 1e-9).sqrt()
    least = np.log((formulas.vocoder_mel_weights(22050) @ root).numpy()[:, 0])
    assert (got > least - 1e-4).all()
    assert (bare < least).any()
