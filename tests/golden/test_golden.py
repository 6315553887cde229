"""Numbers that the oracles gave once (`make.py`), for where they are not installed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from stftcli import STFT, Linear
from stftcli.settings.choices import WINDOWS
from tests.golden.make import FOLDER, LINEAR_CASES, STFT_CASES, WINDOW_CASES, WINDOW_LENGTHS, chirp
from tests.signals import assert_close


def golden(name: str) -> Mapping[str, Any]:
    with np.load(FOLDER / f"{name}.npz") as file:
        return dict(file)


def test_the_signal_is_the_one_of_the_file() -> None:
    np.testing.assert_allclose(chirp(), golden("stft")["signal"], atol=1e-6)


@pytest.mark.parametrize("freeze_parameters", [True, False], ids=["fft", "kernel"])
@pytest.mark.parametrize("case", STFT_CASES)
def test_stft(case: str, freeze_parameters: bool) -> None:
    file = golden("stft")
    stft = STFT(**STFT_CASES[case], freeze_parameters=freeze_parameters)
    assert_close(stft(file["signal"]), file[case])


@pytest.mark.parametrize("case", LINEAR_CASES)
def test_linear(case: str) -> None:
    file = golden("linear")
    x = file[f"{case} input"]
    layer = Linear.from_weights(file["weight"], file["bias"])
    assert_close(layer(x), file[f"{case} output"])
    layer.bias = None
    assert_close(layer(x), file[f"{case} output without bias"])


def test_a_golden_file_is_a_file_of_weights_too() -> None:
    file = golden("linear")
    np.testing.assert_array_equal(Linear.load(FOLDER / "linear.npz").weight, file["weight"])


@pytest.mark.parametrize("length", WINDOW_LENGTHS)
@pytest.mark.parametrize("window", WINDOW_CASES)
def test_window(window: str, length: int) -> None:
    got = STFT(length, 1, window=window, dtype="float64").window
    np.testing.assert_allclose(got, golden("windows")[f"{window} {length}"], rtol=0, atol=1e-12)


def test_every_window_has_a_golden_one() -> None:
    assert {case.partition(":")[0] for case in WINDOW_CASES} == set(WINDOWS)
