"""Another sample rate: soxr's own numbers, whatever blocks the sound comes in."""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli.errors import MissingExtraError, SettingsError
from stftcli.features.resample import Resampler, resampled, resampled_samples
from tests.features.test_signal import cut, joined, lent
from tests.oracles.conftest import oracle
from tests.signals import assert_close, assert_same_bits, blocks_of, noise

RATES = [(44_100, 16_000), (16_000, 44_100), (48_000, 8000), (8000, 48_000), (44_100, 44_101)]
QUALITIES = ["QQ", "LQ", "MQ", "HQ", "VHQ"]

pytestmark = pytest.mark.usefixtures("soxr")
each_rates = pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


@pytest.fixture(scope="module")
def soxr() -> Any:
    return oracle("soxr")


def whole(soxr: Any, signal: NDArray[Any], rates: tuple[int, int], quality: str) -> NDArray[Any]:
    """Resample a signal of shape (channels, samples) at once."""
    return np.asarray(soxr.resample(np.ascontiguousarray(signal.T), *rates, quality)).T


def through(
    blocks: Iterator[NDArray[Any]],
    signal: NDArray[Any],
    rates: tuple[int, int],
    quality: str,
) -> NDArray[Any]:
    """Push blocks of a signal through a Resampler."""
    resampler = Resampler(*rates, len(signal), signal.dtype, quality)
    results = [resampler.push(block) for block in blocks]
    return np.concatenate([*results, resampler.finish()], axis=1)


class TestBlocks:
    @each_rates
    @each_dtype
    @pytest.mark.parametrize("channels", [1, 3])
    @pytest.mark.parametrize("size", [1, 17, 509, 44_100])
    def test_blocks_give_what_the_whole_gives(
        self, soxr: Any, from_hz: int, to_hz: int, dtype: str, channels: int, size: int
    ) -> None:
        rates = from_hz, to_hz
        for length in (0, 1, 2, 16, 18, 509, 510, 2000 if size == 1 else 100_000):
            signal = noise(channels, length).astype(dtype)
            wanted = whole(soxr, signal, rates, "HQ")
            got = through(lent(blocks_of(signal, size)), signal, rates, "HQ")
            assert_same_bits(got, wanted, f"{length} samples")

    @pytest.mark.parametrize("quality", QUALITIES)
    @each_rates
    def test_in_every_quality(self, soxr: Any, from_hz: int, to_hz: int, quality: str) -> None:
        signal = noise(2, 70_000)
        wanted = whole(soxr, signal, (from_hz, to_hz), quality)
        for blocks in (iter([signal]), blocks_of(signal, 4099)):
            got = through(blocks, signal, (from_hz, to_hz), quality)
            assert_same_bits(got, wanted)

    @given(
        st.lists(st.integers(0, 3000), max_size=8),
        st.sampled_from(RATES),
        st.sampled_from(QUALITIES),
        st.sampled_from(["float32", "float64"]),
        st.integers(1, 3),
    )
    def test_cuts_do_not_matter(
        self,
        soxr: Any,
        places: list[int],
        rates: tuple[int, int],
        quality: str,
        dtype: str,
        channels: int,
    ) -> None:
        signal = noise(channels, 3000).astype(dtype)
        wanted = whole(soxr, signal, rates, quality)
        assert_same_bits(through(lent(cut(signal, places)), signal, rates, quality), wanted)
        blocks = resampled(lent(cut(signal, places)), *rates, dtype, quality)
        assert_same_bits(joined(blocks), wanted)

    @each_dtype
    @pytest.mark.parametrize("given_dtype", ["float32", "float64"])
    def test_results_have_the_type_asked_for(self, soxr: Any, dtype: str, given_dtype: str) -> None:
        signal = noise(2, 1000).astype(given_dtype)
        got = joined(resampled(iter([signal]), 44_100, 16_000, dtype, "VHQ"))
        assert_same_bits(got, whole(soxr, signal.astype(dtype), (44_100, 16_000), "VHQ"))


class TestGenerator:
    @each_rates
    def test_no_result_is_empty_or_large(self, soxr: Any, from_hz: int, to_hz: int) -> None:
        signal = noise(2, 1 << 18)
        results = list(resampled(iter([signal[:, :0], signal]), from_hz, to_hz, np.float32))
        assert min(result.shape[-1] for result in results) > 0
        assert max(result.shape[-1] for result in results) < 3 << 16
        assert_same_bits(
            np.concatenate(results, axis=1), whole(soxr, signal, (from_hz, to_hz), "HQ")
        )

    def test_many_small_blocks_give_no_empty_result(self) -> None:
        results = list(resampled(blocks_of(noise(1, 500), 1), 48_000, 8000, np.float32))
        assert min(result.shape[-1] for result in results) > 0
        assert sum(result.shape[-1] for result in results) == 83

    @pytest.mark.parametrize("samples", [0, 1])
    def test_what_is_too_short_gives_nothing(self, samples: int) -> None:
        assert list(resampled(iter([noise(2, samples)]), 48_000, 8000, np.float32)) == []

    def test_without_a_block_there_is_nothing(self) -> None:
        assert list(resampled(iter([]), 48_000, 8000, np.float32)) == []

    def test_equal_rates_pass_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "soxr", None)
        blocks = list(blocks_of(noise(1, 100), 30))
        passed = resampled(iter(blocks), 8000, 8000, np.float32)
        for got, given_block in zip(passed, blocks, strict=True):
            assert got is given_block


class TestLength:
    @given(st.integers(0, 5000), st.integers(1, 200_000), st.integers(1, 200_000))
    @example(240, 48_000, 44_100)  # a half that is a little smaller in floating point
    @example(1, 2, 1)
    @example(3, 2, 1)
    def test_it_is_told_beforehand(self, soxr: Any, samples: int, from_hz: int, to_hz: int) -> None:
        assume(samples * to_hz < 200_000 * from_hz)
        signal = np.zeros(samples, np.float32)
        got = soxr.resample(signal, from_hz, to_hz, "LQ") if from_hz != to_hz else signal
        assert resampled_samples(samples, from_hz, to_hz) == len(got)

    @pytest.mark.parametrize(
        ("samples", "from_hz", "to_hz", "wanted"),
        [
            (44_100 * 3600, 44_100, 16_000, 16_000 * 3600),
            (16_000 * 3600, 16_000, 44_100, 44_100 * 3600),
            (1001, 2, 1, 501),
            (240, 48_000, 44_100, 220),
            (7, 8000, 8000, 7),
        ],
    )
    def test_numbers(self, samples: int, from_hz: int, to_hz: int, wanted: int) -> None:
        assert resampled_samples(samples, from_hz, to_hz) == wanted


class TestSound:
    @staticmethod
    def sine(hz: float, rate_hz: int) -> NDArray[np.float64]:
        return np.array([np.sin(2 * np.pi * hz / rate_hz * np.arange(rate_hz))])

    @staticmethod
    def middle(signal: NDArray[Any]) -> NDArray[Any]:
        quarter = signal.shape[-1] // 4
        return np.asarray(signal[0, quarter:-quarter])

    def level_db(self, signal: NDArray[Any], hz: float, rate_hz: int) -> float:
        """Level of a sine in the middle of a signal, against full scale."""
        samples = self.middle(signal)
        turns = 2 * np.pi * hz / rate_hz * np.arange(len(samples))
        basis = np.stack((np.sin(turns), np.cos(turns)), axis=1)
        coefficients = np.linalg.lstsq(basis, samples, rcond=None)[0]
        return float(20 * np.log10(np.hypot(*coefficients)))

    @staticmethod
    def by_scipy(signal: NDArray[Any], from_hz: int, to_hz: int) -> NDArray[Any]:
        """Resample with a filter long enough to be flat up to 0.9 of the Nyquist frequency."""
        peer = oracle("scipy.signal")
        common = np.gcd(from_hz, to_hz)
        up, down = to_hz // common, from_hz // common
        widest = max(up, down)
        window = peer.firwin(400 * widest + 1, 0.95 / widest, window=("kaiser", 12.0))
        return np.asarray(peer.resample_poly(signal, up, down, axis=-1, window=window))

    @pytest.mark.parametrize(("from_hz", "to_hz"), RATES[:4])
    @pytest.mark.parametrize("quality", ["HQ", "VHQ"])
    @pytest.mark.parametrize("part", [0.01, 0.3, 0.6, 0.8, 0.9])
    def test_a_sine_keeps_its_level_and_place(
        self, from_hz: int, to_hz: int, quality: str, part: float
    ) -> None:
        hz = part * min(from_hz, to_hz) / 2
        signal = self.sine(hz, from_hz)
        got = joined(resampled(blocks_of(signal, 1000), from_hz, to_hz, np.float64, quality))
        peer = self.by_scipy(signal, from_hz, to_hz)
        assert abs(self.level_db(got, hz, to_hz)) < 0.01
        assert abs(self.level_db(got, hz, to_hz) - self.level_db(peer, hz, to_hz)) < 0.01
        # 0.01 dB are a thousandth.
        assert_close(self.middle(got), self.middle(peer), of_peak=1.2e-3)

    @pytest.mark.parametrize(("quality", "error"), [("HQ", 2e-6), ("VHQ", 4e-9)])
    def test_a_sine_stays_a_sine(self, quality: str, error: float) -> None:
        got = joined(resampled(iter([self.sine(1000, 44_100)]), 44_100, 16_000, "f8", quality))
        assert_close(self.middle(got), self.middle(self.sine(1000, 16_000)), of_peak=error)

    @pytest.mark.parametrize("quality", ["HQ", "VHQ"])
    @pytest.mark.parametrize("hz", [8100, 12_000, 20_000])
    def test_nothing_is_folded_back(self, quality: str, hz: float) -> None:
        signal = self.sine(hz, 44_100)
        got = joined(resampled(iter([signal]), 44_100, 16_000, np.float64, quality))
        assert 20 * np.log10(np.abs(self.middle(got)).max()) < -100

    @each_rates
    def test_an_impulse_keeps_its_time(self, from_hz: int, to_hz: int) -> None:
        signal = np.zeros((1, 3 * from_hz // 10), np.float32)
        at = from_hz // 10
        signal[0, at] = 1
        got = joined(resampled(blocks_of(signal, 100), from_hz, to_hz, np.float32))
        assert np.abs(got).argmax() == round(at * to_hz / from_hz)


class TestRefusals:
    def test_soxr_is_an_extra(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "soxr", None)
        with pytest.raises(
            MissingExtraError, match=r"^resampling needs soxr: pip install 'stftcli\[rate\]'$"
        ):
            list(resampled(iter([noise(1, 100)]), 44_100, 16_000, np.float32))

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ((44_100, 16_000, 1, "float32", "best"), "quality best: Quality must be one of"),
            ((44_100, 16_000, 0, "float32", "HQ"), "0 channels of float32 cannot be resampled"),
            ((44_100, 16_000, 1, "complex64", "HQ"), "of complex64 cannot be resampled"),
            ((44_100, 0, 1, "float32", "HQ"), "from 44100 Hz to 0 Hz in quality HQ"),
            ((1, 600_000, 1, "float32", "HQ"), "give a rate of at most 100000 Hz"),
        ],
    )
    def test_what_soxr_cannot_do(self, arguments: Any, said: str) -> None:
        with pytest.raises(SettingsError, match=said):
            Resampler(*arguments)
