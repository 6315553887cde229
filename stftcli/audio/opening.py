"""From a path or standard input to a descriptor that libsndfile can read.

A regular file is read as it is. A pipe goes on through a second pipe, so that its first bytes can
be looked at, or through a temporary file where its format needs going back.
"""

import os
import select
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import IO

from stftcli.audio.header import Container, WavData, find_wav_data, foreign_format, sniff
from stftcli.errors import InputError
from stftcli.files.atomic import STANDARD
from stftcli.files.temporary import copy_rest, temporary_file
from stftcli.frozen import Frozen

_HEAD_BYTES = 1 << 16
_COPY_BYTES = 1 << 16
_HASH_BYTES = 1 << 20


class HashingTee:
    """The SHA-256 of bytes that are seen once, as they pass through a pipe."""

    def __init__(self) -> None:
        from hashlib import sha256

        self._hash, self._ended = sha256(), False

    def see(self, piece: bytes) -> None:
        """Take the next bytes; none are the end."""
        self._hash.update(piece)
        self._ended = not piece

    def sha256(self) -> str | None:
        """Give the hash of all that has passed; None before the end."""
        return self._hash.hexdigest() if self._ended else None


class Opened(Frozen):
    """A readable descriptor, and what was learned from the first bytes.

    `kept` is the descriptor of a regular file that holds every byte of the input, if there is one;
    `passing` sees those of a pipe otherwise, if they are to be hashed. What is written to `stop`
    ends a pipe early.
    """

    descriptor: int
    container: Container
    seekable: bool
    wav: WavData | None
    kept: int | None
    passing: HashingTee | None = None
    stop: int | None = None

    def interrupt(self) -> None:
        """End a pipe for whoever waits for it to go on."""
        if self.stop is not None:
            with suppress(BlockingIOError):  # it is full: then it has been stopped already
                os.write(self.stop, b"\0")

    def sha256(self, *, sound_ended: bool) -> str | None:
        """Hash the input; a pipe only where its sound has ended, and then to its own end."""
        if self.kept is not None:
            return _file_sha256(self.kept)
        if self.passing is None or not sound_ended:
            return None
        # Chunks that follow the sound wait in the pipe, and nobody else will take them.
        while os.read(self.descriptor, _COPY_BYTES):
            pass
        return self.passing.sha256()


def display_name(path: str) -> str:
    """Name an input for messages and titles; bytes that are no text become replacement signs."""
    return "standard input" if path == STANDARD else os.fsencode(path).decode(errors="replace")


@contextmanager
def opened(path: str, *, hashed: bool = False) -> Iterator[Opened]:
    """Open a sound file, pipe or standard input ("-"); a pipe is hashed only if that is asked for.

    Raises
    ------
    InputError
        If it cannot be opened or is no sound that is read.
    """
    name = display_name(path)
    with ExitStack() as stack:
        try:
            descriptor = _descriptor(path)
            stack.callback(_close, descriptor)
            mode = os.fstat(descriptor).st_mode
            if stat.S_ISDIR(mode):
                raise InputError(f"{name} is a folder: give the sound files in it")
            regular = stat.S_ISREG(mode)
            head = os.pread(descriptor, _HEAD_BYTES, 0) if regular else _read_head(descriptor)
        except OSError as error:
            raise InputError(f"{name} cannot be read: {error.strerror}") from error
        container = _container(head, name)
        wav = find_wav_data(head) if container.name == "WAV" else None
        unclosed = wav is not None and wav.unclosed
        if regular and not unclosed:
            yield Opened(descriptor, container, True, wav, descriptor)
            return
        if regular:
            os.lseek(descriptor, len(head), os.SEEK_SET)
        if container.streams:
            passing = HashingTee() if hashed and not regular else None
            if passing is not None:
                passing.see(head)
            if wav is not None and wav.claimed_samples is None and (unclosed or wav.claimed_bytes):
                head = wav.as_w64(head)
            stopped, stop = stack.enter_context(_interrupts())
            piped = _piped_through(head, descriptor, stopped, passing)
            stack.callback(_close, piped)
            kept = descriptor if regular else None
            yield Opened(piped, container, False, wav, kept, passing, stop)
        else:
            spool = stack.enter_context(temporary_file())
            _fill(spool, head, descriptor, name)
            yield Opened(spool.fileno(), container, True, None, spool.fileno())


def _descriptor(path: str) -> int:
    if path == STANDARD:
        return os.dup(0)
    return os.open(path, os.O_RDONLY)


def _close(descriptor: int) -> None:
    with suppress(OSError):
        os.close(descriptor)


def _container(head: bytes, name: str) -> Container:
    if not head:
        raise InputError(f"{name} is empty")
    container = sniff(head)
    if container is None:
        foreign = foreign_format(head)
        what = f"is {foreign}" if foreign else "is not a supported sound file"
        raise InputError(
            f"{name} {what}: give WAV, FLAC, AIFF, Ogg or MP3, or let ffmpeg decode it: "
            "ffmpeg -i FILE -f wav - | stftcli ..."
        )
    return container


def _read_head(descriptor: int) -> bytes:
    # No more than is needed: a live source may take seconds to fill the rest.
    head = b""
    while len(head) < _HEAD_BYTES:
        piece = os.read(descriptor, 4096)
        head += piece
        if not piece:
            break
        if len(head) >= 16:
            container = sniff(head)
            if container is None or container.name != "WAV" or find_wav_data(head):
                break
    return head


def _piped_through(head: bytes, descriptor: int, stop: int, passing: HashingTee | None) -> int:
    """Give the end of a new pipe through which a thread sends `head` and then all that follows.

    What follows is shown to `passing`, the empty piece at the end too. The thread ends the pipe
    early when something can be read from `stop`.
    """
    reader, writer = os.pipe()
    source = os.dup(descriptor)

    def pump() -> None:
        # A reader that has heard enough closes its end: no error.
        with (
            suppress(OSError),
            os.fdopen(source, "rb", buffering=0) as incoming,
            os.fdopen(writer, "wb") as outgoing,
            os.fdopen(stop, "rb", buffering=0),
        ):
            waiting = select.poll()
            for readable in (source, stop):
                waiting.register(readable, select.POLLIN)
            piece = head
            while piece:
                outgoing.write(piece)
                outgoing.flush()
                ready = {descriptor for descriptor, _ in waiting.poll()}
                if stop in ready:
                    break
                piece = incoming.read(_COPY_BYTES)
                if passing is not None:
                    passing.see(piece)

    threading.Thread(target=pump, name="stftcli-pump", daemon=True).start()
    return reader


@contextmanager
def _interrupts() -> Iterator[tuple[int, int]]:
    """Give a descriptor that can be read from as soon as a signal has come or the other is written.

    Python's own handlers wait until libsndfile comes back from reading, and a silent pipe may keep
    it for ever.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    in_main = threading.current_thread() is threading.main_thread()
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False) if in_main else -1
    try:
        yield os.dup(reader), writer  # the thread closes its own
    finally:
        if in_main:
            signal.set_wakeup_fd(before)
        os.close(writer)
        os.close(reader)


def _file_sha256(descriptor: int) -> str:
    from hashlib import sha256

    # At offsets of its own: where the file is read next belongs to libsndfile.
    digest, offset = sha256(), 0
    while piece := os.pread(descriptor, _HASH_BYTES, offset):
        digest.update(piece)
        offset += len(piece)
    return digest.hexdigest()


def _fill(spool: IO[bytes], head: bytes, descriptor: int, name: str) -> None:
    try:
        spool.write(head)
        with os.fdopen(os.dup(descriptor), "rb") as rest:
            copy_rest(rest, spool)
        spool.seek(0)
    except OSError as error:
        raise InputError(f"{name} cannot be kept in a temporary file: {error.strerror}") from error
