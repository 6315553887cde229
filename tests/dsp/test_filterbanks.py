import re
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stftcli import Linear
from stftcli.dsp.filterbanks import (
    BandScale,
    band_centers_hz,
    band_weights,
    bark_weights,
    chroma_weights,
    dct_weights,
    empty_bands,
    erb_weights,
    mel_weights,
)
from stftcli.dsp.frequency_scales import SCALES, Floats
from stftcli.errors import SettingsError
from tests.signals import assert_close, noise

Bank = Callable[..., Floats]
BANKS: dict[BandScale, Bank] = {
    "slaney": mel_weights,
    "htk": partial(mel_weights, scale="htk"),
    "bark": bark_weights,
    "erb": erb_weights,
}
# Where Zwicker's critical bands end: band n, counted from 1, ends at n Bark.
CRITICAL_HZ = [100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320]
CRITICAL_HZ += [2700, 3150, 3700, 4400, 5300, 6400, 7700, 9500, 12000, 15500]

each_scale = pytest.mark.parametrize("scale", SCALES)
each_bank = pytest.mark.parametrize("bank", BANKS.values(), ids=BANKS)


def test_every_scale_has_a_bank_that_is_the_same_as_asking_for_it_by_name() -> None:
    assert BANKS.keys() == SCALES.keys()
    for scale, bank in BANKS.items():
        options = {"fmin_hz": 60.0, "fmax_hz": 5000.0, "norm": None, "triangles": "mel"}
        wanted = band_weights(11025, 512, 20, scale=scale, **options)  # type: ignore[arg-type]
        np.testing.assert_array_equal(bank(11025, 512, 20, **options), wanted)


@each_scale
@given(hz=st.floats(0, 96_000))
def test_a_scale_is_undone_by_its_inverse(scale: str, hz: float) -> None:
    of_hz, hz_of = SCALES[scale]
    assert hz_of(of_hz(np.array([hz])))[0] == pytest.approx(hz, rel=1e-9, abs=1e-9)


@each_scale
def test_a_scale_rises_without_jumps(scale: str) -> None:
    of_hz, _ = SCALES[scale]
    steps = np.diff(of_hz(np.arange(0, 48_000, 0.5)))
    assert (steps > 0).all()
    np.testing.assert_allclose(steps[1:], steps[:-1], rtol=0.3)


@pytest.mark.parametrize(
    ("scale", "hz", "wanted"),
    [("slaney", 200, 3), ("slaney", 1000, 15), ("slaney", 6400, 42), ("htk", 6300, 2595)],
)
def test_known_points_of_the_mel_scales(scale: str, hz: float, wanted: float) -> None:
    assert SCALES[scale][0](np.array([hz]))[0] == pytest.approx(wanted)


def test_the_bark_scale_counts_critical_bands() -> None:
    bark = SCALES["bark"][0](np.array(CRITICAL_HZ, np.float64))
    np.testing.assert_allclose(bark, np.arange(1, 25), rtol=0, atol=0.12)


@pytest.mark.parametrize("hz", [100, 1000, 10_000])
def test_the_erb_scale_counts_equivalent_rectangular_bandwidths(hz: float) -> None:
    bandwidth = 24.7 * (4.37 * hz / 1000 + 1)  # Glasberg and Moore (1990), equation 3
    below, above = SCALES["erb"][0](np.array([hz - bandwidth / 2, hz + bandwidth / 2]))
    assert above - below == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("filter_length", [2, 3, 400, 401, 512])
@pytest.mark.parametrize("bank", [*BANKS.values(), chroma_weights])
def test_has_a_row_for_a_band_and_a_column_for_a_bin(bank: Bank, filter_length: int) -> None:
    weights = bank(16000, filter_length, 23)
    assert weights.shape == (23, filter_length // 2 + 1)
    assert weights.dtype == np.float64
    assert np.isfinite(weights).all()
    assert (weights >= 0).all()


@each_scale
def test_centres_are_evenly_spaced_on_the_scale(scale: BandScale) -> None:
    centers = band_centers_hz(22050, 40, scale=scale, fmin_hz=50, fmax_hz=8000)
    on_scale = SCALES[scale][0](np.array([50, *centers, 8000]))
    np.testing.assert_allclose(np.diff(on_scale, 2), 0, atol=1e-9 * on_scale[-1])


@each_scale
def test_a_band_rises_from_one_neighbour_and_falls_to_the_other(scale: BandScale) -> None:
    weights = BANKS[scale](16000, 2048, 30, fmin_hz=100, fmax_hz=7000, norm=None)
    bin_hz = np.arange(1025) * 16000 / 2048
    edges = [100, *band_centers_hz(16000, 30, scale=scale, fmin_hz=100, fmax_hz=7000), 7000]
    for band, row in enumerate(weights):
        wanted = np.interp(bin_hz, edges[band : band + 3], [0, 1, 0])
        np.testing.assert_allclose(row, wanted, rtol=0, atol=1e-12)


@each_bank
def test_without_a_norm_neighbours_add_up_to_one(bank: Bank) -> None:
    weights = bank(16000, 2048, 40, norm=None)
    between = slice(weights[0].argmax() + 1, weights[-1].argmax())
    np.testing.assert_allclose(weights.sum(axis=0)[between], 1, rtol=0, atol=1e-12)


@each_bank
def test_with_slaneys_norm_every_band_has_an_area_of_one(bank: Bank) -> None:
    areas = bank(16000, 2**16, 40).sum(axis=1) * 16000 / 2**16
    np.testing.assert_allclose(areas, 1, rtol=0, atol=1e-3)


@each_bank
def test_bins_at_the_ends_weigh_nothing(bank: Bank) -> None:
    weights = bank(16000, 512, 10)
    assert not weights[:, [0, -1]].any()
    weights = bank(16000, 512, 10, fmin_hz=1000, fmax_hz=3000)
    assert not weights[:, : 32 + 1].any()
    assert not weights[:, 96:].any()
    assert weights[:, 32 + 1 : 96].any(axis=0).all()


@each_scale
@pytest.mark.parametrize("norm", ["slaney", None])
def test_triangles_may_be_straight_over_the_scale_itself(scale: BandScale, norm: Any) -> None:
    options: Any = {"fmin_hz": 100, "fmax_hz": 7000}
    weights = BANKS[scale](16000, 2048, 30, triangles="mel", norm=norm, **options)
    centers_hz = band_centers_hz(16000, 30, scale=scale, **options)
    edges_hz = np.array([100, *centers_hz, 7000])
    of_hz = SCALES[scale][0]
    edges, bins = of_hz(edges_hz), of_hz(np.arange(1025) * 16000 / 2048)
    for band, row in enumerate(weights):
        wanted = np.interp(bins, edges[band : band + 3], [0, 1, 0])
        height = 1 if norm is None else 2 / (edges_hz[band + 2] - edges_hz[band])
        np.testing.assert_allclose(row, wanted * height, rtol=0, atol=1e-12)


@each_bank
def test_triangles_over_hz_are_the_default(bank: Bank) -> None:
    over_hz, over_mel = (bank(16000, 512, 20, triangles=over) for over in ("hz", "mel"))
    np.testing.assert_array_equal(bank(16000, 512, 20), over_hz)
    assert np.abs(over_hz - over_mel).max() > 1e-3 * over_hz.max()
    np.testing.assert_array_equal(over_hz > 0, over_mel > 0)


@pytest.mark.parametrize("fmin_hz", [0, 20, 62.5])
@each_scale
def test_empty_bands_are_those_without_a_bin(scale: BandScale, fmin_hz: float) -> None:
    weights = BANKS[scale](16000, 256, 128, fmin_hz=fmin_hz)
    edges = [fmin_hz, *band_centers_hz(16000, 128, scale=scale, fmin_hz=fmin_hz), 8000]
    bin_hz = np.arange(129) * 62.5
    wanted = [
        band
        for band in range(128)
        if not ((edges[band] < bin_hz) & (bin_hz < edges[band + 2])).any()
    ]
    assert wanted
    assert empty_bands(weights).tolist() == wanted


def test_a_coarse_bank_has_no_empty_bands() -> None:
    assert empty_bands(mel_weights(16000, 512, 20)).tolist() == []


def test_rows_of_anything_can_be_looked_through_for_empty_ones() -> None:
    assert empty_bands([[0, 0], [0, 1], [0, 0]]).tolist() == [0, 2]


def test_a_bank_makes_a_linear() -> None:
    weights = mel_weights(16000, 512, 80)
    power = noise(2, 7, 257) ** 2
    assert_close(Linear.from_weights(weights)(power), power @ weights.T)


@pytest.mark.parametrize(("bands", "row"), [(12, 9), (24, 18), (36, 27)])
def test_chroma_hears_an_a(bands: int, row: int) -> None:
    for bin_of_a in (55, 110, 220, 440, 880):
        column = chroma_weights(8000, 8000, bands)[:, bin_of_a]
        assert column.argmax() == row
        assert chroma_weights(8000, 8000, bands, base_c=False)[:, bin_of_a].argmax() == 0


def test_chroma_is_the_same_in_all_octaves() -> None:
    weights = chroma_weights(8000, 8000, octwidth=None)
    np.testing.assert_allclose(weights[:, 200:4001:2], weights[:, 100:2001], rtol=0, atol=1e-12)


def test_chroma_tuned_by_a_step_is_moved_by_a_step() -> None:
    plain = chroma_weights(22050, 1024, octwidth=None)
    tuned = chroma_weights(22050, 1024, octwidth=None, tuning=1)
    np.testing.assert_allclose(tuned, np.roll(plain, -1, axis=0), rtol=0, atol=1e-12)


@pytest.mark.parametrize("norm", [0.5, 1, 2, np.inf])
def test_chroma_normalises_every_bin(norm: float) -> None:
    weights = chroma_weights(22050, 1024, norm=norm, octwidth=None)
    np.testing.assert_allclose(np.linalg.norm(weights, norm, axis=0), 1, rtol=1e-12)


def test_chroma_weights_octaves_around_a_centre() -> None:
    flat = chroma_weights(8000, 8000, octwidth=None)
    weighted = chroma_weights(8000, 8000, ctroct=4, octwidth=1)
    ratio = (weighted / flat).mean(axis=0)
    np.testing.assert_allclose(
        ratio[[110, 220, 440, 880, 1760]], np.exp([-2, -0.5, 0, -0.5, -2]), rtol=1e-9
    )


@pytest.mark.parametrize("inputs", [1, 2, 23, 128])
def test_dct_is_orthonormal(inputs: int) -> None:
    weights = dct_weights(inputs, inputs)
    np.testing.assert_allclose(weights @ weights.T, np.eye(inputs), rtol=0, atol=1e-12)


def test_dct_keeps_the_first_coefficients() -> None:
    np.testing.assert_array_equal(dct_weights(13, 40), dct_weights(40, 40)[:13])


def test_dct_of_a_constant_is_one_coefficient() -> None:
    wanted = [3 * np.sqrt(40), *np.zeros(12)]
    np.testing.assert_allclose(dct_weights(13, 40) @ np.full(40, 3), wanted, rtol=0, atol=1e-12)


def test_lifter_multiplies_coefficients() -> None:
    factors = dct_weights(13, 40, lifter=22)[:, 0] / dct_weights(13, 40)[:, 0]
    assert factors[10] == pytest.approx(12)  # sin(pi / 2)
    assert factors[0] == pytest.approx(1 + 11 * np.sin(np.pi / 22))
    np.testing.assert_array_equal(dct_weights(13, 40, lifter=0), dct_weights(13, 40))


@pytest.mark.parametrize("lifter", [1, 12, 22, 26.5])
def test_lifter_of_htk_leaves_the_first_coefficient_alone(lifter: float) -> None:
    factors = dct_weights(13, 40, lifter=lifter, lifter_form="htk") / dct_weights(13, 40)
    wanted = 1 + lifter / 2 * np.sin(np.pi * np.arange(13) / lifter)
    np.testing.assert_allclose(factors, np.tile(wanted[:, None], 40), rtol=1e-9, atol=1e-12)
    assert factors[0] == pytest.approx(1)


@pytest.mark.parametrize("lifter_form", ["librosa", "htk"])
def test_without_a_lifter_the_forms_are_the_same(lifter_form: Any) -> None:
    got = dct_weights(13, 40, lifter_form=lifter_form)
    np.testing.assert_array_equal(got, dct_weights(13, 40))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate_hz": 0}, "`rate_hz` is 0: it must be above 0"),
        ({"rate_hz": np.nan}, "`rate_hz` is nan"),
        ({"rate_hz": np.inf}, "`rate_hz` is inf"),
        ({"bands": 0}, "`bands` is 0: it must be 1 or more"),
        ({"fmax_hz": 8000.5}, "`fmax_hz` is 8000.5: it must be 8000, half the rate, or less"),
        ({"fmax_hz": np.nan}, "`fmax_hz` is nan"),
        ({"fmin_hz": -1}, "`fmin_hz` is -1: it must be 0 or more"),
        ({"fmin_hz": 8000}, "`fmin_hz` is 8000: it must be 0 or more, and below `fmax_hz`, 8000"),
        ({"fmin_hz": 900, "fmax_hz": 800}, "`fmin_hz` is 900: it must be .* below `fmax_hz`, 800"),
        ({"fmin_hz": np.nan}, "`fmin_hz` is nan"),
        ({"bands": 9, "fmin_hz": 800, "fmax_hz": np.nextafter(800, 900)}, "`bands` is 9: .* less"),
    ],
)
@pytest.mark.parametrize("scale", [*SCALES, "centers"])
def test_a_bank_refuses(scale: BandScale, arguments: dict[str, Any], message: str) -> None:
    bank = BANKS.get(scale)
    make = partial(bank, filter_length=512) if bank else band_centers_hz
    with pytest.raises(SettingsError, match=message):
        make(**{"rate_hz": 16000, "bands": 40, **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"filter_length": 1}, "`filter_length` is 1: it must be 2 or more"),
        ({"norm": "l1"}, "`norm` is 'l1': it must be slaney or None"),
        ({"triangles": "bark"}, "`triangles` is 'bark': it must be hz or mel"),
    ],
)
@each_bank
def test_weights_refuse(bank: Bank, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        bank(**{"rate_hz": 16000, "filter_length": 512, **arguments})


@pytest.mark.parametrize("make", [band_centers_hz, partial(band_weights, filter_length=512)])
def test_an_unknown_scale_is_answered_with_all_names(make: Bank) -> None:
    with pytest.raises(SettingsError, match=f"`scale` is 'mel': .*{', '.join(SCALES)}"):
        make(16000, scale="mel")


def test_mel_takes_mel_scales_only() -> None:
    with pytest.raises(SettingsError, match="`scale` is 'bark': it must be slaney or htk"):
        mel_weights(16000, 512, scale="bark")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate_hz": -1}, "`rate_hz` is -1"),
        ({"filter_length": 1}, "`filter_length` is 1"),
        ({"bands": 0}, "`bands` is 0: it must be 1 or more"),
        ({"tuning": np.nan}, "`tuning` is nan: it must be from -1000 to 1000"),
        ({"tuning": 1e300}, r"`tuning` is 1e\+300: it must be from -1000 to 1000"),
        ({"octwidth": 5e-324}, "`octwidth` is 5e-324: it must be 0.001 or more, or None"),
        ({"ctroct": np.inf}, "`ctroct` is inf: it must be from -1000 to 1000"),
        ({"octwidth": 0}, "`octwidth` is 0: it must be 0.001 or more, or None"),
        ({"norm": -np.inf}, "`norm` is -inf: it must be above 0, or None"),
    ],
)
def test_chroma_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        chroma_weights(**{"rate_hz": 16000, "filter_length": 512, **arguments})


@pytest.mark.parametrize(
    ("outputs", "inputs", "lifter", "message"),
    [
        (0, 40, 0, "`outputs` is 0: it must be 1 to inputs, which is 40"),
        (41, 40, 0, "`outputs` is 41: it must be 1 to inputs, which is 40"),
        (1, 0, 0, "`outputs` is 1: it must be 1 to inputs, which is 0"),
        (13, 40, -1, "`lifter` is -1: it must be 0, or 0.001 or more"),
        (13, 40, 5e-324, "`lifter` is 5e-324: it must be 0, or 0.001 or more"),
        (13, 40, np.nan, "`lifter` is nan: it must be 0, or 0.001 or more"),
    ],
)
def test_dct_refuses(outputs: int, inputs: int, lifter: float, message: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        dct_weights(outputs, inputs, lifter=lifter)


def test_dct_refuses_a_lifter_of_no_form() -> None:
    with pytest.raises(SettingsError, match=r"`lifter_form` is 'kaldi': it must be .*librosa.*htk"):
        dct_weights(13, 40, lifter_form="kaldi")  # type: ignore[arg-type]
