"""The bank of torchaudio: mel bands with the roundings of float32, and a last bin of its own."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.dsp.filterbanks import empty_bands, mel_weights
from stftcli.dsp.torchaudio_bank import torchaudio_mel_weights
from stftcli.errors import SettingsError
from stftcli.settings.choices import MEL_SCALES, MelScale
from tests.signals import assert_close, assert_same_bits

each_scale = pytest.mark.parametrize("scale", MEL_SCALES)
each_norm = pytest.mark.parametrize("norm", ["slaney", None])


def edges_of(bands: int, scale: MelScale, low: float, high: float) -> NDArray[Any]:
    """Give where bands begin, peak and end, in Hz and float64."""
    points = np.linspace(mel_of(low, scale), mel_of(high, scale), bands + 2)
    upper = 1000 * 6.4 ** ((points - 15) / 27)
    slaney, htk = np.where(points < 15, points * 200 / 3, upper), 700 * (10 ** (points / 2595) - 1)
    return np.asarray(htk if scale == "htk" else slaney)


def mel_of(hz: float, scale: MelScale) -> float:
    if scale == "htk":
        return float(2595 * np.log10(1 + hz / 700))
    return float(hz * 3 / 200 if hz < 1000 else 15 + 27 * np.log(hz / 1000) / np.log(6.4))


@each_scale
@each_norm
@pytest.mark.parametrize("rate_hz", [8000, 11025, 16000, 44101])
@pytest.mark.parametrize("filter_length", [400, 401, 1024])
def test_bands_are_triangles_over_bins_up_to_half_the_rate_rounded_down(
    rate_hz: int, filter_length: int, scale: MelScale, norm: Any
) -> None:
    half_hz = rate_hz // 2
    weights = torchaudio_mel_weights(
        rate_hz, filter_length, 40, scale=scale, norm=norm, fmin_hz=20.0, fmax_hz=half_hz
    )
    edges = edges_of(40, scale, 20.0, half_hz)
    bin_hz = np.linspace(0, half_hz, filter_length // 2 + 1)
    wanted = np.array([np.interp(bin_hz, edges[band : band + 3], [0, 1, 0]) for band in range(40)])
    if norm is not None:
        wanted *= 2 / (edges[2:] - edges[:-2])[:, np.newaxis]
    assert_close(weights, wanted, 3e-5)


@each_scale
@each_norm
def test_weights_are_values_of_float32_in_float64(scale: MelScale, norm: Any) -> None:
    weights = torchaudio_mel_weights(16000, 512, 80, scale=scale, norm=norm)
    assert weights.dtype == np.float64
    assert_same_bits(weights.astype(np.float32).astype(np.float64), weights)


@each_scale
def test_an_even_rate_and_length_differ_from_the_exact_bank_by_roundings_only(
    scale: MelScale,
) -> None:
    got = torchaudio_mel_weights(16000, 512, 40, scale=scale)
    exact = mel_weights(16000, 512, 40, scale=scale, norm=None)
    assert_close(got, exact, 3e-5)
    assert (got != exact).any()


def test_an_odd_rate_moves_the_bins() -> None:
    got = torchaudio_mel_weights(11025, 512, 20, fmax_hz=5000)
    assert_close(got, mel_weights(11024, 512, 20, scale="htk", norm=None, fmax_hz=5000), 3e-5)
    exact = mel_weights(11025, 512, 20, scale="htk", norm=None, fmax_hz=5000)
    assert np.abs(got - exact).max() > 1e-4


def test_the_last_band_ends_at_half_the_rate_rounded_down() -> None:
    got = torchaudio_mel_weights(11025, 512, 20)
    assert_same_bits(got, torchaudio_mel_weights(11025, 512, 20, fmax_hz=5512.0))
    assert not got[:, -1].any()


def test_defaults_are_those_of_torchaudio() -> None:
    got = torchaudio_mel_weights(16000, 400)
    assert got.shape == (128, 201)
    named = torchaudio_mel_weights(
        16000, 400, 128, scale="htk", norm=None, fmin_hz=0.0, fmax_hz=8000.0
    )
    assert_same_bits(got, named)


def test_empty_bands_are_all_zero() -> None:
    assert len(empty_bands(torchaudio_mel_weights(16000, 256, 128))) > 0
    assert (torchaudio_mel_weights(16000, 256, 128) >= 0).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate_hz": 0}, "`rate_hz` is 0: it must be above 0"),
        ({"bands": 0}, "`bands` is 0: it must be 1 or more"),
        ({"scale": "mel"}, "`scale` is 'mel': it must be"),
        ({"scale": "bark"}, "`scale` is 'bark': it must be"),
        ({"fmin_hz": -1.0}, "`fmin_hz` is -1"),
        ({"fmin_hz": 8000.0}, "`fmin_hz` is 8000.*below `fmax_hz`, 8000"),
        ({"fmax_hz": 8000.5}, "`fmax_hz` is 8000.5: it must be 8000, half the rate"),
        ({"filter_length": 1}, "`filter_length` is 1: it must be 2 or more"),
        ({"bands": 100, "fmin_hz": 3999.0, "fmax_hz": 3999.001}, "`bands` is 100: .* less"),
        ({"norm": "l1"}, "`norm` is 'l1': it must be slaney or None"),
    ],
)
def test_refuses(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        torchaudio_mel_weights(**{"rate_hz": 16000, "filter_length": 512, "bands": 40, **arguments})
