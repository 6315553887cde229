import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stftcli.dsp.plan import FramePlan
from stftcli.errors import SettingsError
from stftcli.settings.choices import PADDINGS, Padding
from tests.signals import longest_hop, padded

LENGTHS = st.integers(1, 80)
each_padding = pytest.mark.parametrize("padding", PADDINGS)


@each_padding
@given(data=st.data(), frame_length=LENGTHS, zeros=st.integers(0, 80), samples=st.integers(1, 300))
def test_counts_the_frames_that_fit_in_the_padded_signal(
    padding: Padding, data: st.DataObject, frame_length: int, zeros: int, samples: int
) -> None:
    longest = longest_hop({"padding": padding}, frame_length, 80)
    hop_length = data.draw(st.integers(1, longest), label="hop_length")
    plan = FramePlan.make(frame_length + zeros, hop_length, padding, frame_length)
    whole = padded(np.zeros(samples), frame_length, hop_length, padding=padding)
    assert plan.frames(samples) == len(range(0, len(whole) - frame_length + 1, hop_length))


@each_padding
def test_an_empty_signal_has_no_frames(padding: Padding) -> None:
    assert FramePlan.make(64, 16, padding).frames(0) == 0


@pytest.mark.parametrize("padding", [one for one in PADDINGS if one not in ("snip", "kaldi")])
@given(hop_length=LENGTHS, frame_length=LENGTHS)
def test_one_sample_has_a_frame_but_with_kaldis_paddings(
    padding: Padding, hop_length: int, frame_length: int
) -> None:
    assert FramePlan.make(frame_length, hop_length, padding).frames(1) >= 1


@pytest.mark.parametrize(("padding", "too_short"), [("snip", range(400)), ("kaldi", range(80))])
def test_what_is_too_short_has_no_frame_with_kaldis(padding: Padding, too_short: range) -> None:
    plan = FramePlan.make(512, 160, padding, 400)
    assert {plan.frames(samples) for samples in too_short} == {0}
    assert plan.frames(too_short.stop) == 1


@pytest.mark.parametrize(("filter_length", "frames"), [(1024, 1 + 4096 // 256), (1023, 16)])
def test_centred_frames_of_even_and_odd_length(filter_length: int, frames: int) -> None:
    assert FramePlan.make(filter_length, 256, "center").frames(4096) == frames
    assert FramePlan.make(filter_length, 256) == FramePlan.make(filter_length, 256, "center")


def test_counts_frames_beyond_the_integers_that_a_float_holds() -> None:
    samples = 2**62 + 3
    assert FramePlan.make(2, 1, "center").frames(samples) == samples + 1


@pytest.mark.parametrize(
    ("filter_length", "hop_length", "left"), [(64, 16, 48), (64, 64, 0), (64, 80, 0), (1, 1, 0)]
)
def test_causal_frames_are_padded_on_the_left_only(
    filter_length: int, hop_length: int, left: int
) -> None:
    plan = FramePlan.make(filter_length, hop_length, "causal")
    assert (plan.left, plan.right) == (left, 0)


@pytest.mark.parametrize(
    ("filter_length", "hop_length", "side"), [(1024, 256, 384), (64, 15, 24), (64, 80, 0)]
)
def test_same_is_half_of_what_frames_overlap_on_both_sides(
    filter_length: int, hop_length: int, side: int
) -> None:
    plan = FramePlan.make(filter_length, hop_length, "same")
    assert (plan.left, plan.right) == (side, side)


@given(data=st.data(), frame_length=LENGTHS, samples=st.integers(1, 2000))
def test_kaldis_frames_are_counted_and_placed_as_in_its_feature_window(
    data: st.DataObject, frame_length: int, samples: int
) -> None:
    hop_length = data.draw(st.integers(1, frame_length), label="hop_length")
    plan = FramePlan.make(128, hop_length, "kaldi", frame_length)
    # NumFrames and FirstSampleOfFrame with snip-edges=false.
    assert plan.frames(samples) == (samples + hop_length // 2) // hop_length
    assert -plan.left == hop_length // 2 - frame_length // 2


@pytest.mark.parametrize(("frame_length", "hop_length"), [(16, 40), (1, 2), (400, 1600)])
def test_kaldis_frames_leave_no_gaps(frame_length: int, hop_length: int) -> None:
    with pytest.raises(
        SettingsError,
        match=rf"`hop_length` is {hop_length}: with padding kaldi .*\({frame_length}\)",
    ):
        FramePlan.make(2048, hop_length, "kaldi", frame_length)


@given(
    frame_length=LENGTHS,
    zeros=st.integers(0, 80),
    hop_length=LENGTHS,
    frames=st.integers(1, 50),
)
def test_a_span_holds_its_frames_and_not_one_sample_more(
    frame_length: int, zeros: int, hop_length: int, frames: int
) -> None:
    plan = FramePlan.make(frame_length + zeros, hop_length, "none", frame_length)
    samples = plan.span_samples(frames)
    assert plan.frames_of_span(samples) == frames
    assert plan.frames_of_span(samples - 1) == frames - 1


@given(
    filter_length=st.integers(1, 1 << 22),
    hop_length=st.integers(1, 1 << 24),
)
def test_batches_are_neither_empty_nor_without_bound(filter_length: int, hop_length: int) -> None:
    plan = FramePlan.make(filter_length, hop_length, "none")
    assert 1 <= plan.batch_frames <= 512
    assert plan.span_samples(plan.batch_frames) <= max(8 * filter_length, 1 << 22)


@pytest.mark.parametrize(
    ("padding", "first"),
    [("center", 0), ("none", 32), ("causal", 32 - (64 - 16)), ("same", 8), ("kaldi", 8)],
)
def test_frames_are_centred_on_these_samples(padding: Padding, first: int) -> None:
    plan = FramePlan.make(64, 16, padding)
    assert list(plan.centers(range(3))) == [first, first + 16, first + 32]
    assert list(plan.centers(range(5, 7))) == [first + 80, first + 96]
    assert list(plan.centers(range(4, 4))) == []


@pytest.mark.parametrize(("padding", "first"), [("center", 0), ("none", 20), ("kaldi", 8)])
def test_zeros_after_a_frame_do_not_move_its_centre(padding: Padding, first: int) -> None:
    plan = FramePlan.make(64, 16, padding, frame_length=40)
    assert list(plan.centers(range(2))) == [first, first + 16]
    assert plan.bins == 33


@pytest.mark.parametrize(("lengths", "name"), [((0, 4), "filter_length"), ((4, -1), "hop_length")])
def test_lengths_below_one_are_refused_by_name(lengths: tuple[int, int], name: str) -> None:
    with pytest.raises(SettingsError, match=f"`{name}` is {min(lengths)}"):
        FramePlan.make(*lengths, "center")


def test_an_unknown_padding_is_answered_with_all_names() -> None:
    with pytest.raises(SettingsError, match=f"no padding 'full'.*{', '.join(PADDINGS)}"):
        FramePlan.make(64, 16, "full")  # type: ignore[arg-type]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("filter_length", [1, 64, 400, 2048, 1 << 15, 1 << 18])
def test_batches_of_one_and_two_channels_are_alike(filter_length: int, channels: int) -> None:
    plan = FramePlan.make(filter_length, max(1, filter_length // 4))
    wanted = max(4, min(512, (1 << 18) // filter_length))
    assert plan.batch_frames_of(channels) == plan.batch_frames == wanted


@given(st.integers(1, 1 << 24), st.integers(1, 1 << 24), st.integers(1, 4096))
def test_a_batch_is_no_larger_for_many_channels(length: int, hop: int, channels: int) -> None:
    plan = FramePlan.make(length, hop)
    frames = plan.batch_frames_of(channels)
    assert 1 <= frames <= plan.batch_frames
    assert frames == 1 or frames * channels <= 2 * plan.batch_frames
