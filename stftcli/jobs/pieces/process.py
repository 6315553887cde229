"""Processes that take pieces from a pipe and tell through another what was done."""

import os
import pickle
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress
from io import FileIO
from typing import Never, Protocol

from stftcli.files.system import above_standard
from stftcli.files.temporary import memory_file
from stftcli.jobs.pieces.worker import Task, work_on

_THREADS = "/proc/self/task"
# Importing makes a great many objects, none of them garbage.
_BEGIN = """import gc, sys
gc.set_threshold(100_000)
sys.path[:] = {path!r}
from stftcli.jobs.pieces.worker import main
main({description})"""


class Process(Protocol):
    """A process, what is asked of it, and what it tells."""

    pid: int
    requests: FileIO
    replies: FileIO

    def end(self) -> None:
        """Let go of the process: what it has told is done, the rest is not wanted."""


def started(task: Task) -> Process:
    """Start a process; OSError where the system gives none.

    One that is forked is there at once, with all that has been imported. A process of several
    threads must not fork: some of them may hold locks that nobody would open in the copy.
    """
    return _Forked(task) if _has_one_thread() else _Spawned(task)


def _has_one_thread() -> bool:
    try:
        return len(os.listdir(_THREADS)) == 1  # noqa: PTH208  # names are all that is wanted
    except OSError:  # not Linux: nobody can tell
        return False


class _Forked:
    def __init__(self, task: Task) -> None:
        taken, asked = _pipe()
        with taken, ExitStack() as stack:
            stack.enter_context(asked)
            heard, told = _pipe()
            stack.enter_context(heard)
            with told:
                self.pid = os.fork()
                if not self.pid:
                    _work_as_a_copy(task, taken.fileno(), told.fileno())
            stack.pop_all()
        self.requests, self.replies = asked, heard

    def end(self) -> None:
        with self.requests, self.replies:
            # Where nobody wants to hear of children, the system has cleared it away.
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(self.pid, 0)


def _pipe() -> tuple[FileIO, FileIO]:
    reader, writer = os.pipe()
    return FileIO(reader, "rb"), FileIO(writer, "wb")


def _work_as_a_copy(task: Task, taken: int, told: int) -> Never:
    """Work, and end without whatever the original would do at its end."""
    try:
        signal.set_wakeup_fd(-1)
        with above_standard(taken) as requests, above_standard(told) as replies:
            os.dup2(requests, 0)
            os.dup2(replies, 1)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        # Among them are the ends of other pipes, whose readers wait for them to be closed.
        os.closerange(3, task.target)
        os.closerange(task.target + 1, os.sysconf("SC_OPEN_MAX"))
        work_on(task)
    finally:
        os._exit(0)


class _Spawned:
    def __init__(self, task: Task) -> None:
        # Through a pipe it would have to wait until the process is there.
        with memory_file() as description:
            pickle.dump(task, description)
            description.flush()
            number = description.fileno()
            self._process = subprocess.Popen(
                [sys.executable, "-c", _BEGIN.format(path=sys.path, description=number)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                pass_fds=(number, task.target),
            )
        assert isinstance(self._process.stdin, FileIO)
        assert isinstance(self._process.stdout, FileIO)
        self.pid = self._process.pid
        self.requests, self.replies = self._process.stdin, self._process.stdout

    def end(self) -> None:
        with self.requests, self.replies:
            self._process.kill()
            self._process.wait()
