"""Steps and statistics of a whole file are numpy's, the same however the frames arrive."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli import Normalize, Stats, TopDb
from stftcli.errors import InputError, SettingsError
from stftcli.features.operations import WholeSoundStep
from stftcli.features.statistics import FeatureStatistics
from stftcli.features.steps.log import RelativeToLargest
from stftcli.features.steps.normalize import BySound, scale_frames_to_peak
from stftcli.features.steps.top_db import LimitedRange
from stftcli.settings.choices import NORMALIZATIONS, STATISTICS
from tests.signals import assert_close, assert_same_bits, noise

Reals = NDArray[Any]

STEPS: dict[str, Callable[[], WholeSoundStep]] = {
    "limit": lambda: LimitedRange(1.5),
    "relative": RelativeToLargest,
    "mean": lambda: by_sound("mean"),
    "meanvar": lambda: by_sound("meanvar"),
    "NeMo": lambda: by_sound("meanvar", ddof=1, epsilon=1e-5),
    "peak": lambda: by_sound("peak"),
}

each_step = pytest.mark.parametrize("make", STEPS.values(), ids=STEPS)
each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])
each_kind = pytest.mark.parametrize("kind", [by for by in NORMALIZATIONS if by != "frame"])


def summarize(batches: Iterable[NDArray[Any]], names: Iterable[str]) -> NDArray[Any]:
    return FeatureStatistics(names).row_of(batches)


def by_sound(by: Any, ddof: int = 0, epsilon: float = 0.0) -> BySound:
    return BySound(Normalize(by, ddof, epsilon))


def cut(frames: Reals, size: int) -> Iterator[Reals]:
    return (frames[first : first + size] for first in range(0, len(frames), size))


def passed(step: WholeSoundStep, frames: Reals, size: int = 7) -> Reals:
    """Show all frames to a step, then let it change them."""
    for batch in cut(frames, size):
        step.observe(batch)
    return np.concatenate([step.apply(batch) for batch in cut(frames, size)])


def features(*shape: int, dtype: Any = np.float64) -> Reals:
    """Give features about means and of deviations that differ."""
    axis = np.arange(shape[-1])
    return (noise(*shape) * 2.0**axis - 5 * axis).astype(dtype)


def signed_zeros() -> Iterator[Reals]:
    """Give frames of nothing but 0 and -0, in changing order."""
    for features in (1, 2, 4, 5):
        signs = np.sign(noise(100, features, seed=features))
        yield 0 * signs


@each_step
class TestEveryStep:
    @each_dtype
    @pytest.mark.parametrize("shape", [(1, 3), (2, 3), (300, 1), (300, 3), (300, 2, 3)])
    def test_gives_the_same_bits_in_batches_of_any_size(
        self, make: Any, dtype: Any, shape: tuple[int, ...]
    ) -> None:
        frames = features(*shape, dtype=dtype)
        whole = passed(make(), frames, 1000)
        assert whole.dtype == dtype
        for size in (1, 17, 127, 128, 129, 256):
            assert_same_bits(passed(make(), frames, size), whole, f"batches of {size}")

    def test_zeros_of_both_signs_change_no_bit(self, make: Any) -> None:
        for frames in signed_zeros():
            whole = passed(make(), frames, 1000)
            for size in range(1, 20):
                assert_same_bits(passed(make(), frames, size), whole)

    def test_leaves_what_it_is_given_as_it_is(self, make: Any) -> None:
        frames = features(200, 3)
        before = frames.copy()
        passed(make(), frames)
        assert_same_bits(frames, before)

    def test_takes_batches_without_frames(self, make: Any) -> None:
        frames, none = features(20, 3), np.empty((0, 3))
        step = make()
        for batch in (none, frames[:9], none, frames[9:]):
            step.observe(batch)
        assert step.apply(none).shape == (0, 3)
        assert_same_bits(step.apply(frames), passed(make(), frames))

    def test_of_a_file_without_frames_there_is_nothing_to_do(self, make: Any) -> None:
        step = make()
        step.observe(np.empty((0, 2, 3), np.float32))
        assert step.apply(np.empty((0, 2, 3), np.float32)).shape == (0, 2, 3)

    def test_a_buffer_that_is_used_again_does_no_harm(self, make: Any) -> None:
        frames = features(300, 3)
        step, buffer = make(), np.empty((10, 3))
        for batch in cut(frames, 10):
            buffer[:] = batch
            step.observe(buffer)
            buffer[:] = 1e9
        assert_same_bits(step.apply(frames), passed(make(), frames))

    @pytest.mark.filterwarnings("error")
    @each_dtype
    def test_silence_stays_finite(self, make: Any, dtype: Any) -> None:
        assert np.isfinite(passed(make(), np.zeros((200, 2), dtype))).all()


class TestLimitedRange:
    def test_counts_from_the_largest_of_all_channels_and_features(self) -> None:
        frames = np.array([[[-3.0, -90.0], [-70.0, -83.0]], [[-83.5, 0.0], [-79.0, -81.0]]])
        wanted = [[[-3, -80], [-70, -80]], [[-80, 0], [-79, -80]]]
        np.testing.assert_array_equal(passed(LimitedRange(80), frames, 1), wanted)

    def test_of_nothing_makes_all_alike(self) -> None:
        assert (passed(LimitedRange(0), features(9, 3)) == features(9, 3).max()).all()

    @pytest.mark.parametrize("db", [-1.0, 0.0, np.nan, np.inf])
    def test_that_is_no_distance_is_refused(self, db: float) -> None:
        with pytest.raises(SettingsError, match=r"`db` is .*: it must be a number above 0"):
            TopDb(db)


def test_relative_to_peak_the_largest_becomes_zero() -> None:
    frames = features(30, 2, 3) - 1000
    got = passed(RelativeToLargest(), frames)
    np.testing.assert_allclose(got, frames - frames.max(), rtol=1e-12)
    assert got.max() == 0


class TestNormalize:
    @pytest.mark.parametrize("shape", [(1, 3), (2, 3), (128, 3), (129, 3), (1000, 2, 3)])
    def test_by_mean_subtracts_it(self, shape: tuple[int, ...]) -> None:
        frames = features(*shape)
        wanted = frames - frames.mean(axis=0)
        np.testing.assert_allclose(passed(by_sound("mean"), frames), wanted, rtol=0, atol=1e-12)

    @pytest.mark.parametrize(("ddof", "epsilon"), [(0, 0.0), (1, 0.0), (1, 1e-5), (0, 0.5)])
    @pytest.mark.parametrize("shape", [(2, 3), (128, 3), (1000, 2, 3)])
    def test_by_deviation_divides_too(
        self, shape: tuple[int, ...], ddof: int, epsilon: float
    ) -> None:
        frames = features(*shape)
        deviation = frames.std(axis=0, ddof=ddof) + epsilon
        got = passed(by_sound("meanvar", ddof=ddof, epsilon=epsilon), frames)
        assert_close(got, (frames - frames.mean(axis=0)) / deviation, 1e-12)

    def test_by_peak_divides_by_the_largest_magnitude_of_all(self) -> None:
        for frames in (features(200, 2, 3), -features(200, 2, 3)):
            wanted = frames / np.abs(frames).max()
            np.testing.assert_array_equal(passed(by_sound("peak"), frames), wanted)

    @each_kind
    def test_silence_stays_zero(self, kind: str) -> None:
        assert not passed(by_sound(kind), np.zeros((300, 2, 3), np.float32)).any()

    @each_dtype
    @pytest.mark.parametrize("kind", ["mean", "meanvar"])
    @pytest.mark.parametrize("value", [0.1, -1 / 3, 1e6 / 7, -23.02585])
    def test_a_feature_that_does_not_vary_becomes_zero(
        self, kind: str, value: float, dtype: Any
    ) -> None:
        # The mean of equal numbers, summed up, is another number.
        frames = features(1001, 2, dtype=dtype)
        frames[:, 1] = value
        got = passed(by_sound(kind), frames)
        assert not got[:, 1].any()
        assert got[:, 0].any()

    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize("ddof", [0, 1, 5])
    def test_one_frame_becomes_zero(self, ddof: int) -> None:
        assert not passed(by_sound("meanvar", ddof=ddof), features(1, 3)).any()

    @pytest.mark.parametrize("mean", [1e6, -1e9])
    @pytest.mark.parametrize("odd", [0, 500, None])
    def test_a_large_mean_does_not_hurt(self, mean: float, odd: int | None) -> None:
        frames = features(1001, 3) + mean
        if odd is not None:
            frames[odd] = 0  # which makes the mean a bad guess of itself at any frame
        exact = frames - mean
        wanted = (exact - exact.mean(axis=0)) / exact.std(axis=0)
        assert_close(passed(by_sound("meanvar"), frames), wanted, 1e-8)

    def test_float32_about_a_large_mean_is_as_exact_as_its_values(self) -> None:
        frames = (features(1001, 3) + 1e6).astype(np.float32)
        exact = frames.astype(np.float64)
        wanted = (exact - exact.mean(axis=0)) / exact.std(axis=0)
        assert_close(passed(by_sound("meanvar"), frames), wanted, 1e-7)

    def test_powers_that_overflow_are_told(self) -> None:
        frames = features(3, 3) * 1e200
        with pytest.raises(InputError, match="squares overflow"):
            passed(by_sound("meanvar"), frames)

    def test_frames_that_were_not_observed_are_told(self) -> None:
        with pytest.raises(InputError, match="no frames"):
            by_sound("mean").apply(features(3, 3))

    def test_an_unknown_kind_is_answered_with_all_and_the_nearest(self) -> None:
        with pytest.raises(SettingsError, match=r"`by` is 'mean_var': it must be one of .*meanvar"):
            Normalize("mean_var")  # type: ignore[arg-type]

    @pytest.mark.parametrize("options", [{"ddof": -1}, {"epsilon": -1e-5}, {"epsilon": np.nan}])
    def test_numbers_out_of_range_are_refused(self, options: dict[str, Any]) -> None:
        (name,) = options
        with pytest.raises(SettingsError, match=f"`{name}` is .*: it must be"):
            Normalize("meanvar", **options)


class TestScaleFramesToPeak:
    @each_dtype
    def test_each_frame_of_each_channel_has_a_peak_of_one(self, dtype: Any) -> None:
        frames = features(20, 2, 5, dtype=dtype)
        got = scale_frames_to_peak(frames)
        assert got.dtype == dtype
        np.testing.assert_array_equal(np.abs(got).max(axis=-1), 1)
        np.testing.assert_allclose(got * np.abs(frames).max(axis=-1, keepdims=True), frames)

    @pytest.mark.parametrize("value", [0.0, 1e-40])
    def test_silence_stays_as_it_is(self, value: float) -> None:
        frames = np.full((2, 3), value, np.float32)
        assert_same_bits(scale_frames_to_peak(frames), frames)


class TestSummarize:
    @pytest.mark.parametrize("frames", [1, 2, 127, 128, 129, 1000])
    def test_gives_what_numpy_finds(self, frames: int) -> None:
        values = features(frames, 2, 3)
        got = summarize(cut(values, 50), ("max", "mean", "min", "std"))
        found = [np.max(values, 0), np.mean(values, 0), np.min(values, 0), np.std(values, 0)]
        assert_close(got, np.concatenate(found, axis=-1)[np.newaxis], 1e-12)

    def test_higher_moments_are_those_of_the_definition(self) -> None:
        values = np.exp(noise(500, 3).astype(np.float64))
        apart = values - values.mean(axis=0)
        second, third, fourth = (np.mean(apart**power, axis=0) for power in (2, 3, 4))
        wanted = np.concatenate((fourth / second**2 - 3, third / second**1.5))[np.newaxis]
        assert_close(summarize(cut(values, 30), ("kurtosis", "skewness")), wanted, 1e-12)

    @each_dtype
    def test_has_one_row_of_the_type_of_the_batches(self, dtype: Any) -> None:
        names = STATISTICS
        assert summarize(iter([features(9, 4, dtype=dtype)]), names).shape == (1, 24)
        got = summarize(iter([features(9, 2, 4, dtype=dtype)]), names)
        assert (got.shape, got.dtype) == ((1, 2, 24), dtype)

    @each_dtype
    @given(sizes=st.lists(st.integers(0, 200), max_size=9), frames=st.integers(1, 400))
    def test_gives_the_same_bits_in_batches_of_any_size(
        self, dtype: Any, sizes: list[int], frames: int
    ) -> None:
        values = features(400, 2, 3, dtype=dtype)[:frames]
        ends = np.cumsum([0, *sizes]).clip(max=frames)
        got = summarize(np.split(values, ends), STATISTICS)
        assert_same_bits(got, summarize(iter([values]), STATISTICS))

    def test_zeros_of_both_signs_change_no_bit(self) -> None:
        for frames in signed_zeros():
            whole = summarize(iter([frames]), STATISTICS)
            for size in range(1, 20):
                assert_same_bits(summarize(cut(frames, size), STATISTICS), whole)

    def test_extremes_are_values_of_the_file(self) -> None:
        values = features(300, 3, dtype=np.float32)
        got = summarize(cut(values, 7), ("min", "max"))
        assert_same_bits(got, np.concatenate((values.min(0), values.max(0)))[np.newaxis])

    @pytest.mark.filterwarnings("error")
    @pytest.mark.parametrize("frames", [1, 300])
    def test_a_feature_that_does_not_vary_has_no_spread(self, frames: int) -> None:
        names: Any = ("std", "skewness", "kurtosis")
        assert not summarize(iter([np.full((frames, 2), 0.1)]), names).any()

    @pytest.mark.parametrize("offset", [1e6, -1e9])
    def test_a_large_mean_does_not_hurt(self, offset: float) -> None:
        values = np.exp(noise(1000, 3).astype(np.float64)) + offset
        names: Any = ("std", "skewness", "kurtosis")
        got = summarize(cut(values, 77), names)
        assert_close(got, summarize(iter([values - offset]), names), 1e-10)

    @pytest.mark.parametrize("batches", [[], [np.empty((0, 3))]])
    def test_needs_frames(self, batches: list[Reals]) -> None:
        with pytest.raises(InputError, match="no frames"):
            summarize(iter(batches), ("mean",))

    def test_powers_that_overflow_are_told(self) -> None:
        with pytest.raises(InputError, match="overflow"):
            summarize(iter([features(3, 3) * 1e100]), ("kurtosis",))

    def test_an_unknown_name_is_answered_with_the_nearest(self) -> None:
        with pytest.raises(SettingsError, match="no 'kurtosi': did you mean kurtosis"):
            Stats(("mean", "kurtosi"))
