"""PCEN is librosa's, with the same initial state."""

from typing import Any

import numpy as np
import pytest

from stftcli import Extractor, Mel, Pcen
from tests.signals import assert_close, noise

RATE_HZ = 22_050

CASES: dict[str, dict[str, float]] = {
    "usual": {},
    "gain": {"gain": 0.7},
    "bias": {"bias": 10.0},
    "power": {"power": 0.25},
    "fast": {"time_constant": 0.06},
    "epsilon": {"eps": 1e-8},
}
OURS = {"time_constant": "time_constant_s", "eps": "epsilon"}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_equals_librosa(librosa: Any, case: dict[str, float], dtype: str) -> None:
    signal = noise(40_000) * np.geomspace(1e-4, 1, 40_000, dtype=np.float32)
    step = Pcen(**{OURS.get(name, name): value for name, value in case.items()})
    mel = Extractor(spectrum="power", steps=[Mel(40)], dtype=dtype)(signal, RATE_HZ)
    got = Extractor(spectrum="power", steps=[Mel(40), step], dtype=dtype)(signal, RATE_HZ)
    wanted = librosa.pcen(mel.T.astype(np.float64), sr=RATE_HZ, hop_length=512, **case).T
    assert_close(got, wanted, 1e-6 if dtype == "float32" else 1e-12)
