"""The one stream: blocks of a source through framer, analyzer and passes, batches out."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.conditioning import pre_emphasized, scaled, zero_pad
from stftcli.audio.header import FLOAT_SUBTYPES
from stftcli.audio.resample import resampled
from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError
from stftcli.jobs.engine import Engine
from stftcli.jobs.parallel import ordered_map
from stftcli.jobs.reporter import Reporter
from stftcli.settings.choices import MAX_THREADS

OnBlock = Callable[[NDArray[Any]], None]

_INT16_SCALE = 32768.0


def choose_threads(threads: int | None) -> int:
    """Give the number asked for, or else two where there are two processors."""
    if threads is None:
        return min(2, os.cpu_count() or 1)
    if not 1 <= threads <= MAX_THREADS:
        raise SettingsError(f"threads is {threads}: it must lie between 1 and {MAX_THREADS}")
    return threads


def analyze(
    source: Source,
    engine: Engine,
    threads: int | None,
    reporter: Reporter,
    *,
    on_block: OnBlock | None = None,
    batch_frames: int | None = None,
) -> Iterator[NDArray[Any]]:
    """Give the features of a source, batch after batch.

    Each block of samples, shape (channels, any), is shown to `on_block` before it is cut into
    frames. A batch has `batch_frames` of them, None for what is fastest.

    Yields
    ------
    ndarray, shape (frames, features) or (frames, channels, features)
        What the engine makes of it, in order.
    """
    spans = _spans(source, engine, reporter, on_block, batch_frames)
    batches = _batches(source, engine, spans, threads, reporter)
    # Spectra of samples of limited range cannot overflow, whatever is made of them may.
    if source.subtype in FLOAT_SUBTYPES or engine.settings.values.steps:
        batches = _checked(batches, source)
    for step in engine.passes:
        batches = _checked(step(batches), source)
    return batches


def _checked(batches: Iterator[NDArray[Any]], source: Source) -> Iterator[NDArray[Any]]:
    while True:
        with np.errstate(all="ignore"):
            batch = next(batches, None)
            # A sum is finite only if all its terms are; it is cheaper than asking for each.
            good = batch is None or np.isfinite(batch.sum()) or np.isfinite(batch).all()
        if not good:
            raise InputError(
                f"{source.name} gives features that overflow: make it quieter, or choose "
                "--dtype float64"
            )
        if batch is None:
            return
        yield batch


def _batches(
    source: Source,
    engine: Engine,
    spans: Iterator[NDArray[Any]],
    threads: int | None,
    reporter: Reporter,
) -> Iterator[NDArray[Any]]:
    yield from ordered_map(engine.analyzer, spans, choose_threads(threads))
    if complaint := source.complaint():
        reporter.warn(complaint)


def _spans(
    source: Source,
    engine: Engine,
    reporter: Reporter,
    on_block: OnBlock | None,
    batch_frames: int | None,
) -> Iterator[NDArray[Any]]:
    framer = engine.analyzer.stft.framer(batch_frames)
    for block in _signal(source, engine, reporter):
        if on_block is not None:
            on_block(block)
        yield from framer.push(block)
    yield from framer.finish()


def _signal(source: Source, engine: Engine, reporter: Reporter) -> Iterator[NDArray[Any]]:
    signal, dtype = engine.settings.signal, engine.analyzer.stft.dtype
    blocks = _watched(source, engine, reporter)
    if engine.rate_hz != source.rate_hz:
        assert signal.resample is not None
        blocks = resampled(blocks, source.rate_hz, engine.rate_hz, dtype, signal.resample)
    if signal.pad_to_s is not None:
        blocks = zero_pad(blocks, round(signal.pad_to_s * engine.rate_hz))
    if signal.int16_scale:
        blocks = scaled(blocks, _INT16_SCALE)
    if signal.preemphasis:
        blocks = pre_emphasized(blocks, signal.preemphasis)
    return blocks


def _watched(source: Source, engine: Engine, reporter: Reporter) -> Iterator[NDArray[Any]]:
    segment = engine.settings.segment
    samples = source.segment_samples(segment)
    reporter.begin(source.name, None if samples is None else samples / source.rate_hz)
    for block in source.blocks(segment, engine.analyzer.stft.dtype):
        yield block
        reporter.advance(block.shape[-1] / source.rate_hz)
