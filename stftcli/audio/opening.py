"""From a path or standard input to descriptors that libsndfile can read.

A regular file whose header can be believed is read as it is. All else goes through a thread that
finds the sounds in it, and through pipes, or temporary files where a format needs going back.
"""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import chain
from typing import TYPE_CHECKING, Self

from stftcli.audio.hashing import HashingTee, file_sha256
from stftcli.audio.incoming import FileBytes, Incoming
from stftcli.audio.kinds import kind_of, raw_kind, skip_tags, unchanged
from stftcli.audio.parts import Findings, Parts
from stftcli.audio.shared_file import Identity, identity_of
from stftcli.audio.wav import known_head
from stftcli.errors import InputError
from stftcli.files.atomic import STANDARD
from stftcli.files.here import located
from stftcli.files.system import READ
from stftcli.files.temporary import temporary_file
from stftcli.files.urls import is_url, plain_name
from stftcli.settings.reading import RawFormat

if TYPE_CHECKING:
    from stftcli.audio.notes import Notes
    from stftcli.audio.pump import Pump


class Opened:
    """An input as descriptors, one for each sound in it; use it in a `with` statement.

    Parameters
    ----------
    path : str
        A file, a pipe, a URL, which is read as a pipe is, or "-" for standard input.
    hashed : bool
        Whether a pipe is hashed while it is read.
    raw : RawFormat, optional
        What its samples are, where it has no header.

    Attributes
    ----------
    kind : Kind
        What the first bytes say.
    seekable : bool
        Whether the first descriptor is a file in which libsndfile may go to and fro.
    understated : bool
        Whether it is a file whose header claims less than it holds.
    findings : Findings
        What has been found so far.

    Raises
    ------
    InputError
        If it cannot be opened or is no sound that is read.
    """

    def __init__(self, path: str, *, hashed: bool = False, raw: RawFormat | None = None) -> None:
        self._name, self._raw = display_name(path), raw
        self.seekable = self.understated = False
        self.findings = Findings()
        self._direct: int | None = None
        self._rest: Parts = iter(())
        self._pump: Pump | None = None
        self._begin = 0
        self._stopped = False
        self._stop: int | None = None
        self._kept: int | None = None
        self._notes: Notes = {}
        self._passing: HashingTee | None = None
        self._stack = ExitStack()
        try:
            self._open(path, hashed)
        except OSError as error:
            self._stack.close()
            raise InputError(f"{self._name} cannot be read: {error.strerror}") from error
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def next_part(self) -> int | None:
        """Give the descriptor of the next sound, which the caller closes; None after the last.

        The end of a pipe is waited for, so that nothing that follows is lost in silence.

        Raises
        ------
        InputError
            If the input cannot be read further.
        """
        if self._direct is not None:
            first, self._direct = self._direct, None
            return os.dup(first)
        if self._pump is None:
            if self.seekable and not self._has_more():
                return None
            from stftcli.audio.pump import Pump

            self._pump = Pump(self._rest, self._name, in_files=self.kind.in_files)
            self._stack.callback(self._end)
        return self._pump.next_part()

    def _has_more(self) -> bool:
        """Look for a second sound in a file; most have none, and need no thread to find that."""
        try:
            for first in self._rest:
                self._rest = chain((first,), self._rest)
                return True
        except OSError as error:
            raise InputError(f"{self._name} cannot be read: {error.strerror}") from error
        return False

    def take_apart(self) -> bool:
        """Begin again with a file that libsndfile cannot read as it is; False if that is no use."""
        file = self._kept
        apart = self._pump is not None or not self.seekable
        if file is None or apart or self.kind.split is unchanged:
            return False
        self.seekable = False
        self.findings.claims.clear()
        self._rest = self.kind.split(self._from_file(file), self.findings)
        return True

    def part_bytes(self, number: int) -> int:
        """Give the size of a sound that has been read to its end; the first is number 0."""
        assert self._pump is not None
        return self._pump.sizes[number - self.seekable]

    def notes(self) -> "Notes":
        """Give what a WAV says beside its samples; of a pipe, what stands before them."""
        if self._kept is not None and self.kind.wav is not None:
            from stftcli.audio.notes import notes_in_file

            return notes_in_file(self._kept, self._begin, self.kind.wav)
        return self._notes

    def identity(self) -> Identity | None:
        """Say which file is read as it is; None if it is none, or has more than one sound."""
        if not self.seekable or self.understated or self._kept is None:
            return None
        found = os.fstat(self._kept)
        return identity_of(found) if stat.S_ISREG(found.st_mode) else None

    def interrupt(self) -> None:
        """End a pipe for whoever waits for it to go on."""
        self._stopped = True
        if self._stop is not None:
            with suppress(BlockingIOError):  # it is full: then it has been stopped already
                os.write(self._stop, b"\0")

    def sha256(self, *, ended: bool) -> str | None:
        """Hash the input; of a pipe it is there when the last part has ended."""
        if self._kept is not None:
            return file_sha256(self._kept)
        return self._passing.sha256() if ended and self._passing is not None else None

    def _open(self, path: str, hashed: bool) -> None:
        if is_url(path):
            self._open_remote(path, hashed)
            return
        descriptor = os.dup(0) if path == STANDARD else os.open(located(path), READ)
        self._stack.callback(os.close, descriptor)
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{self._name} is a folder: give the sound files in it")
        if stat.S_ISREG(mode):
            self._open_file(descriptor)
        else:
            self._open_pipe(descriptor, hashed)

    def _open_file(self, descriptor: int) -> None:
        start = FileBytes(descriptor, 0, lambda: False)
        self._begin = self._look(start)
        self._kept = descriptor
        self.understated = self._begin == 0 and self.kind.is_understated(descriptor)
        self.seekable = self._begin == 0 and self.kind.is_believable(descriptor)
        if self.seekable:
            self._direct = descriptor
            self._rest = self.kind.rest(descriptor, self._from_file(descriptor), self.findings)
        else:
            self._rest = self.kind.split(self._from_file(descriptor), self.findings)

    def _from_file(self, descriptor: int) -> FileBytes:
        return FileBytes(descriptor, self._begin, lambda: self._stopped)

    def _open_pipe(self, descriptor: int, hashed: bool) -> None:
        from stftcli.audio.pump import can_wait, interrupts, reading, reading_file

        if can_wait():
            stopped, self._stop = self._stack.enter_context(interrupts())
            self._take(Incoming(reading(descriptor, stopped, self._seen(hashed))))
            return
        file = self._stack.enter_context(os.fdopen(os.dup(descriptor), "rb"))
        self._take(Incoming(reading_file(file, lambda: self._stopped, self._seen(hashed))))

    def _open_remote(self, url: str, hashed: bool) -> None:
        from stftcli.audio.pump import reading_file
        from stftcli.files.remote import open_remote

        file = self._stack.enter_context(open_remote(url))
        self._take(Incoming(reading_file(file, lambda: self._stopped, self._seen(hashed))))

    def _seen(self, hashed: bool) -> Callable[[bytes], None] | None:
        if not hashed:
            return None
        self._passing = HashingTee()
        return self._passing.see

    def _take(self, incoming: Incoming) -> None:
        self._look(incoming)
        if self.kind.wav is not None:
            from stftcli.audio.notes import notes_in_head

            self._notes = notes_in_head(known_head(incoming))
        self.seekable = not (self.kind.streams or self.kind.in_files)
        if self.seekable:
            self._kept = self._direct = self._spooled(incoming)
        else:
            self._rest = self.kind.split(incoming, self.findings)

    def _look(self, incoming: Incoming) -> int:
        """Tell what an input is; give how many bytes stand before it that belong to no sound."""
        if self._raw is not None:
            self.kind = raw_kind(self._raw)
            return 0
        begin = skip_tags(incoming)
        self.kind = kind_of(incoming, self._name)
        return begin

    def _spooled(self, incoming: Incoming) -> int:
        spool = self._stack.enter_context(temporary_file())
        for piece in incoming.pieces():
            with self._keeping():
                spool.write(piece)
        with self._keeping():
            spool.seek(0)
        return spool.fileno()

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise InputError(
                f"{self._name} cannot be kept in a temporary file: {error.strerror}"
            ) from error

    def _end(self) -> None:
        self.interrupt()
        if self._pump is not None:
            self._pump.close()


def display_name(path: str) -> str:
    """Name an input for messages and titles; bytes that are no text become replacement signs."""
    if path == STANDARD:
        return "standard input"
    return os.fsencode(plain_name(path)).decode(errors="replace")
