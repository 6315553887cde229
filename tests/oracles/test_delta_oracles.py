"""Deltas are librosa's, and those of order 2 a correlation with Kaldi's filter."""

from typing import Any

import numpy as np
import pytest

from stftcli.features.steps.deltas import add_deltas
from tests.oracles.conftest import oracle
from tests.signals import noise

each_window = pytest.mark.parametrize("window", [1, 2, 3, 9])
each_type = pytest.mark.parametrize(("dtype", "close"), [(np.float32, 1e-6), (np.float64, 1e-12)])


@pytest.fixture(scope="session")
def ndimage() -> Any:
    return oracle("scipy.ndimage")


def joined(values: Any, order: int, window: int) -> Any:
    return np.concatenate(list(add_deltas(iter([values[:20], values[20:]]), order, window)))


@each_window
@each_type
@pytest.mark.parametrize("frames", [1, 2, 3, 30, 200])
def test_order_1_equals_librosa(
    window: int, dtype: Any, close: float, frames: int, librosa: Any
) -> None:
    values = noise(frames, 13).astype(dtype)
    got = joined(values, 1, window)
    wanted = librosa.feature.delta(values.T, width=2 * window + 1, order=1, mode="nearest").T
    np.testing.assert_allclose(got[:, 13:], wanted, rtol=0, atol=close)


@each_window
@each_type
@pytest.mark.parametrize("frames", [1, 2, 3, 30, 200])
def test_order_2_equals_a_correlation_over_repeated_edges(
    window: int, dtype: Any, close: float, frames: int, ndimage: Any
) -> None:
    values = noise(frames, 13).astype(dtype)
    slope = np.arange(-window, window + 1) / (2 * np.sum(np.arange(window + 1) ** 2))
    for order, weights in ((1, slope), (2, np.convolve(slope, slope))):
        wanted = ndimage.correlate1d(values.astype(np.float64), weights, axis=0, mode="nearest")
        got = joined(values, 2, window)[:, order * 13 : (order + 1) * 13]
        np.testing.assert_allclose(got, wanted, rtol=0, atol=close)
