"""Descriptors of spectra that are known, of silence, and of frames in batches of any size."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from stftcli.dsp.descriptors import (
    DESCRIPTORS,
    FrameDescriptors,
    frame_rms,
    zero_crossing_rate,
)
from stftcli.errors import SettingsError
from tests.signals import assert_close, assert_same_bits, noise

Reals = NDArray[Any]

RATE_HZ = 22050
LENGTH = 512
BINS = LENGTH // 2 + 1
BIN_HZ = RATE_HZ / LENGTH

each_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])
each_name = pytest.mark.parametrize("name", DESCRIPTORS)


def spectra(*shape: int, dtype: Any = np.float32, seed: int = 0) -> Reals:
    """Give magnitudes of many sizes with rms and zcr after them, a silent frame among them."""
    values = np.exp(2 * noise(*shape, BINS + 2, seed=seed)).astype(dtype)
    values[shape[0] // 2] = 0
    return values


def described(names: str, frames: Reals, size: int = 1 << 20) -> Reals:
    """Describe frames in batches of a size; `names` are parted by spaces."""
    descriptors = FrameDescriptors(names.split(), BINS, BIN_HZ, RATE_HZ)
    batches = (frames[first : first + size] for first in range(0, len(frames), size))
    return np.concatenate(list(descriptors.describe(batches)))


def with_bins(**magnitudes: float) -> Reals:
    """Give one frame of float64 that is silent but for some bins: bin_10=1.0."""
    frame = np.zeros((1, BINS + 2))
    for name, magnitude in magnitudes.items():
        frame[0, int(name.removeprefix("bin_"))] = magnitude
    return frame


ALL = " ".join(DESCRIPTORS)


class TestColumns:
    def test_are_named_with_their_units(self) -> None:
        names = FrameDescriptors(tuple(DESCRIPTORS), BINS, BIN_HZ, RATE_HZ).names
        contrast = tuple(f"contrast_{band}_db" for band in range(1, 8))
        assert names == (
            *("rms", "zcr", "centroid_hz", "bandwidth_hz", "rolloff_hz", "flatness", "flux"),
            *contrast,
        )

    def test_stand_in_the_order_asked_for(self) -> None:
        frames = spectra(20)
        names = "flux contrast zcr rms centroid"
        parts = [described(name, frames) for name in names.split()]
        assert_same_bits(described(names, frames), np.concatenate(parts, axis=-1))

    @each_name
    def test_are_as_many_as_are_named(self, name: str) -> None:
        descriptors = FrameDescriptors([name], BINS, BIN_HZ, RATE_HZ)
        (got,) = descriptors.describe(iter([spectra(3)]))
        assert got.shape == (3, len(descriptors.names))

    def test_rms_and_zcr_are_those_that_came_with_the_frames(self) -> None:
        frames = spectra(5, 2)
        assert_same_bits(described("rms zcr", frames), frames[..., BINS:])

    def test_an_unknown_name_is_answered_with_the_nearest(self) -> None:
        with pytest.raises(SettingsError, match=r"'centriod': did you mean centroid\?"):
            FrameDescriptors(["rms", "centriod"], BINS, BIN_HZ, RATE_HZ)

    def test_a_name_like_no_other_is_answered_with_all(self) -> None:
        with pytest.raises(SettingsError, match=f"'xyz': there are {', '.join(DESCRIPTORS)}"):
            FrameDescriptors(["xyz"], BINS, BIN_HZ, RATE_HZ)

    def test_none_at_all_are_refused(self) -> None:
        with pytest.raises(SettingsError, match="no descriptor is named: choose from rms"):
            FrameDescriptors([], BINS, BIN_HZ, RATE_HZ)

    def test_frames_of_another_width_are_refused(self) -> None:
        descriptors = FrameDescriptors(["rms"], BINS, BIN_HZ, RATE_HZ)
        with pytest.raises(SettingsError, match="has 257 values: it must have 257 bins and 2 more"):
            list(descriptors.describe(iter([noise(3, BINS)])))


class TestBatches:
    @each_dtype
    @pytest.mark.parametrize("shape", [(1,), (2,), (50,), (50, 1), (50, 3)])
    def test_of_any_size_give_the_same_bits(self, dtype: Any, shape: tuple[int, ...]) -> None:
        frames = spectra(*shape, dtype=dtype)
        whole = described(ALL, frames)
        assert whole.dtype == dtype
        for size in (1, 2, 3, 17, 49):
            assert_same_bits(described(ALL, frames, size), whole, f"batches of {size}")

    @given(sizes=st.lists(st.integers(0, 9), max_size=12))
    def test_may_be_empty(self, sizes: list[int]) -> None:
        frames = spectra(20)
        ends = np.cumsum([0, *sizes]).clip(max=20)
        batches = np.split(frames, ends)
        descriptors = FrameDescriptors(tuple(DESCRIPTORS), BINS, BIN_HZ, RATE_HZ)
        got = np.concatenate(list(descriptors.describe(iter(batches))))
        assert_same_bits(got, described(ALL, frames))

    def test_each_channel_is_described_as_if_alone(self) -> None:
        frames = spectra(30, 3)
        got = described(ALL, frames, 7)
        for channel in range(3):
            assert_same_bits(got[:, channel].copy(), described(ALL, frames[:, channel]))

    def test_memory_order_changes_no_bit(self) -> None:
        frames = spectra(30, 2)
        assert_same_bits(described(ALL, np.asfortranarray(frames), 7), described(ALL, frames))

    def test_are_left_as_they_are(self) -> None:
        frames = spectra(9)
        before = frames.copy()
        described(ALL, frames, 4)
        assert_same_bits(frames, before)

    def test_a_buffer_that_is_used_again_does_no_harm(self) -> None:
        frames = spectra(24)

        def reused() -> Iterator[Reals]:
            buffer = np.empty((8, BINS + 2), np.float32)
            for first in range(0, 24, 8):
                buffer[:] = frames[first : first + 8]
                yield buffer
                buffer[:] = np.nan

        descriptors = FrameDescriptors(["flux"], BINS, BIN_HZ, RATE_HZ)
        got = np.concatenate(list(descriptors.describe(reused())))
        assert_same_bits(got, described("flux", frames))

    def test_two_sounds_do_not_know_of_each_other(self) -> None:
        frames = spectra(4)
        descriptors = FrameDescriptors(["flux"], BINS, BIN_HZ, RATE_HZ)
        first, second = (next(descriptors.describe(iter([frames]))) for _ in range(2))
        assert_same_bits(second, first)


class TestKnownSpectra:
    @each_dtype
    @pytest.mark.filterwarnings("error")
    def test_silence_gives_finite_numbers(self, dtype: Any) -> None:
        silence = np.zeros((3, 2, BINS + 2), dtype)
        wanted = np.array([0, 0, 0, 0, 0, 1, 0, *[0] * 7], dtype)
        got = described(ALL, silence)
        np.testing.assert_allclose(got, np.broadcast_to(wanted, got.shape), rtol=0, atol=1e-5)

    @each_dtype
    @pytest.mark.parametrize("magnitude", [1e-42, 1e-30, 1e-6, 1e15])
    @pytest.mark.filterwarnings("error")
    def test_the_faintest_and_the_loudest_too(self, dtype: Any, magnitude: float) -> None:
        frames = np.full((2, BINS + 2), magnitude, dtype)
        assert np.isfinite(described(ALL, frames)).all()

    @pytest.mark.parametrize("number", [0, 1, 100, BINS - 1])
    def test_one_bin_is_where_all_is(self, number: int) -> None:
        got = described("centroid bandwidth rolloff", with_bins(**{f"bin_{number}": 0.3}))
        np.testing.assert_allclose(got, [[number * BIN_HZ, 0, number * BIN_HZ]], atol=1e-9)

    def test_two_bins_have_a_mean_and_a_distance(self) -> None:
        got = described("centroid bandwidth", with_bins(bin_10=3.0, bin_30=1.0))
        wanted = np.array([15, np.sqrt(0.75 * 25 + 0.25 * 225)]) * BIN_HZ
        np.testing.assert_allclose(got[0], wanted, rtol=1e-12)

    @pytest.mark.parametrize(
        ("upper", "number"), [(0.1, 20), (0.15 / 0.85 * 0.999, 20), (0.15 / 0.85 * 1.001, 40)]
    )
    def test_rolloff_is_where_85_percent_are_reached(self, upper: float, number: int) -> None:
        got = described("rolloff", with_bins(bin_20=1.0, bin_40=upper))
        assert got[0, 0] == pytest.approx(number * BIN_HZ)

    def test_a_flat_spectrum_is_flat(self) -> None:
        got = described("flatness centroid", np.full((1, BINS + 2), 0.7))
        np.testing.assert_allclose(got[0], [1, RATE_HZ / 4], rtol=1e-12)

    def test_a_tone_is_not(self) -> None:
        # All bins but one are at the floor of 1e-10.
        got = described("flatness", with_bins(bin_50=1.0))
        wanted = np.exp(np.log(1e-10) * (BINS - 1) / BINS) / ((1 + 1e-10 * (BINS - 1)) / BINS)
        assert got[0, 0] == pytest.approx(wanted)

    def test_flux_is_what_has_been_added_since_the_frame_before(self) -> None:
        frames = spectra(12, dtype=np.float64)
        rises = np.diff(frames[:, :BINS], axis=0)
        wanted = [0.0, *(rise[rise > 0].sum() for rise in rises)]
        for size in (1, 5, 12):
            np.testing.assert_allclose(described("flux", frames, size)[:, 0], wanted, rtol=1e-12)

    def test_flux_knows_nothing_of_loss(self) -> None:
        frames = np.concatenate((with_bins(bin_9=2.0), with_bins(bin_9=0.5), with_bins(bin_8=0.1)))
        np.testing.assert_allclose(described("flux", frames)[:, 0], [0, 0, 0.1])


class TestContrast:
    # 200 Hz is 4.6 bins, so a band has the bins from the one below its edge on.
    FIRST = (0, 4, 9, 18, 37, 74, 148)

    @pytest.mark.parametrize("band", range(7))
    def test_a_tone_stands_out_in_its_own_octave(self, band: int) -> None:
        frame = np.full((1, BINS + 2), 1e-3)
        frame[0, self.FIRST[band] + 1] = 1.0
        got = described("contrast", frame)[0]
        # The mean of the highest 2 % of the bins, where those are more than one.
        highest = {5: 2, 6: 2}.get(band, 1)
        wanted = 10 * np.log10((1 + (highest - 1) * 1e-3) / highest / 1e-3)
        assert got[band] == pytest.approx(wanted)
        assert np.delete(got, band) == pytest.approx(np.zeros(6), abs=1e-9)

    @pytest.mark.parametrize(("below", "band"), [(9, 2), (18, 3), (37, 4), (74, 5), (148, 6)])
    def test_the_bin_below_an_edge_counts_for_the_upper_octave(self, below: int, band: int) -> None:
        frame = np.full((1, BINS + 2), 1e-3)
        frame[0, below] = 1.0
        assert np.flatnonzero(described("contrast", frame)[0] > 1).tolist() == [band]

    @pytest.mark.parametrize(("length", "octave", "edge"), [(220, 2, 11), (290, 3, 29)])
    def test_an_edge_on_a_bin_is_not_missed_by_rounding(
        self, length: int, octave: int, edge: int
    ) -> None:
        # At 16 kHz; computed in float64 the edge lies 2e-15 below bin 11, or 4e-15 above bin 29.
        descriptors = FrameDescriptors(["contrast"], length // 2 + 1, 16000 / length, 16000)
        frames = np.full((2, length // 2 + 3), 1e-3)
        frames[0, edge - 1] = frames[1, edge] = 1.0
        (got,) = descriptors.describe(iter([frames]))
        assert [np.flatnonzero(row > 1).tolist() for row in got] == [
            [octave, octave + 1],
            [octave + 1],
        ]

    @pytest.mark.parametrize("rate_hz", [8000, 12800])
    def test_needs_half_the_rate_above_its_highest_octave(self, rate_hz: int) -> None:
        with pytest.raises(SettingsError, match=f"a rate above 12800 Hz.*the rate is {rate_hz} Hz"):
            FrameDescriptors(["contrast"], BINS, rate_hz / LENGTH, rate_hz)

    @pytest.mark.parametrize(("rate_hz", "length"), [(44100, 221), (16000, 80), (12801, 65)])
    def test_has_a_bin_in_every_octave(self, rate_hz: int, length: int) -> None:
        bins = length // 2 + 1
        descriptors = FrameDescriptors(["contrast"], bins, rate_hz / length, rate_hz)
        (got,) = descriptors.describe(iter([np.ones((1, bins + 2), np.float32)]))
        assert np.isfinite(got).all()

    @pytest.mark.parametrize("length", [1, 220])
    def test_needs_bins_close_together(self, length: int) -> None:
        with pytest.raises(SettingsError, match=r"bins 200 Hz apart or less.* 221 samples or more"):
            FrameDescriptors(["contrast"], length // 2 + 1, 44100 / length, 44100)

    def test_what_is_not_asked_for_needs_nothing(self) -> None:
        others = [name for name in DESCRIPTORS if name != "contrast"]
        (got,) = FrameDescriptors(others, 1, 8000.0, 8000).describe(iter([np.ones((2, 3))]))
        assert np.isfinite(got).all()


def cut(samples: Reals, length: int = LENGTH, hop: int = 128) -> Reals:
    """Give a read-only view of the frames of samples, shape (channels, frames, length)."""
    return sliding_window_view(samples, length, axis=-1)[:, ::hop]


@pytest.mark.parametrize("measure", [frame_rms, zero_crossing_rate])
class TestFramesOfSamples:
    @each_dtype
    def test_keep_type_and_bits_in_batches_of_any_size(self, measure: Any, dtype: Any) -> None:
        frames = cut(noise(2, 6000).astype(dtype))
        whole = measure(frames)
        assert (whole.dtype, whole.shape) == (dtype, frames.shape[:2])
        for size in (1, 2, 7):
            transpose = frames.swapaxes(0, 1)
            parts = [measure(transpose[t : t + size].swapaxes(0, 1)) for t in range(0, 43, size)]
            assert_same_bits(np.concatenate(parts, axis=1), whole)
        for channel in (0, 1):
            assert_same_bits(measure(frames[channel : channel + 1])[0], whole[channel])

    def test_a_copy_gives_the_same_bits(self, measure: Any) -> None:
        frames = cut(noise(2, 6000))
        assert_same_bits(measure(frames.copy()), measure(frames))

    def test_silence_has_none(self, measure: Any) -> None:
        assert not measure(cut(np.zeros((1, 1000), np.float32))).any()

    def test_frames_of_one_sample(self, measure: Any) -> None:
        samples = noise(1, 9)
        wanted = np.abs(samples) if measure is frame_rms else np.zeros_like(samples)
        assert_close(measure(cut(samples, 1, 1)), wanted)


class TestRms:
    def test_of_a_sine_is_its_peak_over_root_two(self) -> None:
        sine = 0.5 * np.sin(2 * np.pi * 8 * np.arange(4 * LENGTH) / LENGTH)
        np.testing.assert_allclose(frame_rms(cut(sine[np.newaxis])), 0.5 / np.sqrt(2), rtol=1e-12)

    @each_dtype
    def test_is_the_root_of_the_mean_square(self, dtype: Any) -> None:
        frames = cut(noise(2, 6000).astype(dtype))
        wanted = np.sqrt((frames.astype(np.float64) ** 2).mean(axis=-1))
        assert_close(frame_rms(frames), wanted, 1e-6 if dtype == np.float32 else 1e-13)


class TestZeroCrossings:
    def test_of_a_sine_are_two_in_each_period(self) -> None:
        sine = np.sin(2 * np.pi * (8 * np.arange(LENGTH) + 1) / LENGTH)
        got = zero_crossing_rate(sine[np.newaxis, np.newaxis])
        assert got[0, 0] == pytest.approx(15 / LENGTH)  # the last one ends the frame

    @pytest.mark.parametrize(
        ("samples", "crossings"),
        [
            ([1, -1, 1, -1], 3),
            ([1, 0, 1, 0], 0),
            ([-1, 0, -1, 0], 3),
            ([1, -0.0, 1, -0.0], 0),
            ([1, -9e-11, 1, -9e-11], 0),
            ([1, -2e-10, 1, 1], 2),
            ([-1, -2, -3, -4], 0),
        ],
    )
    def test_zero_is_positive(self, samples: list[float], crossings: int) -> None:
        for dtype in (np.float32, np.float64):
            frames = np.array([[samples]], dtype)
            assert zero_crossing_rate(frames)[0, 0] == crossings / 4
