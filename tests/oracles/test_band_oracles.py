"""Millidecades are mbari-pbp's, A and C scipy's filters, K that of BS.1770's coefficients."""

from typing import Any

import numpy as np
import pytest

from stftcli.dsp.standard_bands import standard_bands, standard_weights
from stftcli.dsp.weightings import weighting_db

RATE_HZ = 48_000
BIN = np.arange(24_001)
DENSITY = 1e-6 * (1.5 + np.cos(BIN / 7)) / (1 + BIN / 500)
# Number of a band, its middle in Hz, its level: what pypam 1.0 (the core of mbari-pbp 1.9) makes of
# DENSITY by `get_hybrid_millidecade_limits` and `spectra_ds_to_bands`.
STORED = np.array(
    [
        (0, 0.0, -56.0205999),
        (1, 1.0, -56.0470095),
        (100, 100.0, -59.4820508),
        (433, 433.0, -59.5674771),
        (434, 434.0, -59.3402181),
        (435, 435.010761, -59.1527376),
        (436, 436.013564, -59.0021822),
        (500, 505.242645, -66.0021422),
        (800, 1008.091609, -61.0440744),
        (1000, 1597.717529, -66.0288233),
        (1500, 5052.426449, -67.1817414),
        (2000, 15977.175291, -73.4654034),
        (2176, 23960.727497, -75.2391311),
    ]
)


def test_millidecades_are_those_that_were_stored() -> None:
    at = STORED[:, 0].astype(int)
    centers_hz, levels_db = millidecades()
    np.testing.assert_allclose(centers_hz[at], STORED[:, 1], atol=1e-6)
    np.testing.assert_allclose(levels_db[at], STORED[:, 2], atol=1e-6)


def test_millidecades_are_mbaris() -> None:
    utils = pytest.importorskip("pypam.utils")
    xarray = pytest.importorskip("xarray")
    edges_hz, centers_hz = utils.get_hybrid_millidecade_limits([0, RATE_HZ / 2], RATE_HZ, RATE_HZ)
    there = {"time": [0], "frequency": BIN.astype(float)}
    density = xarray.DataArray(DENSITY[None], coords=there, dims=["time", "frequency"])
    theirs = utils.spectra_ds_to_bands(density, edges_hz, centers_hz, 1.0, db=True).values[0]
    ours_hz, ours_db = millidecades()
    # Theirs go on with a part of a band, up to half the rate.
    np.testing.assert_allclose(ours_hz, centers_hz[:-1], rtol=1e-12)
    np.testing.assert_allclose(ours_db, theirs[:-1], atol=1e-9)


def millidecades() -> tuple[Any, Any]:
    bands = standard_bands("millidecade", RATE_HZ, RATE_HZ)
    weights = standard_weights(RATE_HZ, RATE_HZ, "millidecade", values="density")
    return bands.centers_hz, 10 * np.log10(weights @ DENSITY)


def test_a_and_c_are_the_filters_of_these_poles(scipy_signal: Any) -> None:
    hz = np.geomspace(5, 40_000, 200)
    f1, f2, f3, f4 = (20.598997, 107.65265, 737.86223, 12194.217)  # IEC 61672-1, annex E
    for curve, zeros, poles in (
        ("C", 2, (f1, f1, f4, f4)),
        ("A", 4, (f1, f1, f2, f3, f4, f4)),
    ):
        poles_rad = [-2 * np.pi * pole for pole in poles]
        omega = 2 * np.pi * np.append(hz, 1000)
        _, response = scipy_signal.freqs_zpk([0] * zeros, poles_rad, 1.0, omega)
        gains_db = 20 * np.log10(np.abs(response))
        np.testing.assert_allclose(
            weighting_db(curve, hz),  # type: ignore[arg-type]
            gains_db[:-1] - gains_db[-1],
            atol=1e-5,
        )


def test_k_is_the_response_of_the_published_filter(scipy_signal: Any) -> None:
    # ITU-R BS.1770-4, tables 1 and 2.
    shelf = [1.53512485958697, -2.69169618940638, 1.19839281085285]
    shelf += [1.0, -1.69065929318241, 0.73248077421585]
    high_pass = [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621]
    hz = np.geomspace(5, 24_000, 200)
    _, response = scipy_signal.sosfreqz([shelf, high_pass], hz, fs=RATE_HZ)
    np.testing.assert_allclose(weighting_db("K", hz), 20 * np.log10(np.abs(response)), atol=1e-9)


def test_k_is_pyloudnorms(scipy_signal: Any) -> None:
    pyloudnorm = pytest.importorskip("pyloudnorm")
    hz = np.geomspace(20, 20_000, 200)
    gains_db = np.zeros(200)
    for stage in pyloudnorm.Meter(RATE_HZ)._filters.values():
        _, response = scipy_signal.freqz(stage.b, stage.a, hz, fs=RATE_HZ)
        gains_db += 20 * np.log10(np.abs(response))
    # Its high-pass is 1 far above, that of the standard 1.005.
    np.testing.assert_allclose(weighting_db("K", hz), gains_db, atol=0.05)
