"""The bins between two frequencies: of spectra, of what is made of them, and back."""

from typing import Any

import numpy as np
import pytest

from stftcli import Bands, Chroma, Crop, Descriptors, Extractor, Log, Mel, SettingsError, Weighting
from stftcli.settings.choices import SPECTRA
from tests.signals import assert_same_bits, blocks_of, noise

RATE_HZ = 16_000
FRAMES: dict[str, Any] = {"n_fft": 512, "hop_length": 160}
SOUND = noise(16_000) / 8
# Bins are 31.25 Hz apart: those from 500 to 4000 Hz.
KEPT = slice(16, 129)


class TestOfSpectra:
    @pytest.mark.parametrize("spectrum", SPECTRA)
    def test_keeps_these_bins_as_they_are(self, spectrum: Any) -> None:
        whole = Extractor(spectrum=spectrum, **FRAMES)
        crop = Extractor(spectrum=spectrum, fmin=490, fmax="4k", **FRAMES)
        assert_same_bits(crop(SOUND, RATE_HZ), np.ascontiguousarray(whole(SOUND, RATE_HZ)[:, KEPT]))
        axis = crop.axis(RATE_HZ)
        assert axis.names == whole.axis(RATE_HZ).names[KEPT]
        assert axis.bins
        assert axis.unit == whole.axis(RATE_HZ).unit

    @pytest.mark.parametrize(
        ("options", "first", "last"),
        [
            ({"fmin": 500}, 16, 257),
            ({"fmax": 500}, 0, 17),
            ({"fmin": 500, "fmax": 500}, 16, 17),
            ({"fmin": 500.1}, 17, 257),
            ({"fmax": 499.9}, 0, 16),
            ({"fmin": 0, "fmax": 8000}, 0, 257),
        ],
    )
    def test_both_ends_belong_to_it(self, options: Any, first: int, last: int) -> None:
        hz = Extractor(**options, **FRAMES).axis(RATE_HZ).frequencies_hz
        assert hz is not None
        np.testing.assert_array_equal(hz, np.arange(first, last) * 31.25)

    @pytest.mark.parametrize("spectrum", ["magnitude", "complex"])
    def test_a_stream_is_the_whole(self, spectrum: Any) -> None:
        extractor = Extractor(spectrum=spectrum, fmin=500, fmax=4000, **FRAMES)
        whole = extractor(SOUND, RATE_HZ)
        assert_same_bits(extractor(SOUND, RATE_HZ, threads=2), whole)
        for size in (161, 5000):
            batches = extractor.stream(blocks_of(SOUND, size), RATE_HZ)
            assert_same_bits(np.concatenate(list(batches)), whole)

    def test_bins_that_are_left_make_a_linear_smaller(self) -> None:
        assert Extractor(linear_out=3, seed=1, fmax=1000, **FRAMES)(SOUND, RATE_HZ).shape[1] == 3


class TestOptions:
    """An option of several steps goes to those that are there."""

    def test_belong_to_a_bank_with_edges_of_its_own(self) -> None:
        assert Extractor(mel=20, fmin=50).settings.features.steps == (Mel(20, fmin_hz=50.0),)
        assert Extractor(fmin=50, mfcc=13).settings.features.steps[0] == Mel(fmin_hz=50.0)
        bands = Bands("octave", fmin_hz=50.0, fmax_hz=4000.0)
        assert Extractor(bands="octave", fmin=50, fmax=4000).settings.features.steps == (bands,)

    def test_or_else_make_a_step_in_front(self) -> None:
        crop = Crop(50.0, 4000.0)
        for options, steps in (
            ({}, ()),
            ({"chroma": 12}, (Chroma(),)),
            ({"weighting": "C"}, (Weighting("C"),)),
            ({"descriptors": "rms"}, (Descriptors(("rms",)),)),
            ({"log": "db"}, (Log("db"),)),
        ):
            made = Extractor(**options, fmin=50, fmax=4000).settings
            assert made.features.steps == (crop, *steps)

    def test_refine_what_is_there(self) -> None:
        base = Extractor(fmin=50, fmax=4000, weighting="A", log="db").settings
        assert Extractor(base, fmin=60).settings.features.steps[0] == Crop(60.0, 4000.0)
        banked = Extractor(base, chroma=12, weighting="none").settings
        assert banked.features.steps == (Crop(50.0, 4000.0), Chroma(), Log("db"))
        both = Extractor(base, mfcc=13, fmin=70).settings.features.steps
        assert both[:3] == (Crop(70.0, 4000.0), Weighting(), Mel(fmin_hz=70.0))


class TestBanks:
    @pytest.mark.parametrize("bank", [Mel(5), Chroma(), Bands("octave", fmin_hz=125.0)], ids=str)
    def test_take_the_bins_that_are_left(self, bank: Any) -> None:
        spectrum = bank.default_spectrum
        whole = Extractor(spectrum=spectrum, dtype="float64", **FRAMES)(SOUND, RATE_HZ)
        without = np.zeros_like(whole)
        without[:, KEPT] = whole[:, KEPT]
        steps = [Crop(500.0, 4000.0), bank]
        got = Extractor(steps=steps, spectrum=spectrum, dtype="float64", **FRAMES)
        plain = Extractor(steps=[bank], spectrum=spectrum, dtype="float64", **FRAMES)
        linear = plain.chain(RATE_HZ).stages[0].linear
        assert linear is not None
        np.testing.assert_allclose(got(SOUND, RATE_HZ), linear(without), rtol=1e-12, atol=1e-18)

    def test_descriptors_are_of_the_bins_that_count(self) -> None:
        names = "centroid,bandwidth,rolloff,flatness,flux"
        got = Extractor(descriptors=names, fmin=500, fmax=4000, **FRAMES)(SOUND, RATE_HZ)
        magnitudes = Extractor(spectrum="magnitude", **FRAMES)(SOUND, RATE_HZ)[:, KEPT]
        hz = np.arange(16, 129) * 31.25
        centroid = magnitudes @ hz / magnitudes.sum(axis=1)
        np.testing.assert_allclose(got[:, 0], centroid, rtol=1e-5)
        assert (got[:, 2] >= 500).all()
        assert (got[:, 2] <= 4000).all()
        powers = magnitudes.astype(np.float64) ** 2
        flatness = np.exp(np.log(powers).mean(axis=1)) / powers.mean(axis=1)
        np.testing.assert_allclose(got[:, 3], flatness, rtol=1e-4)

    def test_rms_is_of_the_samples_all_the_same(self) -> None:
        whole, crop = (
            Extractor(descriptors="rms,zcr", fmin=fmin, **FRAMES)(SOUND, RATE_HZ)
            for fmin in (None, 500)
        )
        assert_same_bits(crop, whole)


class TestInverse:
    @pytest.mark.parametrize("spectrum", [one for one in SPECTRA if one != "phase"])
    def test_what_was_cut_off_is_silent(self, spectrum: Any) -> None:
        rounds = None if spectrum == "complex" else 16
        crop = Extractor(spectrum=spectrum, fmin=500, fmax=4000, **FRAMES)
        back = crop.inverse(crop(SOUND, RATE_HZ), RATE_HZ, length=16_000, griffin_lim=rounds)
        density = Extractor(spectrum="psd", n_fft=512)(back, RATE_HZ).mean(axis=0)
        wanted = Extractor(spectrum="psd", n_fft=512)(SOUND, RATE_HZ).mean(axis=0)
        assert density[:14].max() < 1e-3 * wanted.max()
        assert density[132:].max() < 1e-3 * wanted.max()
        np.testing.assert_allclose(density[20:125].mean(), wanted[20:125].mean(), rtol=0.1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fmin": 3000, "fmax": 300}, "`fmin_hz` is 3000.0: it must be not above `fmax_hz`, 300"),
        ({"fmax": 8001}, "`fmax_hz` is 8001.0: it must be 8000, half the rate, or less"),
        ({"fmin": 8001}, "`fmin_hz` is 8001.0: it must be not above `fmax_hz`, 8000"),
        ({"fmin": 501, "fmax": 502}, "no bin lies from `fmin` 501 to 502 Hz.*31.25 Hz apart"),
        ({"fmin": -1}, "`fmin` is -1: it must be Hz from 0"),
        ({"descriptors": "contrast", "fmin": 100}, "leave it out .*`fmin`"),
        ({"descriptors": "contrast", "fmax": 7000}, "leave it out .*`fmax`"),
        ({"steps": [Mel(20), Crop()]}, "crop is for the bins"),
    ],
    ids=str,
)
def test_what_cannot_be_cut_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Extractor(**FRAMES, **options).axis(RATE_HZ)
