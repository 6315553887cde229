"""The wave of a sound: no extreme is lost, whatever blocks it comes in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stftcli.pictures.envelope import Envelope
from tests.signals import blocks_of, noise


@given(st.integers(1, 999), st.integers(1, 300), st.integers(1, 2), st.integers(1, 20))
def test_stretches_have_their_extremes(samples: int, block: int, channels: int, step: int) -> None:
    signal = noise(channels, samples)
    envelope = Envelope(channels, 20, step)
    for part in blocks_of(signal, block):
        envelope.push(part)
    got = envelope.finish()
    columns = got.shape[-1]
    assert 1 <= columns <= 20
    # Stretches are steps, doubled as often as it takes.
    length = step
    while -(-samples // length) > 20:
        length *= 2
    wanted = [[part.min(axis=-1), part.max(axis=-1)] for part in blocks_of(signal, length)]
    np.testing.assert_array_equal(got, np.moveaxis(np.array(wanted), (0, 1, 2), (2, 1, 0)))


@pytest.mark.parametrize("step", [1, 256])
def test_a_single_peak_is_there(step: int) -> None:
    signal = np.zeros((1, 100_000), np.float32)
    signal[0, 77_777], signal[0, 77_778] = 1, -1
    envelope = Envelope(1, 500, step)
    for part in blocks_of(signal, 4096):
        envelope.push(part)
    lowest, highest = envelope.finish()[0]
    assert (lowest.min(), highest.max()) == (-1, 1)
