"""The pieces of a sound in order, worked on by this process and by others."""

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.errors import InputError
from stftcli.features.chain import Chain
from stftcli.files.system import above_standard
from stftcli.jobs.pieces.crew import PIECES_EACH, Crew, Done, Errand
from stftcli.jobs.pieces.cut import Piece
from stftcli.jobs.pieces.worker import Task, bytes_of, piece_features, put
from stftcli.jobs.reporter import Reporter
from stftcli.jobs.stream import frame_shape

Batch = NDArray[Any]

# Pieces that this process has done and that wait for their turn.
_WAITING = 4
# Apart in a file that takes no room where nothing was written.
_SLOT_BYTES = 1 << 32


class Work:
    """The pieces of one sound.

    The source itself gives the last of them, for it has to hear how the sound ends; and the rest
    from a piece on that could not be done otherwise, and then finds out what is wrong.
    """

    def __init__(
        self,
        source: Source,
        chain: Chain,
        pieces: list[Piece],
        target: int,
        threads: int,
        reporter: Reporter,
    ) -> None:
        self._source, self._chain = source, chain
        *self._pieces, self._last = pieces
        self._target, self._threads, self._reporter = target, threads, reporter

    def batches(self) -> Iterator[Batch]:
        """Give the frames of all pieces; those of other processes come through the target."""
        slots = PIECES_EACH * (self._threads - 1) + _WAITING + 1
        places = {piece: at % slots * _SLOT_BYTES for at, piece in enumerate(self._pieces)}
        own: dict[Piece, list[Batch]] = {}

        def keep(piece: Piece, batches: Iterator[Batch]) -> Done:
            own[piece] = list(batches)
            return Done(sum(map(len, own[piece])), 0, 0)

        rest = self._last
        for errand in self._errands(keep, places.__getitem__, stored=False):
            if _has_failed(errand):
                rest = errand.piece
                break
            if errand.piece in own:
                yield from own.pop(errand.piece)
            else:
                yield self._read(errand)
        yield from self._from(rest)

    def place(self, offset: int) -> int:
        """Write the frames of all pieces to the target, from an offset on, and count them."""
        chain, target = self._chain, self._target
        frame_bytes = prod(frame_shape(self._source, chain)) * chain.stored_dtype.itemsize

        def place_of(piece: Piece) -> int:
            return offset + piece.frame * frame_bytes

        def write(piece: Piece, batches: Iterator[Batch]) -> Done:
            return Done(*put(chain.stored(batches), target, place_of(piece)))

        rest = self._last
        for errand in self._errands(write, place_of, stored=True):
            if _has_failed(errand):
                rest = errand.piece
                break
        return rest.frame + put(chain.stored(self._from(rest)), target, place_of(rest))[0]

    def _errands(
        self,
        do: Callable[[Piece, Iterator[Batch]], Done],
        place_of: Callable[[Piece], int],
        *,
        stored: bool,
    ) -> Iterator[Errand]:
        """Give each piece but the last in order, when it is done by this process or by another."""
        file = self._source.shared_file()
        assert file is not None
        with (
            above_standard(self._target) as target,
            Source(file.path, reading=self._source.reading) as again,
        ):
            task = Task(file, again.reading, self._chain, target, stored)
            yield from self._shared(task, again, do, place_of)

    def _shared(
        self,
        task: Task,
        again: Source,
        do: Callable[[Piece, Iterator[Batch]], Done],
        place_of: Callable[[Piece], int],
    ) -> Iterator[Errand]:
        """Share the pieces with a crew; this process has its own look at the file."""
        todo, under_way = deque(self._pieces), deque[Errand]()
        with Crew(task, self._threads - 1) as crew:
            # Not before: showing progress may start a thread, beside which nothing is forked.
            self._reporter.begin(self._source.name, self._seconds([*self._pieces, self._last]))
            most = crew.size + _WAITING
            while todo or under_way:
                while todo and crew.room and len(under_way) < most:
                    piece = todo.popleft()
                    under_way.append(crew.give(piece, place_of(piece)))
                if under_way and under_way[0].done is not None:
                    errand = under_way.popleft()
                    yield errand
                    self._reporter.advance(self._seconds([errand.piece]))
                elif todo and len(under_way) < most:
                    under_way.append(_own(task, again, todo.popleft(), do))
                    crew.hear(wait=False)
                else:
                    crew.hear(wait=True)

    def _from(self, piece: Piece) -> Iterator[Batch]:
        """Give the frames from a piece on."""
        last = self._last
        samples = None if last.samples is None else last.first + last.samples - piece.first
        return piece_features(self._source, self._chain, piece.first, samples)

    def _read(self, errand: Errand) -> Batch:
        done = errand.done
        assert done is not None
        shape = (done.frames, done.channels, done.features)
        batch = np.empty(shape if done.channels > 1 else shape[::2], self._chain.dtype)
        view, offset = bytes_of(batch), errand.offset
        while view:
            count = os.preadv(self._target, [view], offset)
            view, offset = view[count:], offset + count
        return batch

    def _seconds(self, pieces: list[Piece]) -> float:
        frames = sum(piece.frames for piece in pieces)
        return frames * self._chain.plan.hop_length / self._chain.rate_hz


def _own(
    task: Task, source: Source, piece: Piece, do: Callable[[Piece, Iterator[Batch]], Done]
) -> Errand:
    errand = Errand(piece, 0)
    errand.done = Done(-1, 0, 0)
    if task.file.is_there():
        with suppress(InputError):  # it is found again, and said, when its turn comes
            errand.done = do(piece, piece_features(source, task.chain, piece.first, piece.samples))
    return errand


def _has_failed(errand: Errand) -> bool:
    assert errand.done is not None
    return errand.done.frames != errand.piece.frames
