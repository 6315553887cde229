"""What is done to a signal before it is cut: the same numbers whatever blocks it comes in."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli.features.signal import pre_emphasized, scaled, zero_pad
from tests.oracles.conftest import oracle
from tests.signals import assert_close, assert_same_bits, blocks_of, noise

each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])
cuts = st.lists(st.integers(0, 300), max_size=8)


def lent(blocks: Iterator[NDArray[Any]]) -> Iterator[NDArray[Any]]:
    """Give blocks as a source does: time first in memory, and gone when the next is asked for."""
    for block in blocks:
        memory = block.T.copy()
        yield memory.T
        memory.fill(np.nan)


def cut(signal: NDArray[Any], places: list[int]) -> Iterator[NDArray[Any]]:
    """Cut a signal at these places; some blocks may be empty."""
    for start, stop in pairwise([0, *sorted(places), signal.shape[-1]]):
        yield signal[:, start:stop]


def joined(blocks: Iterator[NDArray[Any]]) -> NDArray[Any]:
    """Join blocks that must stay as they are while others are made."""
    return np.concatenate(list(blocks), axis=-1)


def read_only(signal: NDArray[Any]) -> NDArray[Any]:
    signal.flags.writeable = False
    return signal


class TestPreEmphasis:
    @each_dtype
    @pytest.mark.parametrize("coefficient", [0.97, 0.5, 1.0, 0.0])
    def test_the_formula(self, dtype: str, coefficient: float) -> None:
        signal = noise(3, 1000).astype(dtype)
        a = signal.dtype.type(coefficient)
        wanted = np.concatenate((signal[:, :1], signal[:, 1:] - a * signal[:, :-1]), axis=1)
        assert_same_bits(joined(pre_emphasized(iter([signal]), coefficient)), wanted)

    def test_it_is_the_filter_of_scipy(self) -> None:
        signal = noise(2, 1000).astype(np.float64)
        wanted = oracle("scipy.signal").lfilter([1, -0.97], [1], signal)
        got = joined(pre_emphasized(lent(blocks_of(signal, 99)), 0.97))
        assert_close(got, wanted, of_peak=1e-15)

    def test_it_is_that_of_librosa_from_silence(self) -> None:
        signal = noise(1, 1000)
        peer = oracle("librosa").effects.preemphasis(signal[0], coef=0.97, zi=np.zeros(1))
        got = joined(pre_emphasized(lent(blocks_of(signal, 99)), 0.97))
        assert_close(got[0], peer, of_peak=1e-7)

    @each_dtype
    @pytest.mark.parametrize("size", [1, 17, 509, 44_100])
    @pytest.mark.parametrize("channels", [1, 3])
    def test_blocks_do_not_matter(self, dtype: str, size: int, channels: int) -> None:
        signal = noise(channels, 5000).astype(dtype)
        wanted = joined(pre_emphasized(iter([signal]), 0.97))
        assert_same_bits(joined(pre_emphasized(lent(blocks_of(signal, size)), 0.97)), wanted)

    @given(cuts)
    def test_cuts_do_not_matter(self, places: list[int]) -> None:
        signal = noise(2, 300)
        wanted = joined(pre_emphasized(iter([signal]), 0.97))
        assert_same_bits(joined(pre_emphasized(lent(cut(signal, places)), 0.97)), wanted)

    def test_nothing_becomes_nothing(self) -> None:
        assert list(pre_emphasized(iter([]), 0.97)) == []
        assert list(pre_emphasized(iter([noise(2, 0)]), 0.97)) == []


class TestScale:
    @each_dtype
    def test_sixteen_bits_come_back_exactly(self, dtype: str) -> None:
        numbers = np.arange(-32768, 32768, dtype=np.int16)[np.newaxis]
        signal = numbers.astype(dtype) / 32768
        got = joined(scaled(lent(blocks_of(signal, 1000)), 32768))
        assert_same_bits(got, numbers.astype(dtype))

    @each_dtype
    def test_any_factor(self, dtype: str) -> None:
        signal = noise(3, 100).astype(dtype)
        got = joined(scaled(lent(blocks_of(signal, 7)), 1 / 3))
        assert_same_bits(got, signal * signal.dtype.type(1 / 3))


class TestFill:
    @each_dtype
    @pytest.mark.parametrize("size", [1, 17, 5000])
    @pytest.mark.parametrize("samples", [0, 999, 1000, 1001, 1500, 300_000])
    def test_zeros_follow_up_to_the_length(self, dtype: str, size: int, samples: int) -> None:
        signal = noise(2, 1000).astype(dtype)
        got = list(zero_pad(blocks_of(signal, size), samples))
        zeros = np.zeros((2, max(0, samples - 1000)), dtype)
        assert_same_bits(np.concatenate(got, axis=1), np.concatenate((signal, zeros), axis=1))
        assert max(block.shape[-1] for block in got) <= 1 << 16

    @given(cuts, st.integers(0, 600))
    def test_cuts_do_not_matter(self, places: list[int], samples: int) -> None:
        signal = noise(2, 300)
        wanted = joined(zero_pad(iter([signal]), samples))
        assert_same_bits(joined(zero_pad(cut(signal, places), samples)), wanted)

    def test_the_signal_itself_is_passed_on(self) -> None:
        blocks = list(blocks_of(noise(1, 100), 30))
        for got, given_block in zip(zero_pad(iter(blocks), 100), blocks, strict=True):
            assert got is given_block

    def test_of_silence_only_the_channels_are_known(self) -> None:
        assert_same_bits(joined(zero_pad(iter([noise(3, 0)]), 5)), np.zeros((3, 5), np.float32))

    def test_without_a_block_there_is_nothing_to_fill(self) -> None:
        assert list(zero_pad(iter([]), 100)) == []


def test_blocks_are_not_written_into() -> None:
    blocks = [read_only(block.copy()) for block in blocks_of(noise(2, 100), 9)]
    chain = pre_emphasized(scaled(zero_pad(iter(blocks), 150), 32768), 0.97)
    assert joined(chain).shape == (2, 150)
