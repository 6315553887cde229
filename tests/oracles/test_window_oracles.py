"""The windows are those of scipy."""

from typing import Any

import numpy as np
import pytest

from stftcli import STFT
from stftcli.settings import WINDOWS

PARAMETERS = {
    "kaiser": [0, 0.5, 8.6, 14, 60],
    "tukey": [0, 1e-3, 0.25, 0.5, 1, 2],
    "gaussian": [0.1, 1, 7.5, 300],
}
PLAIN = [name for name, parameter in WINDOWS.items() if parameter is None]
WITH_PARAMETER = [(name, value) for name, values in PARAMETERS.items() for value in values]


def test_every_parameter_is_tried() -> None:
    assert PARAMETERS.keys() == WINDOWS.keys() - set(PLAIN)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 16, 401, 2048])
@pytest.mark.parametrize("window", [*PLAIN, *WITH_PARAMETER])
def test_equals_scipy(window: Any, length: int, scipy_signal: Any) -> None:
    wanted = scipy_signal.get_window(window, length, fftbins=True)
    got = STFT(length, 1, window=window, dtype="float64").window
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12)
