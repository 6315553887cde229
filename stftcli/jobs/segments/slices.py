"""Segments as slices of a sound's frames: those whose middle lies in them."""

from collections.abc import Iterator
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.features.chain import Chain
from stftcli.jobs.reporter import Reporter
from stftcli.jobs.segments.due import Due
from stftcli.jobs.segments.task import Task
from stftcli.jobs.segments.window import Window
from stftcli.jobs.stream import stream_features, tell_faults


def store_slices(source: Source, task: Task, threads: int, reporter: Reporter) -> bool:
    """Compute the frames of a sound once, and store the rows of each segment.

    It says whether the sound has ended: it is left where no segment needs more of it.

    Parameters
    ----------
    source : Source
        The sound.
    task : Task
        Its segments.
    threads : int
        That compute.
    reporter : Reporter
        Hears of progress and warnings.
    """
    chain, lead = task.finish.whole, task.finish.lead
    first, last = (
        _first_frames(chain, times_s) for times_s in (task.marks.start_s, task.marks.end_s)
    )
    due = Due(np.maximum(first - lead, 0), last)
    batches = stream_features(source, chain, threads, reporter, on_short=_ignore)
    with Window() as window, closing(batches):  # type: ignore[type-var]  # it is a generator

        def put(indices: Iterator[int]) -> None:
            for index in indices:
                begin, end = int(first[index]), min(int(last[index]), window.end)
                if begin < end and task.has_bins(index):
                    led = min(lead, begin)
                    first_s = float(chain.times_s(begin, begin + 1)[0])
                    task.put(index, window.pieces(begin - led, end), first_s, led)

        for batch in batches:
            window.push(batch)
            put(due.ready(window.end))
            if due.needed_from is None:
                tell_faults(source, reporter)
                return False
            window.forget(due.needed_from)
        put(due.rest())
    return True


def _first_frames(chain: Chain, times_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give the first frame whose middle is at each of these times, or later."""
    samples = np.rint(times_s * chain.rate_hz).astype(np.int64)
    return np.asarray(np.maximum(chain.plan.first_centered_from(samples), 0), np.int64)


def _ignore(text: str) -> None:
    """Say nothing: that a segment has no frame is told for all of them."""
