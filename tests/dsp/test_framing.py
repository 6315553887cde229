import tracemalloc
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli import STFT
from stftcli.dsp.framing import Framer
from stftcli.dsp.plan import FramePlan
from tests.signals import (
    EDGES,
    assert_same_bits,
    blocks_of,
    each_edges,
    edges_and_sizes,
    longest_hop,
    noise,
    padded,
)

Samples = NDArray[np.float32]

each_edges_and_size = edges_and_sizes(
    (64, 16), (64, 24), (63, 20), (64, 64), (63, 21), (16, 40), (1, 1), (2, 5)
)


def spans_of(framer: Framer, blocks: Iterable[Samples]) -> list[Samples]:
    """All spans, looked at only after the signal has ended."""
    return [span for block in blocks for span in framer.push(block)] + list(framer.finish())


def frames_in(span: Samples, filter_length: int, hop_length: int) -> Samples:
    if span.shape[-1] < filter_length:
        return np.empty((len(span), 0, filter_length), span.dtype)
    frames = np.lib.stride_tricks.sliding_window_view(span, filter_length, axis=-1)
    return frames[:, ::hop_length]


@each_edges_and_size
def test_spans_hold_every_frame_of_the_padded_signal_once(
    edges: dict[str, Any], filter_length: int, hop_length: int
) -> None:
    stft = STFT(filter_length, hop_length, **edges)
    several_batches = stft.plan.span_samples(2 * stft.plan.batch_frames + 3)
    half = filter_length // 2
    for samples in (1, 2, half + 1, filter_length, filter_length + 1, several_batches):
        signal = noise(2, samples)
        spans = spans_of(stft.framer(), blocks_of(signal, 17))
        none = np.empty((2, 0, filter_length), np.float32)
        cut = [frames_in(span, filter_length, hop_length) for span in spans]
        got = np.concatenate([none, *cut], axis=1)
        for channel, frames in zip(signal, got, strict=True):
            whole = padded(channel, filter_length, hop_length, **edges)[None]
            wanted = frames_in(whole, filter_length, hop_length)[0]
            assert_same_bits(frames, wanted, f"{samples} samples")


@each_edges
@pytest.mark.parametrize(("win_length", "hop_length"), [(40, 16), (41, 17), (40, 40), (1, 1)])
def test_frames_are_as_long_as_the_window_where_zeros_follow_it(
    edges: dict[str, Any], win_length: int, hop_length: int
) -> None:
    stft = STFT(4096, hop_length, win_length, win_align="left", **edges)
    assert stft.plan.frame_length == win_length
    for samples in (1, 2, win_length // 2 + 1, win_length, 3 * win_length, 60 * hop_length):
        signal = noise(samples)
        spans = spans_of(stft.framer(), blocks_of(signal[None], 17))
        none = np.empty((0, win_length), np.float32)
        got = np.concatenate(
            [none, *(frames_in(span, win_length, hop_length)[0] for span in spans)]
        )
        whole = padded(signal, win_length, hop_length, **edges)[None]
        assert_same_bits(got, frames_in(whole, win_length, hop_length)[0], f"{samples} samples")


@each_edges_and_size
def test_every_span_but_the_last_holds_one_batch(
    edges: dict[str, Any], filter_length: int, hop_length: int
) -> None:
    stft = STFT(filter_length, hop_length, **edges)
    plan = stft.plan
    signal = noise(1, plan.span_samples(2 * plan.batch_frames + 3))
    spans = spans_of(stft.framer(), [signal])
    *full, last = [plan.frames_of_span(span.shape[-1]) for span in spans]
    assert full
    assert set(full) == {plan.batch_frames}
    assert 1 <= last <= plan.batch_frames
    assert sum(full) + last == plan.frames(signal.shape[-1])
    assert [span.shape[-1] for span in spans] == [plan.span_samples(n) for n in (*full, last)]


@each_edges
@given(data=st.data())
def test_spans_do_not_depend_on_the_blocks(edges: dict[str, Any], data: st.DataObject) -> None:
    # A transform this long makes batches of 8 frames, so short signals fill several.
    stft = STFT(16384, data.draw(st.integers(1, 60), label="hop_length"), **edges)
    signal = noise(1, data.draw(st.integers(0, 1200), label="samples"))
    cuts = data.draw(st.lists(st.integers(0, signal.shape[-1])).map(sorted), label="cuts")
    whole = spans_of(stft.framer(), [signal])
    pieces = spans_of(stft.framer(), np.split(signal, cuts, axis=-1))
    assert len(pieces) == len(whole)
    for piece, wanted in zip(pieces, whole, strict=True):
        assert_same_bits(piece, wanted)


@each_edges
@given(data=st.data())
def test_spans_that_are_given_early_hold_the_frames_of_the_others(
    edges: dict[str, Any], data: st.DataObject
) -> None:
    frame_length = data.draw(st.integers(1, 60), label="frame_length")
    hop_length = data.draw(st.integers(1, longest_hop(edges, frame_length, 80)), label="hop_length")
    stft = STFT(frame_length, hop_length, **edges)
    signal = noise(2, data.draw(st.integers(0, 800), label="samples"))
    cuts = data.draw(st.lists(st.integers(0, signal.shape[-1])).map(sorted), label="cuts")
    batch_frames = data.draw(st.integers(1, 40), label="batch_frames")

    def frames(early: bool) -> list[Samples]:
        framer, spans = stft.framer(batch_frames), []
        for block in np.split(signal, cuts, axis=-1):
            spans += list(framer.push(block))
            spans += list(framer.complete()) if early else []
        spans += list(framer.finish())
        sizes = [stft.plan.frames_of_span(span.shape[-1]) for span in spans]
        assert all(1 <= size <= batch_frames for size in sizes)
        return [frames_in(span, frame_length, hop_length) for span in spans]

    early, others = frames(early=True), frames(early=False)
    assert len(early) >= len(others)
    if others:
        assert_same_bits(np.concatenate(early, axis=1), np.concatenate(others, axis=1))


def test_whole_batches_of_a_long_block_are_given_first() -> None:
    stft = STFT(64, 16, center=False)
    framer = stft.framer(10)
    spans = list(framer.push(noise(1, stft.plan.span_samples(25))))
    spans += list(framer.complete())
    assert [stft.plan.frames_of_span(span.shape[-1]) for span in spans] == [10, 10, 5]
    assert list(framer.finish()) == []


@each_edges
def test_a_caller_may_use_one_buffer_for_all_blocks(edges: dict[str, Any]) -> None:
    signal = noise(20_000)
    buffer = np.empty(500, np.float32)

    def refilled() -> Iterable[Samples]:
        for block in blocks_of(signal, len(buffer)):
            buffer[:] = block
            yield buffer

    stft = STFT(64, 16, **edges)
    assert_same_bits(np.concatenate(list(stft.stream(refilled()))), stft(signal))


@pytest.mark.parametrize("edges", sorted(EDGES.keys() - {"wrap"}))
def test_a_span_comes_as_soon_as_its_samples_are_there(edges: str) -> None:
    stft = STFT(64, 16, **EDGES[edges])
    plan, framer = stft.plan, stft.framer()
    needed = plan.span_samples(plan.batch_frames) - plan.left
    assert list(framer.push(noise(1, needed - 1))) == []
    assert len(list(framer.push(noise(1, 1)))) == 1


@pytest.mark.parametrize("edges", sorted(EDGES.keys() - {"wrap"}))
def test_a_long_stream_is_not_held_in_memory(edges: str) -> None:
    stft = STFT(256, 64, **EDGES[edges])
    framer, block = stft.framer(), noise(1, 1000)
    one_span = 4 * stft.plan.span_samples(stft.plan.batch_frames)
    tracemalloc.start()
    try:
        for _ in range(2000):
            for _span in framer.push(block):
                pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5 * one_span


@each_edges
def test_a_signal_without_a_sample_has_no_span(edges: dict[str, Any]) -> None:
    framer = STFT(64, 16, **edges).framer()
    assert spans_of(framer, [noise(1, 0), noise(1, 0)]) == []


@pytest.mark.parametrize(
    ("padding", "samples"), [("snip", 1), ("snip", 63), ("kaldi", 1), ("kaldi", 7)]
)
def test_what_is_too_short_has_no_span_with_kaldis_paddings(padding: Any, samples: int) -> None:
    stft = STFT(64, 16, padding=padding)
    assert spans_of(stft.framer(), [noise(1, samples)]) == []
    assert stft(noise(2, samples)).shape == (2, 0, 33)
    assert stft(noise(2, samples + 1)).shape == (2, samples in (7, 63), 33)


def test_samples_between_two_frames_are_skipped_across_spans() -> None:
    plan = FramePlan.make(1, 3, "none")
    signal = np.arange(3 * 600.0, dtype=np.float32)
    spans = spans_of(Framer(plan, "constant"), blocks_of(signal[None], 100))
    first_of_each = np.concatenate([span[0, ::3] for span in spans])
    np.testing.assert_array_equal(first_of_each, signal[::3])


def test_spans_that_are_asked_for_one_by_one_may_lie_in_one_place() -> None:
    plan = FramePlan.make(64, 16, "center")
    signal = noise(2, 5000).astype(np.float32)
    apart = spans_of(Framer(plan, "reflect", 8), blocks_of(signal, 100))
    framer = Framer(plan, "reflect", 8, reuse=True)
    places: set[int] = set()
    number = 0
    for pushed in (*map(framer.push, blocks_of(signal, 100)), framer.finish()):
        for span in pushed:
            np.testing.assert_array_equal(span, apart[number])
            places.add(span.ctypes.data)
            number += 1
    assert number == len(apart) > 3
    assert len(places) == 1


def test_a_span_stays_until_the_next_is_asked_for_whoever_else_begins() -> None:
    plan = FramePlan.make(64, 16, "center")
    framer, signal = Framer(plan, "reflect", 8, reuse=True), noise(1, 1000).astype(np.float32)
    others, seen = [], 0
    for pushed in (framer.push(signal), framer.finish()):
        for span in pushed:
            before = span.copy()
            others.append(Framer(plan, "reflect", 8, reuse=True))
            assert list(others[-1].push(noise(1, 1000, seed=seen + 1).astype(np.float32)))
            np.testing.assert_array_equal(span, before)
            seen += 1
    assert seen > 3
