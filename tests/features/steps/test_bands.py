"""Levels in bands: a tone has its level, all bands have that of the whole, edges are sharp."""

from typing import Any

import numpy as np
import pytest

from stftcli import Bands, Extractor, Log, Mel, SettingsError
from stftcli.settings.choices import BAND_STANDARDS
from tests.signals import assert_same_bits, blocks_of, noise

RATE_HZ = 48_000
FRAMES: dict[str, Any] = {"n_fft": 9600, "hop_length": 2400, "padding": "none"}
G = 10**0.3

each_standard = pytest.mark.parametrize("standard", BAND_STANDARDS)

# Frequency as a power of G from the middle, and the least and the most that a filter of class 1
# may take off: IEC 61260:1995, table 1, which leaves less room than IEC 61260-1:2014.
CLASS_1 = [
    *((0, -0.3, 0.3), (1 / 8, -0.3, 0.4), (1 / 4, -0.3, 0.6), (3 / 8, -0.3, 1.3)),
    *((1 / 2 - 1e-6, -0.3, 5.0), (1 / 2 + 1e-6, 2.0, 5.0)),
    *((1, 17.5, np.inf), (2, 42, np.inf), (3, 61, np.inf), (4, 70, np.inf)),
]


def tone(hz: float, samples: int = 40_000) -> Any:
    """Give a tone of mean square 1."""
    return np.sqrt(2) * np.sin(2 * np.pi * hz * np.arange(samples) / RATE_HZ + 0.3)


def level_db(values: Any) -> Any:
    return 10 * np.log10(values)


class TestLevels:
    @pytest.mark.parametrize("standard", ["octave", "third", "decidecade"])
    @pytest.mark.parametrize("hz", [125, 1000, 8000])
    def test_a_tone_has_its_level_in_its_band_alone(self, standard: Any, hz: int) -> None:
        extractor = Extractor(bands=standard, dtype="float64", **FRAMES)
        levels_db = level_db(extractor(tone(hz), RATE_HZ))
        at = extractor.axis(RATE_HZ).names.index(f"{hz} Hz")
        np.testing.assert_allclose(levels_db[:, at], 0, atol=0.01)
        assert (np.delete(levels_db, at, axis=1) < -40).all()

    @each_standard
    def test_bands_have_the_level_of_the_whole_between_their_edges(self, standard: Any) -> None:
        sound = noise(40_000)
        extractor = Extractor(bands=standard, **FRAMES)
        density = Extractor(spectrum="psd", **FRAMES)(sound, RATE_HZ)
        got = extractor(sound, RATE_HZ).sum(axis=1)
        hz = extractor.axis(RATE_HZ).frequencies_hz
        assert hz is not None
        inside = slice(round(hz[0] / 5), round(hz[-1] * (hz[-1] / hz[-2]) ** 0.5 / 5))
        wanted = density[:, inside].sum(axis=1) * 5
        # A bin at either end is shared with what lies outside.
        np.testing.assert_allclose(level_db(got), level_db(wanted), atol=0.01)

    def test_bands_have_the_level_of_a_sound_that_lies_within_them(self) -> None:
        sound = sum(tone(hz) for hz in (40, 333, 2222, 12_345))
        got = Extractor(bands="third", fmin=31.5, **FRAMES)(sound, RATE_HZ).sum(axis=1)
        np.testing.assert_allclose(level_db(got), level_db(4), atol=0.01)

    def test_a_density_is_the_power_over_the_width(self) -> None:
        sound = noise(40_000)
        options: dict[str, Any] = {"bands": "third", "dtype": "float64", "fmin": 100, **FRAMES}
        power, density = (
            Extractor(band_values=values, **options)(sound, RATE_HZ)
            for values in ("power", "density")
        )
        widths_hz = 1000 * 10 ** (np.arange(-10, 14) / 10) * (10**0.05 - 10**-0.05)
        np.testing.assert_allclose(power, density * widths_hz, rtol=1e-9)


class TestFilters:
    """The bands are filters of class 1 where they are a few bins wide (Hann window)."""

    @pytest.mark.parametrize(("standard", "fraction", "bins"), [("octave", 1, 10), ("third", 3, 4)])
    @pytest.mark.parametrize("part", [0.0, 0.37])
    def test_attenuation_is_that_of_class_1(
        self, standard: Any, fraction: int, bins: int, part: float
    ) -> None:
        width_hz = 1000 * (G ** (0.5 / fraction) - G ** (-0.5 / fraction))
        length = round(RATE_HZ * (bins + part) / width_hz)
        one = {"fmin": 1000, "fmax": 1000, "n_fft": length, "hop_length": length // 2}
        extractor = Extractor(bands=standard, padding="none", dtype="float64", **one)
        slope = (G ** (0.5 / fraction) - 1) / (G**0.5 - 1)
        for power, least_db, most_db in CLASS_1:
            ratio = 1 + slope * (G**power - 1)
            for hz in (1000 * ratio, 1000 / ratio):
                levels_db = level_db(extractor(tone(hz, 4 * length), RATE_HZ).mean())
                assert least_db <= -levels_db <= most_db, (power, hz)


class TestStream:
    @each_standard
    def test_is_the_whole_to_the_byte(self, standard: Any) -> None:
        sound = noise(60_000)
        extractor = Extractor(bands=standard, log="db", weighting="A", fmin=2500, **FRAMES)
        whole = extractor(sound, RATE_HZ)
        assert_same_bits(extractor(sound, RATE_HZ, threads=2), whole)
        for size in (1999, 2400, 60_000):
            together = np.concatenate(list(extractor.stream(blocks_of(sound, size), RATE_HZ)))
            assert_same_bits(together, whole)


class TestAxis:
    def test_names_are_nominal_and_frequencies_exact(self) -> None:
        axis = Extractor(bands="octave", **FRAMES).axis(RATE_HZ)
        assert axis.names[:3] == ("8 Hz", "16 Hz", "31.5 Hz")
        assert axis.frequencies_hz is not None
        np.testing.assert_allclose(axis.frequencies_hz[2], 31.6228, rtol=1e-5)
        assert (axis.quantity, axis.bins, axis.log) == ("power", False, None)

    def test_a_density_stays_one(self) -> None:
        axis = Extractor(bands="third", band_values="density", log="db", **FRAMES).axis(RATE_HZ)
        assert (axis.quantity, axis.log, axis.unit) == ("density", "db", "dB re 1/Hz")

    def test_names_without_a_rate_are_refused(self) -> None:
        with pytest.raises(SettingsError, match="called by their frequencies"):
            _ = Extractor(bands="third").names


class TestInverse:
    def test_a_noise_comes_back_with_its_levels(self) -> None:
        sound = noise(48_000) / 8
        extractor = Extractor(bands="third", n_fft=2048, hop_length=512)
        levels = extractor(sound, RATE_HZ)
        back = extractor.inverse(levels, RATE_HZ, length=48_000, griffin_lim=16)
        again = extractor(back, RATE_HZ)
        np.testing.assert_allclose(level_db(again.mean(0)), level_db(levels.mean(0)), atol=1.5)

    def test_each_bin_gets_the_density_of_its_band(self) -> None:
        extractor = Extractor(bands="octave", n_fft=512, fmin=500, dtype="float64")
        stage = extractor.chain(16_000).stages[0]
        back = stage.step.undo(stage)(np.array([[1.0, 2.0, 3.0, 4.0]]))
        hz = np.arange(257) * 31.25
        widths_hz = 1000 * G ** np.array([-1, 0, 1, 2]) * (G**0.5 - G**-0.5)
        for band, middle_hz in enumerate((500, 1000, 2000, 4000)):
            density = (band + 1) / widths_hz[band]
            np.testing.assert_allclose(back[0, hz == middle_hz], density, rtol=0.01)
        assert not back[0, hz < 330].any()
        assert not back[0, hz > 5700].any()


class TestAdvice:
    def test_bands_narrower_than_a_bin_are_told(self) -> None:
        with pytest.warns(UserWarning, match=r"8 of 31 bands are narrower.*125 Hz is the first"):
            Extractor(bands="third", n_fft=2048, fmin=20)(noise(4096), RATE_HZ)

    @pytest.mark.parametrize("spectrum", ["power", "magnitude", "db", "dbfs", "log", "phase"])
    def test_another_spectrum_is_refused(self, spectrum: Any) -> None:
        with pytest.raises(SettingsError, match="give `spectrum='psd'`"):
            Extractor(bands="third", spectrum=spectrum).axis(RATE_HZ)

    @pytest.mark.parametrize("before", [Log("db"), Mel(20)], ids=str)
    def test_so_is_what_is_no_density_any_more(self, before: Any) -> None:
        with pytest.raises(SettingsError, match="put them before other steps"):
            Extractor(steps=[before, Bands()], spectrum="psd").axis(RATE_HZ)

    def test_a_rate_too_low_for_any_band(self) -> None:
        with pytest.raises(SettingsError, match="as wide as a bin, 250 Hz"):
            Extractor(bands="third", n_fft=4).axis(1000)
