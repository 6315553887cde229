"""Segments cut out of a sound, each computed by itself, to the bits of `start` and `duration`."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.header import FLOAT_SUBTYPES
from stftcli.audio.source import Source
from stftcli.dsp.excerpt import Excerpt
from stftcli.features.chain import Chain
from stftcli.jobs.reporter import Reporter
from stftcli.jobs.segments.due import Due
from stftcli.jobs.segments.task import Task
from stftcli.jobs.segments.window import Window
from stftcli.jobs.stream import tell_faults

_FAR = 1 << 62
"""Beyond the end of every sound."""


class _Places(NamedTuple):
    """Samples: where segments begin, how long they are, and what is read of the sound for each."""

    first: NDArray[np.int64]
    samples: NDArray[np.int64]
    read_from: NDArray[np.int64]
    read_to: NDArray[np.int64]


def store_cuts(source: Source, task: Task, reporter: Reporter) -> bool:
    """Read a sound once, and store the rows of each segment; all else is as in `store_slices`."""
    places = _places(task, source.rate_hz)
    due = Due(places.read_from, places.read_to)
    blocks = _blocks(source, task.finish.whole, reporter)
    with Window() as window, closing(blocks):  # type: ignore[type-var]  # it is a generator

        def put(indices: Iterator[int]) -> None:
            for index in indices:
                _put(source, task, index, places, window)

        for block in blocks:
            window.push(block.T)
            put(due.ready(window.end))
            if due.needed_from is None:
                tell_faults(source, reporter)
                return False
            window.forget(due.needed_from)
        put(due.rest())
    tell_faults(source, reporter)
    return True


def _places(task: Task, rate_hz: int) -> _Places:
    marks, rows = task.marks, []
    for start_s, end_s in zip(marks.start_s.tolist(), marks.end_s.tolist(), strict=True):
        first = round(start_s * rate_hz)
        if start_s == end_s:
            rows.append((first, 0, first, first))
            continue
        own = _chain_of(task.finish.whole, start_s, end_s)
        before, after = own.neighbours()
        samples = own.settings.segment.samples(rate_hz) or 0
        read_to = _FAR if after is None else first + samples + after
        rows.append((first, samples, first - before, read_to))
    return _Places(*np.array(rows, np.int64).reshape(-1, 4).T)


def _chain_of(chain: Chain, start_s: float, end_s: float) -> Chain:
    """Give the chain of a segment; a point has none."""
    segment = replace(chain.settings.segment, start_s=start_s, duration_s=end_s - start_s)
    return chain.of_segment(segment)


def _put(source: Source, task: Task, index: int, places: _Places, window: Window) -> None:
    first, samples, read_from, read_to = (int(each[index]) for each in places)
    there = min(samples, window.end - first)
    # Zeros behind a segment make no frame of one that holds no sound.
    if there <= 0 or not task.finish.whole.frames_of(there) or not task.has_bins(index):
        return
    start_s = float(task.marks.start_s[index])
    chain = _chain_of(task.finish.whole, start_s, float(task.marks.end_s[index]))
    blocks = (np.ascontiguousarray(piece.T) for piece in window.pieces(read_from, read_to))
    neighbours = chain.settings.segment.has_neighbours
    frames = chain.batches(
        blocks,
        name=source.name,
        limited=source.subtype not in FLOAT_SUBTYPES,
        excerpt=Excerpt(first - read_from, samples) if neighbours else None,
    )
    task.put(index, frames, start_s + float(chain.times_s(0, 1)[0]))


def _blocks(source: Source, chain: Chain, reporter: Reporter) -> Iterator[NDArray[Any]]:
    """Give all of the sound, and tell of the progress."""
    seconds = None if source.samples is None else source.samples / source.rate_hz
    reporter.begin(source.name, seconds)
    dtype, nonfinite = chain.framewise.stft.dtype, chain.settings.signal.nonfinite
    for block in source.blocks(chain.settings.segment, dtype, nonfinite=nonfinite):
        yield block
        reporter.advance(block.shape[-1] / source.rate_hz)
