"""Bands of the standards: where they lie, what they are called, and what they share."""

import numpy as np
import pytest

from stftcli import Linear, SettingsError
from stftcli.dsp.bands import Evenly, Row, dense
from stftcli.dsp.standard_bands import (
    STANDARDS,
    narrow_warning,
    standard_bands,
    standard_weights,
)
from stftcli.settings.choices import BAND_STANDARDS
from tests.signals import noise

# IEC 61260-1, annex E: the nominal frequencies that all meters are marked with.
OCTAVES = "16 31.5 63 125 250 500 1000 2000 4000 8000 16000"
THIRDS = (
    "10 12.5 16 20 25 31.5 40 50 63 80 100 125 160 200 250 315 400 500 630 800 1000 1250 1600 2000 "
    "2500 3150 4000 5000 6300 8000 10000 12500 16000 20000"
)
# Middle, lower and upper edge of third octaves, to five digits: IEC 61260-1, base ten.
EXACT = {
    "31.5 Hz": (31.623, 28.184, 35.481),
    "125 Hz": (125.89, 112.20, 141.25),
    "1000 Hz": (1000.0, 891.25, 1122.0),
    "16000 Hz": (15849.0, 14125.0, 17783.0),
}


def test_every_standard_is_a_row() -> None:
    assert list(STANDARDS) == list(BAND_STANDARDS)


class TestNames:
    @pytest.mark.parametrize(("standard", "names"), [("octave", OCTAVES), ("third", THIRDS)])
    def test_are_nominal(self, standard: str, names: str) -> None:
        lowest = float(names.split(maxsplit=1)[0])
        bands = standard_bands(standard, 48_000, 48_000, fmin_hz=lowest)  # type: ignore[arg-type]
        assert bands.names == tuple(f"{hz} Hz" for hz in names.split())
        # The base is ten: nominal frequencies are rounded, and off by less than two hundredths.
        np.testing.assert_allclose(bands.nominal_hz, bands.centers_hz, rtol=0.02)

    def test_go_on_far_below_and_above(self) -> None:
        bands = standard_bands("third", 1_000_000, 100_000_000, fmin_hz=0.1)
        assert bands.names[:4] == ("0.1 Hz", "0.125 Hz", "0.16 Hz", "0.2 Hz")
        assert bands.names[-2:] == ("315000 Hz", "400000 Hz")

    def test_of_a_decidecade_are_those_of_a_third(self) -> None:
        decidecades, thirds = (
            standard_bands(standard, 48_000, 4800) for standard in ("decidecade", "third")
        )
        assert decidecades.names == thirds.names
        np.testing.assert_array_equal(decidecades.edges_hz, thirds.edges_hz)


class TestEdges:
    @pytest.mark.parametrize("name", EXACT)
    def test_are_those_of_base_ten(self, name: str) -> None:
        bands = standard_bands("third", 48_000, 48_000)
        at = bands.names.index(name)
        got = bands.centers_hz[at], bands.edges_hz[at], bands.edges_hz[at + 1]
        np.testing.assert_allclose(got, EXACT[name], rtol=5e-5)

    def test_of_an_octave_are_those_of_three_thirds(self) -> None:
        thirds = standard_bands("third", 48_000, 48_000, fmin_hz=12.5, fmax_hz=20_000)
        octaves = standard_bands("octave", 48_000, 48_000, fmin_hz=16)
        np.testing.assert_allclose(octaves.edges_hz, thirds.edges_hz[::3], rtol=1e-12)

    def test_of_millidecades_are_hertz_and_then_thousandths(self) -> None:
        bands = standard_bands("millidecade", 48_000, 48_000)
        np.testing.assert_array_equal(bands.edges_hz[:435], np.arange(435) - 0.5)
        np.testing.assert_allclose(np.diff(np.log10(bands.edges_hz[435:])), 1e-3, rtol=1e-9)
        np.testing.assert_allclose(bands.widths_hz[433:437], [1, 1.0102, 1.0016, 1.0040], atol=1e-4)

    def test_the_lowest_is_as_wide_as_a_bin(self) -> None:
        bands = standard_bands("third", 48_000, 2048)
        assert bands.names[0] == "125 Hz"
        assert bands.widths_hz[0] > 48_000 / 2048 > bands.widths_hz[0] / 10**0.1

    @pytest.mark.parametrize("standard", STANDARDS)
    def test_the_highest_ends_below_half_the_rate(self, standard: str) -> None:
        bands = standard_bands(standard, 48_000, 48_000)  # type: ignore[arg-type]
        step = bands.edges_hz[-1] / bands.edges_hz[-2]
        assert bands.edges_hz[-1] <= 24_000 < bands.edges_hz[-1] * step

    def test_one_that_ends_on_half_the_rate_counts(self) -> None:
        rate_hz = 2 * 1000 * 10**0.15
        assert standard_bands("octave", rate_hz, 2048).names[-1] == "1000 Hz"

    def test_nominal_frequencies_say_which_are_there(self) -> None:
        bands = standard_bands("third", 48_000, 48_000, fmin_hz=20, fmax_hz=20_000)
        assert (len(bands.names), bands.names[0], bands.names[-1]) == (31, "20 Hz", "20000 Hz")
        assert bands.centers_hz[0] < 20  # though this one is 19.95


class TestShares:
    @pytest.mark.parametrize("standard", STANDARDS)
    @pytest.mark.parametrize("length", [48_000, 5001, 700])
    def test_of_a_bin_add_up_to_its_width(self, standard: str, length: int) -> None:
        weights = standard_weights(48_000, length, standard, fmin_hz=500)  # type: ignore[arg-type]
        edges_hz = standard_bands(standard, 48_000, length, fmin_hz=500).edges_hz  # type: ignore[arg-type]
        bin_hz = 48_000 / length
        middle_hz = np.arange(length // 2 + 1) * bin_hz
        inside = (middle_hz - bin_hz / 2 > edges_hz[0]) & (middle_hz + bin_hz / 2 < edges_hz[-1])
        assert inside.any()
        np.testing.assert_allclose(weights.sum(axis=0)[inside], bin_hz, rtol=1e-9)
        np.testing.assert_allclose(weights.sum(axis=1), np.diff(edges_hz), rtol=1e-9)

    def test_of_a_density_add_up_to_one(self) -> None:
        weights = standard_weights(48_000, 4800, "third", values="density")
        np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-12)

    def test_of_bins_that_are_cut_off_are_left_out(self) -> None:
        bands = standard_bands("third", 8000, 512, fmin_hz=50)
        whole = dense(bands.rows(8000 / 512, slice(0, 257)), 257)
        for kept in (slice(30, 90), slice(0, 3), slice(250, 257)):
            part = dense(bands.rows(8000 / 512, kept), kept.stop - kept.start)
            np.testing.assert_array_equal(part, whole[:, kept])

    @pytest.mark.parametrize("standard", STANDARDS)
    def test_multiply_as_the_whole_weight_does(self, standard: str) -> None:
        bands = standard_bands(standard, 32_000, 4000, fmin_hz=300)  # type: ignore[arg-type]
        rows = bands.rows(8, slice(20, 1800))
        powers = np.abs(noise(3, 1780)).astype(np.float64)
        layer = Linear.from_rows(rows, 1780, "float64")
        np.testing.assert_allclose(layer(powers), powers @ layer.weight.T, rtol=1e-12)
        assert layer.weight.shape == (len(bands.names), 1780)
        assert not layer.weight.flags.writeable


class TestNarrow:
    def test_are_counted_and_named_with_what_is_enough(self) -> None:
        bands = standard_bands("third", 48_000, 4800, fmin_hz=31.5)
        warning = narrow_warning(bands, 48_000, 4800)
        assert warning is not None
        assert "2 of 29 bands are narrower than a bin, 10 Hz (31.5 Hz, 40 Hz)" in warning
        assert "50 Hz is the first" in warning
        needed = int(warning.partition("n_fft=")[2].partition("`")[0])
        assert narrow_warning(bands, 48_000, needed) is None
        assert narrow_warning(bands, 48_000, needed - 1) is not None

    def test_one_alone(self) -> None:
        bands = standard_bands("octave", 8000, 64, fmin_hz=63, fmax_hz=63)
        assert "1 of 1 bands is narrower" in (narrow_warning(bands, 8000, 64) or "")

    def test_many_are_cut_short(self) -> None:
        bands = standard_bands("millidecade", 8000, 4000, fmin_hz=0)
        assert "7 Hz, ...)" in (narrow_warning(bands, 8000, 4000) or "")


class TestEvenly:
    def test_gives_back_what_is_even_within_bands(self) -> None:
        rows = [Row(1, np.array([0.5, 1, 1])), Row(3, np.array([0.4, 1])), Row(4, np.array([0.2]))]
        inputs = np.array([0, 2, 2, 2, 3, 0, 0])
        values = inputs @ dense(rows, 7).T
        np.testing.assert_allclose(
            Evenly(rows[:1], 7)(values[:1]), [0, 2, 2, 2, 0, 0, 0], rtol=1e-12
        )
        assert Evenly(rows, 7)(values[None]).shape == (1, 7)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"standard": "fourth"}, "no standard of bands 'fourth'"),
        ({"rate_hz": 0}, "`rate_hz`"),
        ({"filter_length": 1}, "`filter_length` is 1"),
        ({"values": "level"}, "`values` is 'level': it must be power or density"),
        ({"fmax_hz": 4001}, "`fmax_hz` is 4001: it must be 4000, half the rate"),
        ({"fmin_hz": 3000, "fmax_hz": 300}, "`fmin_hz` is 3000: .*not above `fmax_hz`, 300"),
        ({"fmin_hz": -1}, "`fmin_hz` is -1"),
        ({"fmin_hz": 0}, "`fmin_hz` is 0: it must be above 0"),
        ({"fmin_hz": 1010, "fmax_hz": 1200}, "third lies between 1010 and 1200 Hz"),
        ({"fmin_hz": 3800}, "between 3800 and 4000 Hz"),
        ({"filter_length": 4}, "third is as wide as a bin, 2000 Hz.*larger `n_fft`"),
        ({"rate_hz": 1, "standard": "octave", "filter_length": 2}, "as wide as a bin, 0.5 Hz"),
    ],
    ids=str,
)
def test_what_is_no_band_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        standard_weights(**{"rate_hz": 8000, "filter_length": 512, **options})  # type: ignore[arg-type]
