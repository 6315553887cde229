"""Weightings are those of the standards' tables; files of them are for powers."""

import numpy as np
import pytest

from stftcli import SettingsError
from stftcli.dsp.weightings import CURVES, weighting_db, weighting_weights
from stftcli.settings.choices import WEIGHTING_CURVES

# Nominal frequency, A and C in dB, and what class 1 allows above and below: IEC 61672-1:2013,
# table 3.
TABLE = np.array(
    [
        (10, -70.4, -14.3, 3.0, np.inf),
        (12.5, -63.4, -11.2, 2.5, np.inf),
        (16, -56.7, -8.5, 2.0, 4.0),
        (20, -50.5, -6.2, 2.0, 2.0),
        (25, -44.7, -4.4, 2.0, 1.5),
        (31.5, -39.4, -3.0, 1.5, 1.5),
        (40, -34.6, -2.0, 1.0, 1.0),
        (50, -30.2, -1.3, 1.0, 1.0),
        (63, -26.2, -0.8, 1.0, 1.0),
        (80, -22.5, -0.5, 1.0, 1.0),
        (100, -19.1, -0.3, 1.0, 1.0),
        (125, -16.1, -0.2, 1.0, 1.0),
        (160, -13.4, -0.1, 1.0, 1.0),
        (200, -10.9, 0.0, 1.0, 1.0),
        (250, -8.6, 0.0, 1.0, 1.0),
        (315, -6.6, 0.0, 1.0, 1.0),
        (400, -4.8, 0.0, 1.0, 1.0),
        (500, -3.2, 0.0, 1.0, 1.0),
        (630, -1.9, 0.0, 1.0, 1.0),
        (800, -0.8, 0.0, 1.0, 1.0),
        (1000, 0.0, 0.0, 0.7, 0.7),
        (1250, 0.6, 0.0, 1.0, 1.0),
        (1600, 1.0, -0.1, 1.0, 1.0),
        (2000, 1.2, -0.2, 1.0, 1.0),
        (2500, 1.3, -0.3, 1.0, 1.0),
        (3150, 1.2, -0.5, 1.0, 1.0),
        (4000, 1.0, -0.8, 1.0, 1.0),
        (5000, 0.5, -1.3, 1.5, 1.5),
        (6300, -0.1, -2.0, 1.5, 2.0),
        (8000, -1.1, -3.0, 1.5, 2.5),
        (10000, -2.5, -4.4, 2.0, 3.0),
        (12500, -4.3, -6.2, 2.0, 5.0),
        (16000, -6.6, -8.5, 2.5, 16.0),
        (20000, -9.3, -11.2, 3.0, np.inf),
    ]
)
NOMINAL_HZ = TABLE[:, 0]
EXACT_HZ = 1000 * 10 ** (np.rint(10 * np.log10(NOMINAL_HZ / 1000)) / 10)

each_curve = pytest.mark.parametrize(("curve", "column"), [("A", 1), ("C", 2)])


def test_every_curve_is_a_row() -> None:
    assert list(CURVES) == list(WEIGHTING_CURVES)


@each_curve
def test_the_table_is_met_to_its_last_digit(curve: str, column: int) -> None:
    """The table was computed at the exact frequencies of base ten, and rounded."""
    gains_db = weighting_db(curve, EXACT_HZ)  # type: ignore[arg-type]
    np.testing.assert_allclose(gains_db, TABLE[:, column], atol=0.0501)


@each_curve
def test_class_1_is_met_at_nominal_frequencies_with_a_tenth_of_the_room(
    curve: str, column: int
) -> None:
    away_db = weighting_db(curve, NOMINAL_HZ) - TABLE[:, column]  # type: ignore[arg-type]
    assert (away_db < TABLE[:, 3] / 4).all()
    assert (-away_db < TABLE[:, 4] / 4).all()


@each_curve
def test_one_kilohertz_is_left_alone(curve: str, column: int) -> None:  # noqa: ARG001
    np.testing.assert_allclose(weighting_db(curve, [1000.0]), 0, atol=1e-12)  # type: ignore[arg-type]


def test_loudness_has_its_shelf_and_its_high_pass() -> None:
    gains_db = weighting_db("K", [997.0, 10_000.0, 24_000.0, 30_000.0])
    # BS.1770: a sine of 997 Hz at full scale on one channel is -3.01 LKFS, with the -0.691 dB.
    assert abs(gains_db[0] - 0.691) < 0.01
    assert abs(gains_db[1] - 4.04) < 0.01
    assert gains_db[2] == gains_db[3]


@pytest.mark.parametrize("curve", CURVES)
def test_silence_at_0_hz_is_finite(curve: str) -> None:
    np.testing.assert_allclose(weighting_db(curve, [0.0]), -200)  # type: ignore[arg-type]


@pytest.mark.parametrize("curve", CURVES)
def test_weights_are_factors_of_powers_on_the_diagonal(curve: str) -> None:
    weights = weighting_weights(16_000, 512, curve)  # type: ignore[arg-type]
    gains_db = weighting_db(curve, np.arange(257) * 31.25)  # type: ignore[arg-type]
    np.testing.assert_allclose(10 * np.log10(np.diag(weights)), gains_db)
    assert np.count_nonzero(weights) == 257


@pytest.mark.parametrize(
    ("rate_hz", "filter_length", "curve", "words"),
    [
        (8000, 512, "B", "no weighting 'B': there are A, C, K"),
        (8000, 1, "A", "`filter_length` is 1: it must be 2 or more"),
        (8000, 16_385, "A", "`filter_length` is 16385: .*16384, .*`weighting`"),
        (0, 512, "A", "`rate_hz` is 0"),
    ],
)
def test_what_is_none_is_refused(rate_hz: int, filter_length: int, curve: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        weighting_weights(rate_hz, filter_length, curve)  # type: ignore[arg-type]
