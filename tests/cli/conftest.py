"""A shell in a folder of its own, and sounds in it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tests.cli.shell import Shell
from tests.signals import noise

RATE_HZ = 8000


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
def mono(tmp_path: Path) -> NDArray[np.float32]:
    """The samples of mono.wav, which holds just these numbers."""
    return _written(tmp_path / "mono.wav", noise(12_001, seed=1) / 8)


@pytest.fixture
def stereo(tmp_path: Path) -> NDArray[np.float32]:
    """The samples of stereo.wav, shape (2, samples)."""
    return _written(tmp_path / "stereo.wav", noise(2, 12_001, seed=2) / 8)


def _written(path: Path, samples: NDArray[Any]) -> NDArray[Any]:
    soundfile.write(path, samples.T, RATE_HZ, subtype="FLOAT")
    return samples
