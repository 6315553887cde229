"""The windows are those of scipy, and povey, which scipy does not have, that of Kaldi."""

from typing import Any

import numpy as np
import pytest

from stftcli.dsp.windows import make_window
from stftcli.settings.choices import WINDOWS
from tests.oracles.conftest import oracle

PARAMETERS = {
    "kaiser": [0, 0.5, 8.6, 14, 60],
    "tukey": [0, 1e-3, 0.25, 0.5, 1, 2],
    "gaussian": [0.1, 1, 7.5, 300],
}
NOT_IN_SCIPY = {"povey"}
PLAIN = [
    name for name, parameter in WINDOWS.items() if parameter is None and name not in NOT_IN_SCIPY
]
KALDI_NAMES = {
    "povey": "povey",
    "hann": "hanning",
    "hamming": "hamming",
    "blackman": "blackman",
    "boxcar": "rectangular",
}
WITH_PARAMETER = [(name, value) for name, values in PARAMETERS.items() for value in values]


def test_every_parameter_is_tried() -> None:
    assert PARAMETERS.keys() == WINDOWS.keys() - set(PLAIN) - NOT_IN_SCIPY


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 16, 401, 2048])
@pytest.mark.parametrize("periodic", [True, False], ids=["periodic", "symmetric"])
@pytest.mark.parametrize("window", [*PLAIN, *WITH_PARAMETER])
def test_equals_scipy(window: Any, periodic: bool, length: int, scipy_signal: Any) -> None:
    wanted = scipy_signal.get_window(window, length, fftbins=periodic)
    got = make_window(window, length, periodic=periodic)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("length", [80, 200, 400, 401, 1102])
@pytest.mark.parametrize("name", KALDI_NAMES)
def test_symmetric_equals_kaldi(name: str, length: int) -> None:
    kaldi = oracle("kaldi_native_fbank")
    options = kaldi.FrameExtractionOptions()
    options.window_type = KALDI_NAMES[name]
    options.samp_freq, options.frame_length_ms = 1000, length
    wanted = kaldi.FeatureWindowFunction(options).window
    got = make_window(name, length, periodic=False)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-7)  # Kaldi's are float32


@pytest.mark.parametrize("length", [2, 3, 16, 400, 401])
@pytest.mark.parametrize("periodic", [True, False])
def test_povey_equals_transformers(periodic: bool, length: int) -> None:
    wanted = oracle("transformers.audio_utils").window_function(length, "povey", periodic)
    got = make_window("povey", length, periodic=periodic)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-14)
