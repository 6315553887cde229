"""Sounds of many channels: each is what it would be alone, and memory does not grow with them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stftcli import Extractor
from tests.signals import assert_same_bits, noise

RATE_HZ = 8000
CHANNELS = 20


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"mel": 20, "log": "db", "deltas": 1},
        {"spectrum": "complex", "padding": "causal"},
        {"mel": 9, "stats": "all"},
        {"hop_length": 5000, "start": 0.3, "duration": 2},
    ],
)
def test_each_channel_is_as_if_it_were_alone(tmp_path: Path, options: dict[str, Any]) -> None:
    sound = noise(40_000, CHANNELS)
    soundfile.write(tmp_path / "all.wav", sound, RATE_HZ, subtype="FLOAT")
    soundfile.write(tmp_path / "one.wav", sound[:, 6], RATE_HZ, subtype="FLOAT")
    settings = {"n_fft": 512, **options}
    for threads in (1, 3):
        got = Extractor(channel="all", **settings).file(tmp_path / "all.wav", threads=threads)
        assert got.shape[1] == CHANNELS
        alone = Extractor(**settings).file(tmp_path / "one.wav")
        assert_same_bits(np.ascontiguousarray(got[:, 6]), alone)
