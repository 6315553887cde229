"""A process that works on pieces of a sound, one after another, until nobody asks for more."""

import os
import pickle
import signal
import struct
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.shared_file import SharedFile
from stftcli.audio.source import Source
from stftcli.features.chain import Chain
from stftcli.files.interrupts import ENDING_SIGNALS
from stftcli.files.system import begin_to_sync
from stftcli.frozen import Frozen
from stftcli.jobs.stream import stream_features
from stftcli.settings.reading import Reading

REQUEST = struct.Struct("<qqq")
"""A piece: its first sample, its samples or -1, and where in the target its values go."""
REPLY = struct.Struct("<qqq")
"""Frames, channels and features that stand there now; -1 frames if that could not be done."""

_FAILED = REPLY.pack(-1, 0, 0)


class Task(Frozen):
    """What all pieces have in common.

    Attributes
    ----------
    file : SharedFile
        The sound.
    reading : Reading
        How it is read.
    chain : Chain
        What is computed, as far as it is done to each frame alone.
    target : int
        The descriptor of a file that takes the values.
    stored : bool
        Whether they are to have the type of the array.
    """

    file: SharedFile
    reading: Reading
    chain: Chain
    target: int
    stored: bool


def chain_of_piece(chain: Chain, first: int, samples: int | None) -> Chain:
    """Give the chain for the segment of a sound that has just the frames of a piece."""
    rate_hz = chain.sound_rate_hz
    segment = replace(
        chain.settings.segment,
        start_s=first / rate_hz,
        duration_s=None if samples is None else samples / rate_hz,
        segment_padding="neighbours",
    )
    return chain.of_segment(segment)


def piece_features(
    source: Source, chain: Chain, first: int, samples: int | None
) -> Iterator[NDArray[Any]]:
    """Give the frames of a piece, batch after batch."""
    return stream_features(source, chain_of_piece(chain, first, samples), 1)


def put(batches: Iterator[NDArray[Any]], target: int, offset: int) -> tuple[int, int, int]:
    """Write batches at their place in a file; give how many frames, channels and features."""
    frames, channels, features, first = 0, 1, 0, offset
    for batch in batches:
        view = bytes_of(batch)
        while view:
            written = os.pwrite(target, view, offset)
            view, offset = view[written:], offset + written
        frames, features = frames + len(batch), batch.shape[-1]
        channels = batch.shape[1] if batch.ndim > 2 else 1
    begin_to_sync(target, first, offset - first)
    return frames, channels, features


def bytes_of(batch: NDArray[Any]) -> memoryview:
    """Give the memory of an array."""
    return batch.reshape(-1).view(np.uint8).data


def main(description: int) -> None:
    """Work on the task that a file holds, given its descriptor."""
    work_on(pickle.loads(os.pread(description, os.fstat(description).st_size, 0)))


def work_on(task: Task) -> None:
    """Take pieces of a task from standard input, and tell on standard output what was done.

    The first that is told is that the process is there.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever asks for pieces hears it
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:  # as `nohup` has it
            signal.signal(number, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)
    with Source(task.file.path, reading=task.reading) as source:
        os.write(1, REPLY.pack(0, 0, 0))
        while request := os.read(0, REQUEST.size):  # a pipe keeps what is so short together
            os.write(1, _reply(task, source, *REQUEST.unpack(request)))


def _reply(task: Task, source: Source, first: int, samples: int, offset: int) -> bytes:
    try:
        if not task.file.is_there():
            return _FAILED
        batches = piece_features(source, task.chain, first, None if samples < 0 else samples)
        batches = task.chain.stored(batches) if task.stored else batches
        return REPLY.pack(*put(batches, task.target, offset))
    except Exception:
        return _FAILED  # who asked tries it as well, and says what is wrong
