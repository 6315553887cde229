"""What is done to a segment and the samples beside it, before frames are cut of it.

A segment keeps its place: the samples that it begins with, its length, and the grid that it is
resampled on are those that it has without its neighbours.
"""

from collections.abc import Iterator
from dataclasses import replace
from math import gcd
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.excerpt import Excerpt, neighbours_needed
from stftcli.dsp.plan import FramePlan
from stftcli.features.resample import resampled, resampled_samples
from stftcli.features.signal import leveled, zero_pad, zeros
from stftcli.settings.choices import PadMode
from stftcli.settings.segment import SegmentSettings
from stftcli.settings.signal import SignalSettings

Samples = NDArray[Any]
Blocks = Iterator[Samples]

# Samples of the lower rate, on each side: the longest filter of soxr's hears no further.
_FILTER_SAMPLES = 512


def neighbours_of(
    segment: SegmentSettings,
    signal: SignalSettings,
    plan: FramePlan,
    pad_mode: PadMode,
    from_hz: int,
    to_hz: int,
) -> tuple[int, int | None]:
    """Give how many samples of a sound are read before a segment and after it; None is all.

    Parameters
    ----------
    segment, signal : SegmentSettings, SignalSettings
        What is read, and what is done to it.
    plan : FramePlan
        Where the frames lie.
    pad_mode : str
        What stands beyond the ends of the sound.
    from_hz, to_hz : int
        The rate of the sound, and that of the frames.
    """
    if not segment.has_neighbours:
        return 0, 0
    first, samples = segment.first(from_hz), segment.samples(from_hz)
    used = None if samples is None else resampled_samples(samples, from_hz, to_hz)
    start = first * to_hz // from_hz
    before, after = neighbours_needed(plan, pad_mode, start, used)
    if used is not None and used < _padded_samples(signal, to_hz):
        after = 0  # zeros follow it
    if from_hz == to_hz:
        return before, after
    heard = _FILTER_SAMPLES * max(1, -(-from_hz // to_hz))
    reading = first if before == start else -(-before * from_hz // to_hz) + heard
    following = None if after is None else -(-after * from_hz // to_hz) + heard
    return min(first, reading), following


def prepared_excerpt(
    blocks: Blocks,
    excerpt: Excerpt,
    settings: SignalSettings,
    from_hz: int,
    to_hz: int,
    dtype: np.dtype[Any],
    full_scale: float = 1.0,
) -> tuple[Blocks, Excerpt]:
    """Do with a segment and its neighbours what the settings say; tell where it lies then."""
    if from_hz != to_hz:
        assert settings.resample is not None
        there = _resampled_excerpt(excerpt, from_hz, to_hz)
        blocks = _resampled(blocks, excerpt, there, (from_hz, to_hz), dtype, settings.resample)
        excerpt = there
    if filled := _padded_samples(settings, to_hz):
        end = excerpt.before + filled
        if excerpt.samples is not None and excerpt.samples < filled:
            # The zeros that are asked for stand in the place of what follows.
            blocks = _until(blocks, excerpt.before + excerpt.samples)
            excerpt = replace(excerpt, samples=filled)
        blocks = zero_pad(blocks, end)
    return leveled(blocks, settings, full_scale), excerpt


def _padded_samples(signal: SignalSettings, rate_hz: int) -> int:
    return round((signal.pad_to_s or 0) * rate_hz)


def _resampled_excerpt(excerpt: Excerpt, from_hz: int, to_hz: int) -> Excerpt:
    """Say where a segment lies among resampled neighbours, its first sample being one of them."""
    samples = excerpt.samples
    return Excerpt(
        excerpt.before * to_hz // from_hz,
        None if samples is None else resampled_samples(samples, from_hz, to_hz),
    )


def _resampled(
    blocks: Blocks,
    excerpt: Excerpt,
    there: Excerpt,
    rates: tuple[int, int],
    dtype: np.dtype[Any],
    quality: str,
) -> Blocks:
    """Resample so that one sample comes to lie on the segment's first, and cut to the sound.

    Zeros before the sound shift the grid there, as soxr takes a sound to be zero beyond its ends.
    Zeros after it make the number of samples that of the segment alone, whatever the shift.
    """
    from_hz, to_hz = rates
    # Of so many samples, one of either rate lies on one of the other.
    shift = -excerpt.before % (from_hz // gcd(from_hz, to_hz))
    early = -(-shift * to_hz // from_hz)
    given, ended = 0, False

    def shifted() -> Blocks:
        nonlocal given, ended
        block: Samples | None = None
        for block in blocks:
            if not given:
                yield from zeros(block, shift)
            given += block.shape[-1]
            yield block
        ended = True
        if block is not None:
            yield from zeros(block, 2 + 2 * from_hz // to_hz)

    position = 0
    for piece in resampled(shifted(), from_hz, to_hz, dtype, quality):
        first, last = max(0, early - position), piece.shape[-1]
        if ended:
            after = resampled_samples(max(0, given - excerpt.before), from_hz, to_hz)
            last = max(0, early + there.before + after - position)
        yield piece[:, first : max(first, last)]
        position += piece.shape[-1]


def _until(blocks: Blocks, end: int) -> Blocks:
    """Give the first samples, and read no further."""
    position = 0
    for block in blocks:
        yield block[:, : end - position]
        position += block.shape[-1]
        if position >= end:
            return
