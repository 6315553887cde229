"""Drafts: files that become a result when they are whole, and those that a kill left behind."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

_PREFIX, _SUFFIX = ".stftcli-", ".tmp"
_BUFFER_BYTES = 1 << 18
_OLD_S = 86400.0
"""A draft that nobody has written to for so long is left behind, where there are no locks."""


def create_draft(target: Path) -> tuple[Path, IO[bytes]]:
    """Create a file beside the result that it will become, and hold it.

    The system lets go of what a process held when it ends, however it ends: so whoever finds a
    draft can tell whether somebody still writes it.
    """
    while True:
        draft = target.with_name(draft_name())
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        # Between these two calls another process may have taken it for one left behind.
        if hold(descriptor) and os.fstat(descriptor).st_nlink:
            return draft, os.fdopen(descriptor, "w+b", _BUFFER_BYTES)
        os.close(descriptor)


def draft_name() -> str:
    """Give a new name of a draft; `remove_leftovers` knows it by that."""
    return f"{_PREFIX}{os.urandom(6).hex()}{_SUFFIX}"


def remove_leftovers(folder: Path) -> int:
    """Remove drafts below a folder whose writers are gone; give their number."""
    return sum(_removed(draft) for draft in _drafts(folder))


def hold(descriptor: int, *, without_locks: bool = True) -> bool:
    """Hold an open file until it is closed; False if another process holds it.

    On a file system without locks, as some of clusters are, nobody can tell: `without_locks` is
    given back.
    """
    try:
        import fcntl
    except ImportError:  # Windows keeps others from what is open by itself
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return without_locks
    return True


def _drafts(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            if name.startswith(_PREFIX) and name.endswith(_SUFFIX):
                yield Path(place, name)


def _removed(draft: Path) -> bool:
    with suppress(OSError):
        descriptor = os.open(draft, os.O_RDWR)
        try:
            # Else another part of a corpus, which goes on elsewhere, would lose what it writes.
            if hold(descriptor, without_locks=_is_old(descriptor)):
                draft.unlink()
                return True
        finally:
            os.close(descriptor)
    return False


def _is_old(descriptor: int) -> bool:
    return time.time() - os.fstat(descriptor).st_mtime > _OLD_S
