"""Each feature's own level is a percentile of it, subtracted from levels, dividing powers."""

from typing import Any

import numpy as np
import pytest

from stftcli import Background, Extractor, SettingsError
from stftcli.dsp import percentiles
from tests.signals import noise

RATE_HZ = 8000
SOUND = noise(16_001)
FRAMES: dict[str, Any] = {"n_fft": 256, "hop_length": 80, "dtype": "float64"}


@pytest.mark.parametrize(("name", "percent"), [("median", 50), ("p10", 10), ("p99.5", 99.5)])
@pytest.mark.parametrize("options", [{"spectrum": "dbfs"}, {"mel": 8, "log": "ln"}, {"mfcc": 5}])
def test_is_subtracted_from_levels(options: dict[str, Any], name: str, percent: float) -> None:
    levels = Extractor(**FRAMES, **options)(SOUND, RATE_HZ)
    got = Extractor(**FRAMES, **options, background=name)(SOUND, RATE_HZ)
    np.testing.assert_allclose(got, levels - np.percentile(levels, percent, axis=0), atol=1e-12)


@pytest.mark.parametrize("options", [{"spectrum": "power"}, {"spectrum": "psd"}, {"mel": 8}])
def test_divides_powers(options: dict[str, Any]) -> None:
    powers = Extractor(**FRAMES, **options)(SOUND, RATE_HZ)
    got = Extractor(**FRAMES, **options, background="p10")(SOUND, RATE_HZ)
    background = np.percentile(powers, 10, axis=0)
    np.testing.assert_allclose(got, powers / background, rtol=1e-12)


def test_says_what_is_left() -> None:
    def unit(**options: Any) -> str | None:
        return Extractor(**FRAMES, background="median", **options).axis(RATE_HZ).unit

    assert unit(spectrum="dbfs") == unit(spectrum="psd", log="db") == "dB re background"
    assert unit(spectrum="psd") == ""
    assert unit(spectrum="log") == "ln"


def test_divides_magnitudes_and_says_so() -> None:
    extractor = Extractor(**FRAMES, spectrum="magnitude", background="median")
    magnitudes = Extractor(**FRAMES, spectrum="magnitude")(SOUND, RATE_HZ)
    got = extractor(SOUND, RATE_HZ)
    np.testing.assert_allclose(got, magnitudes / np.median(magnitudes, axis=0), rtol=1e-12)
    assert extractor.axis(RATE_HZ).quantity == "ratio of magnitudes"


def test_silence_divides_nothing_by_zero() -> None:
    assert not Extractor(**FRAMES, background="median")(np.zeros(8000), RATE_HZ).any()


def test_of_pooled_rows() -> None:
    rows = Extractor(**FRAMES, pool="100ms", log="db")(SOUND, RATE_HZ)
    got = Extractor(**FRAMES, pool="100ms", log="db", background="median")(SOUND, RATE_HZ)
    np.testing.assert_allclose(got, rows - np.median(rows, axis=0), atol=1e-12)


def test_a_long_sound_is_off_by_less_than_a_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    levels = Extractor(**FRAMES, spectrum="dbfs")(SOUND, RATE_HZ)
    monkeypatch.setattr(percentiles, "MAX_HELD", 2000)
    got = Extractor(**FRAMES, spectrum="dbfs", background="median")(SOUND, RATE_HZ)
    error = np.abs(got - (levels - np.median(levels, axis=0)))
    assert (error <= 2 / 4095 * np.ptp(levels, axis=0)).all()


def test_none_takes_it_away() -> None:
    base = Extractor(background="p10").settings
    assert Extractor(base, background="none").settings.features.steps == ()


def test_what_has_no_level_is_refused() -> None:
    with pytest.raises(SettingsError, match="angles"):
        Extractor(spectrum="phase", background="median")(SOUND, RATE_HZ)
    with pytest.raises(SettingsError, match="median, or a percentile such as p10"):
        Extractor(background="mean")
    with pytest.raises(SettingsError, match="`percentile` is 'none'"):
        Background("none")
    for name in ("std", "skewness", "kurtosis"):
        with pytest.raises(SettingsError, match=f"{name} is none: leave it out of `pool`"):
            Extractor(pool=f"1s:mean,{name}", background="median").axis(RATE_HZ)
    with pytest.raises(SettingsError, match="one row is its own background: give a time"):
        Extractor(pool="all", background="median").axis(RATE_HZ)
