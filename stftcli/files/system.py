"""What systems do differently, asked of the one that is there: locks, and bytes at offsets."""

import os
import signal
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock

try:
    import fcntl  # noqa: F401  # asked for, not used
except ImportError:
    HAS_LOCKS = False
else:
    HAS_LOCKS = True
"""Whether open files can be held. Windows cannot, and neither renames nor removes an open file."""

SHARES_DESCRIPTORS = HAS_LOCKS
"""Whether libraries in C know the descriptors of Python: those for Windows bring a C of their own,
so that they are given files of Python, in which they must be able to go to and fro."""

BINARY = getattr(os, "O_BINARY", 0)
"""Without this flag Windows turns the ends of lines of what is read and written."""
READ = os.O_RDONLY | BINARY
"""How a descriptor is opened to read."""

_SYNC_FILE_RANGE_WRITE = 2
_STANDARD_ERROR = 2

_places = Lock()


@contextmanager
def deaf_children(numbers: Collection[int]) -> Iterator[None]:
    """Let processes that are started in the block not hear signals, from their first moment on.

    Ctrl-C reaches all processes of a terminal: the first of them ends the others.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def read_at(descriptor: int, count: int, offset: int) -> bytes:
    """Read up to so many bytes at an offset; where the file is read next stays as it is."""
    if hasattr(os, "pread"):
        return os.pread(descriptor, count, offset)
    with _places:
        before = os.lseek(descriptor, 0, os.SEEK_CUR)
        try:
            os.lseek(descriptor, offset, os.SEEK_SET)
            return os.read(descriptor, count)
        finally:
            os.lseek(descriptor, before, os.SEEK_SET)


def has_addresses(count: int) -> bool:
    """Say whether a process may have so many bytes of addresses more (`ulimit -v`)."""
    import mmap

    if not hasattr(mmap, "MAP_ANONYMOUS"):  # Windows, which has no such limit
        return True
    try:
        # What can be neither read nor written takes nothing but addresses.
        mmap.mmap(-1, count, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 0).close()
    except (OSError, MemoryError):
        return False
    return True


@contextmanager
def above_standard(descriptor: int) -> Iterator[int]:
    """Give a descriptor of the same that is none of standard input, output and error.

    It may have such a number where a process has closed them.
    """
    if descriptor > _STANDARD_ERROR:
        yield descriptor
        return
    from fcntl import F_DUPFD_CLOEXEC
    from fcntl import fcntl as control

    copy = control(descriptor, F_DUPFD_CLOEXEC, _STANDARD_ERROR + 1)
    try:
        yield copy
    finally:
        os.close(copy)


def begin_to_sync(descriptor: int, offset: int, count: int) -> None:
    """Let the disk take what was written there while more is computed, where the system can."""
    if (call := _sync_file_range()) is not None:
        call(descriptor, offset, count, _SYNC_FILE_RANGE_WRITE)


@cache
def _sync_file_range() -> Callable[..., object] | None:
    try:
        from ctypes import CDLL, c_int, c_int64, c_uint

        call = CDLL(None).sync_file_range  # of Linux; Python has no name for it
    except (ImportError, OSError, TypeError, AttributeError):
        return None
    call.argtypes = [c_int, c_int64, c_int64, c_uint]
    return call
