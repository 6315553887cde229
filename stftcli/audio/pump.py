"""A thread that takes an input apart and sends each sound in it to where libsndfile reads."""

import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from itertools import chain
from queue import Queue

from stftcli.audio.incoming import PIECE_BYTES
from stftcli.audio.parts import Parts
from stftcli.errors import InputError
from stftcli.files.system import SHARES_DESCRIPTORS
from stftcli.files.temporary import temporary_file


class Pump:
    """Gives descriptors, one for each sound of an input, while a thread fills them.

    Parameters
    ----------
    parts : iterator
        The bytes of the sounds.
    name : str
        For messages.
    in_files : bool
        Whether each sound goes into a temporary file, for a decoder that must go back; otherwise
        it goes into a pipe, where the system lets a decoder read from one.

    Attributes
    ----------
    sizes : list of int
        The bytes of each sound that has been sent.
    """

    def __init__(self, parts: Parts, name: str, *, in_files: bool) -> None:
        self.sizes: list[int] = []
        self._name = name
        self._send = self._into_file if in_files or not SHARES_DESCRIPTORS else self._into_pipe
        # One file waits while another is read: so much is kept, and no more.
        self._given: Queue[int | OSError | None] = Queue(1)
        self._over = False
        threading.Thread(target=self._run, args=(parts,), name="stftcli-pump", daemon=True).start()

    def next_part(self) -> int | None:
        """Wait for the next sound; None when the input has ended. The caller closes what it gets.

        Raises
        ------
        InputError
            If the input cannot be read, or finds no room in a temporary file.
        """
        given = None if self._over else self._given.get()
        self._over = not isinstance(given, int)
        if isinstance(given, OSError):
            raise InputError(f"{self._name} cannot be read: {given.strerror}") from given
        return given

    def close(self) -> None:
        """Close what nobody has taken; the input has been stopped, so that its end is near."""
        while not self._over:
            given = self._given.get()
            self._over = not isinstance(given, int)
            if isinstance(given, int):
                os.close(given)

    def _run(self, parts: Parts) -> None:
        try:
            for sound in _sounds(parts):
                self._send(sound)
        except OSError as error:
            self._given.put(error)
        else:
            self._given.put(None)

    def _into_pipe(self, sound: Iterator[bytes]) -> None:
        reader, writer = os.pipe()
        try:
            self._given.put(reader)
            self._write(writer, sound)
        finally:
            os.close(writer)

    def _into_file(self, sound: Iterator[bytes]) -> None:
        with temporary_file() as file:
            self._write(file.fileno(), sound)
            file.seek(0)
            self._given.put(os.dup(file.fileno()))

    def _write(self, target: int, sound: Iterator[bytes]) -> None:
        self.sizes.append(0)
        for piece in sound:
            self.sizes[-1] += len(piece)
            rest = memoryview(piece)
            # A reader that has heard enough closes its end; what follows is still looked at.
            with suppress(BrokenPipeError):
                while rest:
                    rest = rest[os.write(target, rest) :]


def _sounds(parts: Parts) -> Iterator[Iterator[bytes]]:
    """Cut parts where None stands between them; each must be used up before the next."""
    for piece in parts:
        if piece is not None:
            yield chain((piece,), iter(lambda: next(parts, None), None))


def can_wait() -> bool:
    """Say whether this system can wait for a pipe and for a signal at once; Windows cannot."""
    return hasattr(select, "poll") and hasattr(os, "set_blocking")


def reading(descriptor: int, stop: int, see: Callable[[bytes], None] | None) -> Callable[[], bytes]:
    """Make a function that reads what comes next, as soon as it comes.

    It gives no more when something can be read from `stop`. What it gives is shown to `see`, the
    empty piece at the end too.
    """
    waiting = select.poll()
    for readable in (descriptor, stop):
        waiting.register(readable, select.POLLIN)

    def read() -> bytes:
        if stop in {ready for ready, _ in waiting.poll()}:
            return b""
        piece = os.read(descriptor, PIECE_BYTES)
        if see is not None:
            see(piece)
        return piece

    return read


def reading_file(
    file: BufferedReader, stopped: Callable[[], bool], see: Callable[[bytes], None] | None
) -> Callable[[], bytes]:
    """Make a function as `reading` does, of what comes over a network by Python's means."""

    def read() -> bytes:
        if stopped():
            return b""
        piece = file.read1(PIECE_BYTES)
        if see is not None:
            see(piece)
        return piece

    return read


@contextmanager
def interrupts() -> Iterator[tuple[int, int]]:
    """Give a descriptor that can be read from as soon as a signal has come or the other is written.

    Python's own handlers wait until libsndfile comes back from reading, and a silent pipe may keep
    it for ever.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    in_main = threading.current_thread() is threading.main_thread()
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False) if in_main else -1
    try:
        yield reader, writer
    finally:
        if in_main:
            signal.set_wakeup_fd(before)
        os.close(writer)
        os.close(reader)
