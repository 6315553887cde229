"""Processes that work on pieces, and what is asked of them."""

import select
import signal
from collections import deque
from contextlib import ExitStack
from typing import Self

from stftcli.files.interrupts import ENDING_SIGNALS
from stftcli.files.system import deaf_children
from stftcli.frozen import Frozen
from stftcli.jobs.pieces.cut import Piece
from stftcli.jobs.pieces.process import Process, started
from stftcli.jobs.pieces.worker import REPLY, REQUEST, Task

# One that is worked on, and one that waits, so that no process does.
PIECES_EACH = 2


class Done(Frozen):
    """What became of a piece: the shape of its frames; no frames if it failed."""

    frames: int
    channels: int
    features: int


class Errand:
    """A piece that was given to a process, where its values go, and what became of it."""

    def __init__(self, piece: Piece, offset: int) -> None:
        self.piece, self.offset = piece, offset
        self.done: Done | None = None


class Crew:
    """Processes that each work on some pieces; use it in a `with` statement.

    None outlives it: they end when their input does, and it kills them before.
    """

    def __init__(self, task: Task, count: int) -> None:
        self._workers: list[_Worker] = []
        with ExitStack() as stack:
            stack.callback(self._end)
            # What a signal raises would leave a process that nobody knows of.
            with deaf_children((signal.SIGINT, *ENDING_SIGNALS)):
                self._make(task, count)
            stack.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _make(self, task: Task, count: int) -> None:
        try:
            for _ in range(count):
                self._workers.append(_Worker(started(task)))
        except OSError:  # processes, memory or descriptors are limited: time is lost, nothing else
            if self._workers:  # and what it has had is left for others
                self._workers.pop().process.end()

    def _end(self) -> None:
        with ExitStack() as stack:
            for worker in self._workers:
                stack.callback(worker.process.end)

    @property
    def room(self) -> int:
        """How many pieces can be given at this moment."""
        return sum(worker.room for worker in self._workers)

    @property
    def size(self) -> int:
        """How many pieces can be under way."""
        return PIECES_EACH * len(self._workers)

    def give(self, piece: Piece, offset: int) -> Errand:
        """Let the process that has least to do work on a piece, its values going to an offset."""
        errand = Errand(piece, offset)
        max(self._workers, key=lambda worker: worker.room).take(errand)
        return errand

    def hear(self, *, wait: bool) -> None:
        """Take down what has been done; wait until there is something if `wait`."""
        busy = {worker.descriptor: worker for worker in self._workers if worker.is_awaited}
        heard, _, _ = select.select(list(busy), [], [], None if wait else 0)
        for descriptor in heard:
            busy[descriptor].hear()


class _Worker:
    def __init__(self, process: Process) -> None:
        self.errands: deque[Errand] = deque()
        self.process = process
        self.descriptor = process.replies.fileno()
        self._ready = self._broken = False

    @property
    def room(self) -> int:
        """How many more pieces it takes; none before it has said that it is there."""
        return PIECES_EACH - len(self.errands) if self._ready and not self._broken else 0

    @property
    def is_awaited(self) -> bool:
        """Whether it is going to say something."""
        return not self._broken and (bool(self.errands) or not self._ready)

    def take(self, errand: Errand) -> None:
        """Work on a piece when those before it are done."""
        piece = errand.piece
        samples = -1 if piece.samples is None else piece.samples
        self.errands.append(errand)
        try:
            self.process.requests.write(REQUEST.pack(piece.first, samples, errand.offset))
        except OSError:
            self._break()

    def hear(self) -> None:
        """Take down that it is there, or what became of the piece that was given first."""
        reply = self.process.replies.read(REPLY.size)
        if reply is None or len(reply) < REPLY.size:
            self._break()
        elif self._ready:
            self.errands.popleft().done = Done(*REPLY.unpack(reply))
        else:
            self._ready = True

    def _break(self) -> None:
        """Say that what it was given will not be done: it has died."""
        self._broken = True
        while self.errands:
            self.errands.popleft().done = Done(-1, 0, 0)
