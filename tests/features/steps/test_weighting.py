"""A weighting counts the same, whatever is taken of the spectrum."""

from typing import Any

import numpy as np
import pytest

from stftcli import Extractor, Log, Mel, SettingsError, Weighting
from stftcli.dsp.weightings import weighting_db
from stftcli.settings.choices import WEIGHTING_CURVES
from tests.signals import noise

RATE_HZ = 16_000
FRAMES: dict[str, Any] = {"n_fft": 512, "hop_length": 160, "dtype": "float64"}
SOUND = noise(8000) / 8
# Factor of the decibels of a power in the unit of each spectrum: added to it, or multiplied.
UNITS = {"db": 1.0, "dbfs": 1.0, "log": np.log(10) / 20}


@pytest.mark.parametrize("curve", WEIGHTING_CURVES)
@pytest.mark.parametrize("spectrum", ["power", "psd", "magnitude", "db", "dbfs", "log"])
def test_every_spectrum_is_weighted_alike(curve: Any, spectrum: Any) -> None:
    plain = Extractor(spectrum=spectrum, **FRAMES)(SOUND, RATE_HZ)
    weighted = Extractor(spectrum=spectrum, weighting=curve, **FRAMES)(SOUND, RATE_HZ)
    if spectrum in UNITS:
        got_db = (weighted - plain) / UNITS[spectrum]
    else:
        got_db = (20 if spectrum == "magnitude" else 10) * np.log10(weighted / plain)
    wanted_db = weighting_db(curve, np.arange(257) * 31.25)
    np.testing.assert_allclose(got_db, np.broadcast_to(wanted_db, got_db.shape), atol=1e-9)


def test_it_comes_before_the_bank() -> None:
    powers = Extractor(spectrum="power", weighting="A", **FRAMES)(SOUND, RATE_HZ)
    bank = Extractor(mel=20, **FRAMES).chain(RATE_HZ).stages[0].linear
    assert bank is not None
    got = Extractor(mel=20, weighting="A", **FRAMES)(SOUND, RATE_HZ)
    np.testing.assert_allclose(got, bank(powers), rtol=1e-12)


def test_a_weighted_tone_is_a_number_of_the_table_lower() -> None:
    tone = np.sin(2 * np.pi * 125 * np.arange(48_000) / 48_000)
    options: dict[str, Any] = {"bands": "third", "n_fft": 9600, "log": "db"}
    plain, weighted = (
        Extractor(**options, weighting=curve)(tone, 48_000)[3] for curve in (None, "A")
    )
    at = plain.argmax()
    assert abs(weighted[at] - plain[at] - -16.1) < 0.1


@pytest.mark.parametrize("spectrum", ["power", "magnitude", "db"])
def test_it_is_taken_back(spectrum: Any) -> None:
    extractor = Extractor(spectrum=spectrum, weighting="A", **FRAMES)
    stage = extractor.chain(RATE_HZ).stages[0]
    values = extractor(SOUND, RATE_HZ)
    back = stage.step.undo(stage)(values.copy())
    plain = Extractor(spectrum=spectrum, **FRAMES)(SOUND, RATE_HZ)
    np.testing.assert_allclose(back[:, 1:], plain[:, 1:], rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(back[:, 0], values[:, 0])  # at 0 Hz there was no gain


@pytest.mark.parametrize("curve", WEIGHTING_CURVES)
def test_what_a_logarithm_raised_does_not_come_back_as_a_roar(curve: Any) -> None:
    extractor = Extractor(spectrum="power", weighting=curve, log="db", **FRAMES)
    back = extractor.inverse(extractor(SOUND, RATE_HZ), RATE_HZ, griffin_lim=4)
    assert np.std(back) == pytest.approx(np.std(SOUND), rel=0.2)
    assert np.abs(back).max() < 1


@pytest.mark.parametrize(
    "options",
    [
        {"spectrum": "phase", "weighting": "A"},
        {"steps": [Mel(20), Weighting()]},
        {"steps": [Log("log1p"), Weighting()]},
    ],
    ids=str,
)
def test_what_has_no_power_in_its_bins_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="weighting is for the bins"):
        Extractor(**options).axis(RATE_HZ)


def test_complex_spectra_are_refused() -> None:
    with pytest.raises(SettingsError, match="real numbers: choose another `spectrum`"):
        Extractor(spectrum="complex", weighting="A").axis(RATE_HZ)
