"""Bands that lie evenly on a log scale: where they peak, what they keep, where they are blurred."""

import numpy as np
import pytest

from stftcli import Extractor, SettingsError
from stftcli.dsp.log_frequency import (
    C1_HZ,
    log_frequency_weights,
    resolution_warning,
    resolved_from_hz,
)
from stftcli.settings.pitch import PitchKind

RATE_HZ, LENGTH = 22_050, 8192
BIN_HZ = RATE_HZ / LENGTH


@pytest.mark.parametrize("per_octave", [12, 36])
def test_a_tone_peaks_in_its_own_band(per_octave: int) -> None:
    weights = log_frequency_weights(RATE_HZ, LENGTH, per_octave, fmin_hz=220)
    for band in (0, per_octave, 3 * per_octave - 5):
        hz = 220 * 2 ** (band / per_octave)
        tone = np.sin(2 * np.pi * hz * np.arange(4 * LENGTH) / RATE_HZ)
        power = Extractor(n_fft=LENGTH, spectrum="power", padding="none")(tone, RATE_HZ)
        assert (np.argmax(power @ weights.T, axis=1) == band).all()


def test_each_bin_is_shared_out_where_bands_are_resolved() -> None:
    weights = log_frequency_weights(RATE_HZ, LENGTH, 36)
    hz = np.arange(LENGTH // 2 + 1) * BIN_HZ
    inside = (hz > resolved_from_hz(RATE_HZ, LENGTH, 36) * 1.02) & (hz < 10_500)
    np.testing.assert_allclose(weights.sum(axis=0)[inside], 1, rtol=1e-9)


def test_below_that_the_spectrum_is_interpolated() -> None:
    weights = log_frequency_weights(RATE_HZ, 2048, 36)
    peaks_hz = C1_HZ * 2 ** (np.arange(len(weights)) / 36)
    blurred = peaks_hz < resolved_from_hz(RATE_HZ, 2048, 36)
    hz = np.arange(1025) * RATE_HZ / 2048
    slope = 3 + 0.5 * hz
    np.testing.assert_allclose((weights @ slope)[blurred], (3 + 0.5 * peaks_hz)[blurred], rtol=1e-9)


def test_the_norm_makes_white_noise_flat() -> None:
    weights = log_frequency_weights(RATE_HZ, LENGTH, 24, fmin_hz=500, norm="slaney")
    np.testing.assert_allclose(weights.sum(axis=1) * BIN_HZ, 1, rtol=0.02)


def test_the_last_band_ends_at_the_highest_frequency() -> None:
    weights = log_frequency_weights(16_000, 4096, 12, fmin_hz=500, fmax_hz=4000)
    assert weights.shape == (36, 2049)
    assert not weights[:, np.arange(2049) * 16_000 / 4096 > 4000].any()


@pytest.mark.parametrize(("fmin_hz", "warned"), [(C1_HZ, True), (554, False), (553, True)])
def test_says_where_the_resolution_ends(fmin_hz: float, warned: bool) -> None:
    warning = resolution_warning(22_050, 2048, 36, fmin_hz)
    assert (warning is not None) == warned
    if warning is not None:
        assert "below 553.8 Hz" in warning
        needed = int(warning.partition("n_fft=")[2].partition("`")[0])
        assert resolution_warning(22_050, needed, 36, fmin_hz) is None


@pytest.mark.parametrize(
    ("note", "hz"),
    [
        *(("A4", 440), ("C1", 32.7032), ("C4", 261.6256), ("a3", 220), ("C#3", 138.5913)),
        *(("Db3", 138.5913), ("B3", 246.9417), ("C-1", 8.1758), ("1.5k", 1500), (100, 100)),
    ],
)
def test_notes_are_frequencies(note: str | float, hz: float) -> None:
    np.testing.assert_allclose(PitchKind().read(note), hz, rtol=1e-5)


@pytest.mark.parametrize("text", ["H1", "C", "C##1", "C10", "-5", "0", "", "E5x", None])
def test_what_is_none_is_told_with_examples(text: str | None) -> None:
    with pytest.raises(ValueError, match="a note, as A4"):
        PitchKind().read(text)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"bins_per_octave": 0}, "`bins_per_octave` is 0: it must be 1 to 1200"),
        ({"fmin_hz": 0}, "`fmin_hz` is 0: it must be above 0"),
        ({"fmin_hz": 3990}, "`fmin_hz` is 3990: .*below `fmax_hz`, 4000"),
        ({"fmin_hz": 300, "fmax_hz": 200}, "`fmin_hz` is 300: .*below `fmax_hz`, 200"),
        ({"fmax_hz": 4001}, "`fmax_hz` is 4001: .*4000, half the rate"),
        ({"norm": "l2"}, "`norm`"),
        ({"rate_hz": -1}, "`rate_hz`"),
        ({"filter_length": 1}, "`filter_length`"),
    ],
    ids=str,
)
def test_what_is_no_band_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        log_frequency_weights(**{"rate_hz": 8000, "filter_length": 512, **options})  # type: ignore[arg-type]
