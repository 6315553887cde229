"""Mel, MFCC, chroma, descriptors, deltas and limits of the command line are librosa's."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.cli.computing import features_inside, noisy_rise, write_sound
from tests.cli.shell import Shell
from tests.oracles.conftest import oracle
from tests.signals import assert_close, noise

RATE_HZ = 22050
FRAMES = ("--n-fft", "1024", "--hop-length", "300")
OURS_TO_LIBROSA = {"center": True, "n_fft": 1024, "hop_length": 300}

each_pad_mode = pytest.mark.parametrize("pad_mode", ["reflect", "constant", "edge", "symmetric"])

pytestmark = pytest.mark.filterwarnings("ignore:Empty filters")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def samples(shell: Shell) -> NDArray[np.float32]:
    """The samples of in.wav: a rising tone in noise, and silence at the end."""
    sound = noisy_rise(RATE_HZ)
    sound[-4000:] *= 1e-3
    write_sound(shell, "in.wav", sound, RATE_HZ)
    return sound


def computed(shell: Shell, *words: str) -> NDArray[Any]:
    return features_inside(shell, "in.wav", *FRAMES, *words)


def asked(feature: Any, samples: NDArray[Any], **options: Any) -> NDArray[Any]:
    """Call a function of librosa.feature; time first, as here."""
    return np.asarray(feature(y=samples, sr=RATE_HZ, **{**OURS_TO_LIBROSA, **options})).T


def assert_logs(got: NDArray[Any], wanted: NDArray[Any], limit: float = 1e-3) -> None:
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=0, atol=limit)


MELS: dict[str, dict[str, Any]] = {
    "": {"n_mels": 40},
    "--fmin 50 --fmax 7600": {"n_mels": 40, "fmin": 50.0, "fmax": 7600.0},
    "--mel-scale htk": {"n_mels": 40, "htk": True},
    "--mel-norm none": {"n_mels": 40, "norm": None},
    "--mel-scale htk --mel-norm none": {"n_mels": 40, "htk": True, "norm": None},
    "--spectrum magnitude": {"n_mels": 40, "power": 1.0},
    "--window hamming --win-length 800": {"n_mels": 40, "window": "hamming", "win_length": 800},
    "--no-center": {"n_mels": 40, "center": False},
}


class TestMel:
    @pytest.mark.parametrize("words", MELS)
    def test_options(
        self, shell: Shell, samples: NDArray[np.float32], librosa: Any, words: str
    ) -> None:
        options = {"pad_mode": "reflect", **MELS[words]}
        wanted = asked(librosa.feature.melspectrogram, samples, **options)
        assert_close(computed(shell, "--mel", "40", *words.split()), wanted)

    @each_pad_mode
    def test_pad_modes(
        self, shell: Shell, samples: NDArray[np.float32], librosa: Any, pad_mode: str
    ) -> None:
        wanted = asked(librosa.feature.melspectrogram, samples, n_mels=64, pad_mode=pad_mode)
        assert_close(computed(shell, "--mel", "64", "--pad-mode", pad_mode), wanted)

    def test_two_channels(self, shell: Shell, librosa: Any) -> None:
        stereo = np.stack((noisy_rise(RATE_HZ), noise(RATE_HZ) / 8))
        write_sound(shell, "in.wav", stereo, RATE_HZ)
        options = {"n_mels": 40, "pad_mode": "reflect"}
        wanted = asked(librosa.feature.melspectrogram, stereo, **options)
        got = computed(shell, "--mel", "40", "--channel", "all")
        assert_close(got, np.ascontiguousarray(wanted.transpose(0, 2, 1)))
        swapped = computed(shell, "--mel", "40", "--channel", "all", "--layout", "bins-first")
        np.testing.assert_array_equal(swapped, got.transpose(1, 2, 0))

    @pytest.mark.parametrize("ref", ["1", "0.05", "max"])
    @pytest.mark.parametrize("top_db", ["80", "30", "none"])
    def test_decibels(
        self, shell: Shell, samples: NDArray[np.float32], librosa: Any, ref: str, top_db: str
    ) -> None:
        power = asked(librosa.feature.melspectrogram, samples, n_mels=40, pad_mode="reflect")
        wanted = librosa.power_to_db(
            power,
            ref=np.max if ref == "max" else float(ref),
            top_db=None if top_db == "none" else float(top_db),
        )
        words = ("--mel", "40", "--log", "db", "--ref", ref, "--top-db", top_db)
        assert_logs(computed(shell, *words), wanted)

    def test_amplitudes_in_decibels(
        self, shell: Shell, samples: NDArray[np.float32], librosa: Any
    ) -> None:
        magnitude = np.abs(librosa.stft(samples, n_fft=1024, hop_length=300, pad_mode="reflect")).T
        wanted = librosa.amplitude_to_db(magnitude, top_db=60)
        assert_logs(computed(shell, "--spectrum", "db", "--top-db", "60"), wanted)


class TestMfcc:
    @each_pad_mode
    @pytest.mark.parametrize(
        ("words", "options"),
        [
            ("--mfcc 13", {"n_mfcc": 13}),
            ("--mfcc 20 --mel 40 --lifter 22", {"n_mfcc": 20, "n_mels": 40, "lifter": 22}),
            ("--mfcc 13 --fmin 100 --fmax 8000", {"n_mfcc": 13, "fmin": 100.0, "fmax": 8000.0}),
            ("--mfcc 40 --mel 40 --mel-scale htk", {"n_mfcc": 40, "n_mels": 40, "htk": True}),
        ],
    )
    def test_options(
        self,
        shell: Shell,
        samples: NDArray[np.float32],
        librosa: Any,
        words: str,
        options: dict[str, Any],
        pad_mode: str,
    ) -> None:
        options = OURS_TO_LIBROSA | options
        wanted = librosa.feature.mfcc(y=samples, sr=RATE_HZ, pad_mode=pad_mode, **options).T
        # librosa limits the decibels to 80 below the largest of the file.
        got = computed(shell, *words.split(), "--top-db", "80", "--pad-mode", pad_mode)
        assert_logs(got, wanted)

    def test_deltas(self, shell: Shell, samples: NDArray[np.float32], librosa: Any) -> None:
        plain = librosa.feature.mfcc(
            y=samples, sr=RATE_HZ, n_mfcc=13, pad_mode="reflect", **OURS_TO_LIBROSA
        )
        for window in (1, 2, 4):
            deltas = librosa.feature.delta(plain, width=2 * window + 1, mode="nearest")
            words = ("--deltas", "1", "--delta-window", str(window))
            got = computed(shell, "--mfcc", "13", "--top-db", "80", *words)
            assert_logs(got, np.concatenate((plain, deltas)).T)

    @pytest.mark.usefixtures("samples")
    def test_deltas_of_deltas(self, shell: Shell) -> None:
        ndimage = oracle("scipy.ndimage")
        plain = computed(shell, "--mfcc", "13")
        slope = np.arange(-2, 3) / 10
        wanted = [
            ndimage.correlate1d(plain.astype(np.float64), weights, axis=0, mode="nearest")
            for weights in (np.ones(1), slope, np.convolve(slope, slope))
        ]
        got = computed(shell, "--mfcc", "13", "--deltas", "2")
        assert_logs(got, np.concatenate(wanted, axis=1), 1e-4)


class TestChroma:
    @each_pad_mode
    @pytest.mark.parametrize(("bands", "tuning"), [(12, 0.0), (12, 0.3), (24, -0.2), (36, 0.0)])
    def test_options(
        self,
        shell: Shell,
        samples: NDArray[np.float32],
        librosa: Any,
        bands: int,
        tuning: float,
        pad_mode: str,
    ) -> None:
        options = {"n_chroma": bands, "tuning": tuning, "pad_mode": pad_mode}
        words = ("--chroma", str(bands), "--tuning", str(tuning), "--pad-mode", pad_mode)
        bare = asked(librosa.feature.chroma_stft, samples, norm=None, **options)
        assert_close(computed(shell, *words), bare)
        scaled = asked(librosa.feature.chroma_stft, samples, **options)
        assert_close(computed(shell, *words, "--normalize", "frame"), scaled, 2e-6)


DESCRIPTORS = ["centroid", "bandwidth", "rolloff", "flatness", "contrast"]


class TestDescriptors:
    @each_pad_mode
    @pytest.mark.parametrize("name", DESCRIPTORS)
    def test_of_the_spectrum(self, shell: Shell, librosa: Any, name: str, pad_mode: str) -> None:
        # No silence: librosa limits the contrast to 80 dB below the largest of the file.
        samples = noisy_rise(RATE_HZ)
        write_sound(shell, "in.wav", samples, RATE_HZ)
        options: dict[str, Any] = {"n_fft": 1024, "hop_length": 300, "pad_mode": pad_mode}
        if name != "flatness":
            options["sr"] = RATE_HZ
        wanted = getattr(librosa.feature, f"spectral_{name}")(y=samples, **options).T
        got = computed(shell, "--descriptors", name, "--pad-mode", pad_mode)
        if name == "contrast":
            assert_logs(got, wanted)
        else:
            assert got.shape == wanted.shape
            np.testing.assert_allclose(got, wanted, rtol=2e-5)

    def test_of_the_samples(self, shell: Shell, samples: NDArray[np.float32], librosa: Any) -> None:
        sizes = {"frame_length": 1024, "hop_length": 300}
        rms = librosa.feature.rms(y=samples, pad_mode="reflect", **sizes).T
        assert_close(computed(shell, "--descriptors", "rms"), rms)
        # librosa counts the crossings of a signal whose edges are repeated.
        crossings = librosa.feature.zero_crossing_rate(y=samples, **sizes).T
        got = computed(shell, "--descriptors", "zcr", "--pad-mode", "edge")
        np.testing.assert_allclose(got, crossings, rtol=0, atol=1e-7)

    @pytest.mark.usefixtures("samples")
    def test_together_they_are_those_alone(self, shell: Shell) -> None:
        names = ["rms", "contrast", "zcr", "flux"]
        together = computed(shell, "--descriptors", ",".join(names))
        alone = [computed(shell, "--descriptors", name) for name in names]
        np.testing.assert_array_equal(together, np.concatenate(alone, axis=1))
        assert together.shape[1] == 1 + 7 + 1 + 1


@pytest.mark.usefixtures("samples")
def test_statistics_are_those_of_scipy(shell: Shell) -> None:
    stats = oracle("scipy.stats")
    plain = computed(shell, "--mel", "20", "--log", "db").astype(np.float64)
    wanted = [
        *(plain.mean(0), plain.std(0), plain.min(0), plain.max(0)),
        *(stats.skew(plain, axis=0), stats.kurtosis(plain, axis=0)),
    ]
    got = computed(shell, "--mel", "20", "--log", "db", "--stats", "all")
    np.testing.assert_allclose(got, np.concatenate(wanted)[np.newaxis], rtol=1e-4, atol=1e-4)
