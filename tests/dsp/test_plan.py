import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stftcli.dsp.axes import bin_frequencies_hz, frame_times_s
from stftcli.dsp.plan import FramePlan
from stftcli.errors import SettingsError
from tests.signals import padded

LENGTHS = st.integers(1, 80)
LAYOUTS = {
    "centred": {"center": True},
    "unpadded": {"center": False},
    "causal": {"center": False, "causal": True},
}
each_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


@each_layout
@given(filter_length=LENGTHS, hop_length=LENGTHS, samples=st.integers(1, 300))
def test_counts_the_frames_that_fit_in_the_padded_signal(
    layout: dict[str, bool], filter_length: int, hop_length: int, samples: int
) -> None:
    plan = FramePlan.make(filter_length, hop_length, **layout)
    whole = padded(np.zeros(samples), filter_length, hop_length, **layout)
    assert plan.frames(samples) == len(range(0, len(whole) - filter_length + 1, hop_length))


@each_layout
def test_an_empty_signal_has_no_frames(layout: dict[str, bool]) -> None:
    assert FramePlan.make(64, 16, **layout).frames(0) == 0


@pytest.mark.parametrize(("filter_length", "frames"), [(1024, 1 + 4096 // 256), (1023, 16)])
def test_centred_frames_of_even_and_odd_length(filter_length: int, frames: int) -> None:
    assert FramePlan.make(filter_length, 256, center=True).frames(4096) == frames


def test_counts_frames_beyond_the_integers_that_a_float_holds() -> None:
    samples = 2**62 + 3
    assert FramePlan.make(2, 1, center=True).frames(samples) == samples + 1


@pytest.mark.parametrize(
    ("filter_length", "hop_length", "left"), [(64, 16, 48), (64, 64, 0), (64, 80, 0), (1, 1, 0)]
)
def test_causal_frames_are_padded_on_the_left_only(
    filter_length: int, hop_length: int, left: int
) -> None:
    plan = FramePlan.make(filter_length, hop_length, center=False, causal=True)
    assert (plan.left, plan.right) == (left, 0)


@given(filter_length=LENGTHS, hop_length=LENGTHS, frames=st.integers(1, 50))
def test_a_span_holds_its_frames_and_not_one_sample_more(
    filter_length: int, hop_length: int, frames: int
) -> None:
    plan = FramePlan.make(filter_length, hop_length, center=False)
    samples = plan.span_samples(frames)
    assert plan.frames_of_span(samples) == frames
    assert plan.frames_of_span(samples - 1) == frames - 1


@given(
    filter_length=st.integers(1, 1 << 22),
    hop_length=st.integers(1, 1 << 24),
)
def test_batches_are_neither_empty_nor_without_bound(filter_length: int, hop_length: int) -> None:
    plan = FramePlan.make(filter_length, hop_length, center=False)
    assert 1 <= plan.batch_frames <= 256
    assert plan.span_samples(plan.batch_frames) <= max(8 * filter_length, 1 << 22)


@pytest.mark.parametrize(
    ("layout", "first"), [("centred", 0), ("unpadded", 32), ("causal", 32 - (64 - 16))]
)
def test_frames_are_centred_on_these_samples(layout: str, first: int) -> None:
    plan = FramePlan.make(64, 16, **LAYOUTS[layout])
    assert list(plan.centers(3)) == [first, first + 16, first + 32]


def test_times_are_in_seconds_and_frequencies_in_hz() -> None:
    plan = FramePlan.make(400, 160, center=True)
    np.testing.assert_allclose(frame_times_s(plan, 3, 16000), [0, 0.01, 0.02], rtol=1e-15)
    frequencies = bin_frequencies_hz(plan, 16000)
    np.testing.assert_allclose(frequencies[[0, 1, -1]], [0, 40, 8000], rtol=1e-15)
    assert len(frequencies) == plan.bins


def test_the_last_frequency_of_an_odd_length_lies_below_half_the_rate() -> None:
    plan = FramePlan.make(5, 1, center=True)
    np.testing.assert_allclose(bin_frequencies_hz(plan, 10), [0, 2, 4], rtol=1e-15)


@pytest.mark.parametrize(("lengths", "name"), [((0, 4), "filter_length"), ((4, -1), "hop_length")])
def test_lengths_below_one_are_refused_by_name(lengths: tuple[int, int], name: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is {min(lengths)}"):
        FramePlan.make(*lengths, center=True)


def test_centred_and_causal_exclude_each_other() -> None:
    with pytest.raises(SettingsError, match="not both"):
        FramePlan.make(64, 16, center=True, causal=True)
