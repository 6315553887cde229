"""The one stream: blocks of a source through framer and analyzer, batches out."""

import os
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.header import FLOAT_SUBTYPES
from stftcli.audio.source import Source
from stftcli.dsp.analyzer import Analyzer
from stftcli.errors import InputError, SettingsError
from stftcli.jobs.parallel import ordered_map
from stftcli.jobs.watch import Watcher
from stftcli.settings import MOST_THREADS, PartSettings


def choose_threads(threads: int | None) -> int:
    """Give the number asked for, or else two where there are two processors."""
    if threads is None:
        return min(2, os.cpu_count() or 1)
    if not 1 <= threads <= MOST_THREADS:
        raise SettingsError(f"threads is {threads}: it must lie between 1 and {MOST_THREADS}")
    return threads


def analyze(
    source: Source, part: PartSettings, analyzer: Analyzer, threads: int | None, watcher: Watcher
) -> Iterator[NDArray[Any]]:
    """Give the features of a part of a source, batch after batch.

    Yields
    ------
    ndarray, shape (frames, features) or (frames, channels, features)
        What the analyzer makes of each span, in order.
    """
    spans = _spans(source, part, analyzer, watcher)
    for batch in ordered_map(analyzer, spans, choose_threads(threads)):
        # Samples of limited range cannot overflow.
        if source.subtype in FLOAT_SUBTYPES and not np.isfinite(batch).all():
            raise InputError(f"{source.name} has samples so large that its features overflow")
        yield batch
    if complaint := source.ended_early():
        watcher.warn(complaint)


def _spans(
    source: Source, part: PartSettings, analyzer: Analyzer, watcher: Watcher
) -> Iterator[NDArray[Any]]:
    samples = source.part_samples(part)
    watcher.begin(source.name, None if samples is None else samples / source.rate_hz)
    framer = analyzer.stft.framer()
    for block in source.blocks(part, analyzer.stft.dtype):
        yield from framer.push(block)
        watcher.advance(block.shape[-1] / source.rate_hz)
    yield from framer.finish()
