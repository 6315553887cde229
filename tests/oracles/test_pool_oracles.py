"""Pooled spectra are what scipy.signal.welch makes of each stretch of a sound."""

from typing import Any

import numpy as np
import pytest

from stftcli import Extractor
from tests.signals import noise

RATE_HZ = 8000


@pytest.mark.parametrize(("name", "average"), [("mean", "mean"), ("median", "median")])
@pytest.mark.parametrize("pool", [2, "all"])
def test_a_row_is_welch_of_its_stretch(
    scipy_signal: Any, name: str, average: str, pool: Any
) -> None:
    sound = noise(10 * RATE_HZ) / 8
    how: dict[str, Any] = {"n_fft": RATE_HZ, "hop_length": RATE_HZ, "padding": "none"}
    got = Extractor(spectrum="psd", pool=(pool, [name]), **how)(sound, RATE_HZ)
    stretches = sound.reshape(1 if pool == "all" else 5, -1).astype(np.float64)
    _, wanted = scipy_signal.welch(
        stretches, RATE_HZ, nperseg=RATE_HZ, noverlap=0, detrend=False, average=average
    )
    if average == "median":  # scipy takes off what the median of few is too low by
        even = 2 * np.arange(1, (stretches.shape[1] // RATE_HZ - 1) // 2 + 1)
        wanted = wanted * (1 + np.sum(1 / (even + 1) - 1 / even))
    np.testing.assert_allclose(got, wanted, rtol=1e-5)
