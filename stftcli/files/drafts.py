"""Drafts: files that become a result when they are whole, and those that a kill left behind."""

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import IO

from stftcli.files.interrupts import undisturbed
from stftcli.files.system import BINARY, HAS_LOCKS

_PREFIX, _SUFFIX = ".stftcli-", ".tmp"
_NAME = re.compile(r"\.stftcli-[0-9a-f]+\.tmp")
_BUFFER_BYTES = 1 << 18
_OLD_S = 86400.0
"""A draft that nobody has written to for so long is left behind, where there are no locks."""
_STARTS, _GAP = 16, 32
"""Processes begin to count drafts at one of so many numbers; whoever looks for drafts gives up
after so many numbers in a row without one."""


class Draft:
    """A file without its name as yet, and what is to become of it.

    Attributes
    ----------
    file : binary file
        Takes the content.
    """

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self._path: Path | None = path
        self.file = file

    def become(self, target: Path) -> None:
        """Give it its name; what had the name is gone."""
        assert self._path is not None
        if not HAS_LOCKS:  # Windows renames nothing that is open
            self.file.close()
        self._path.replace(target)
        self._path = None

    def discard(self) -> None:
        """Close it, and remove it if it has become nothing."""
        if self._path is not None and HAS_LOCKS:
            with suppress(OSError):
                self._path.unlink()  # before it is let go of: then its name may be another's
        with suppress(OSError):  # no room for its last bytes, which are not wanted
            self.file.close()
        if self._path is not None and not HAS_LOCKS:
            with suppress(OSError):
                self._path.unlink()


@contextmanager
def create_draft(folder: Path) -> Iterator[Draft]:
    """Create a file in the folder of the result that it will become, and hold it.

    The system lets go of what a process held when it ends, however it ends: so whoever finds a
    draft can tell whether somebody still writes it. Drafts have short names with small numbers:
    so those that were left behind are found without a look at all that is in the folder, and the
    name of a result may be as long as the file system allows.

    When the block ends it is removed, unless it has become a result.
    """
    remove_abandoned(folder)
    draft = None
    try:
        with undisturbed():
            draft = _create(folder)
        yield draft
    finally:
        if draft is not None:
            draft.discard()


def draft_name() -> str:
    """Give a new name for what `remove_leftovers` is to take away if it is left behind."""
    return f"{_PREFIX}{os.urandom(6).hex()}{_SUFFIX}"


@lru_cache(maxsize=64)
def remove_abandoned(folder: Path) -> None:
    """Remove drafts that killed commands have left in a folder; once in a process is enough.

    It costs as much however many files the folder holds.
    """
    missing = 0
    for number in count():
        draft = _numbered(folder, number)
        missing = 0 if os.path.lexists(draft) else missing + 1
        if missing == _GAP:
            return
        if not missing:
            _removed(draft)


def remove_leftovers(folder: Path) -> int:
    """Remove drafts anywhere below a folder whose writers are gone; give their number."""
    return sum(_removed(draft) for draft in _drafts(folder))


def hold(descriptor: int, *, without_locks: bool = True) -> bool:
    """Hold an open file until it is closed; False if another process holds it.

    On a file system without locks, as some of clusters are, nobody can tell: `without_locks` is
    given back.
    """
    if not HAS_LOCKS:
        return without_locks
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return without_locks
    return True


def _create(folder: Path) -> Draft:
    numbers = count(os.getpid() % _STARTS)
    while True:
        draft = _numbered(folder, next(numbers))
        try:
            descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL | BINARY, 0o666)
        except FileExistsError:
            continue
        # Between these two calls another process may have taken it for one left behind.
        if hold(descriptor) and os.fstat(descriptor).st_nlink:
            return Draft(draft, os.fdopen(descriptor, "w+b", _BUFFER_BYTES))
        os.close(descriptor)


def _numbered(folder: Path, number: int) -> Path:
    return folder / f"{_PREFIX}{number}{_SUFFIX}"


def _is_still(draft: Path, descriptor: int) -> bool:
    """Say whether an open file still has the name that it was opened under."""
    return os.path.samestat(draft.lstat(), os.fstat(descriptor))


def _drafts(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            if name.startswith(_PREFIX) and _NAME.fullmatch(name):
                yield Path(place, name)


def _removed(draft: Path) -> bool:
    """Remove a draft whose writer is gone, and say whether it was one."""
    with suppress(OSError):
        if not HAS_LOCKS:
            draft.unlink()  # Windows refuses that for a file that somebody has open
            return True
        descriptor = os.open(draft, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            found = os.fstat(descriptor)
            is_old = time.time() - found.st_mtime > _OLD_S
            # Else another part of a corpus, which goes on elsewhere, would lose what it writes.
            mine = stat.S_ISREG(found.st_mode) and hold(descriptor, without_locks=is_old)
            # Whoever held it before may have removed it, and a new one may have its name.
            if mine and _is_still(draft, descriptor):
                draft.unlink()
                return True
        finally:
            os.close(descriptor)
    return False
