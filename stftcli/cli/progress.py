"""What is said on standard error while a job works."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

from stftcli.cli.words import say
from stftcli.errors import InputError
from stftcli.files.untrusted import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE_S = 1.0
_MAX_WARNED = 100


class TerminalReporter:
    """A reporter that warns in lines, and shows a bar where a terminal's user has to wait.

    Use it in a `with` statement, so that the bar is taken away at the end. A `strict` one makes an
    error of sound that is missing or left over.
    """

    def __init__(self, quiet: bool = False, *, strict: bool = False) -> None:
        self._quiet, self._strict = quiet, strict
        self._shows_bar = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._has_status = False
        self._name, self._done = "", 0.0
        self._warned: set[str] = set()
        self._seconds: float | None = None
        self._begun = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()

    def begin(self, name: str, seconds: float | None) -> None:
        """Note what is being worked on."""
        self._stop()
        self._name, self._seconds, self._done = name, seconds, 0.0
        self._begun = time.monotonic()

    def advance(self, seconds: float) -> None:
        """Note how much of it has been read."""
        self._done += seconds
        if not self._shows_bar:
            return
        if self._progress is None:
            if time.monotonic() - self._begun < _PATIENCE_S:
                return
            self._progress, self._task = self._start()
        assert self._task is not None
        self._progress.update(self._task, completed=self._done)

    def warn(self, text: str) -> None:
        """Say it at once, and the same of many inputs only the first time."""
        if text in self._warned:
            return
        if len(self._warned) < _MAX_WARNED:
            self._warned.add(text)
        self._stop()
        say(f"stftcli: warning: {text}")

    def complain(self, text: str) -> None:
        """Warn, or fail if that is what was asked for."""
        if self._strict:
            raise InputError(text)
        self.warn(text)

    def status(self, text: str) -> None:
        """Show how it stands, on one line that is written over, to a terminal's user."""
        if self._shows_bar:
            click.echo(f"\r\x1b[K{printable(text)}", err=True, nl=False)
            self._has_status = True

    def fail(self, text: str) -> None:
        """Say that one of many inputs failed."""
        self._stop()
        say(f"stftcli: {text}")

    def report(self, text: str) -> None:
        """Say what has been done."""
        self._stop()
        if not self._quiet:
            say(text)

    def _start(self) -> "tuple[Progress, TaskID]":
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        progress = Progress(
            # A file's name may hold what rich would read as markup.
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.completed:.0f} s of sound", markup=False),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        progress.start()
        return progress, progress.add_task(printable(self._name), total=self._seconds)

    def _stop(self) -> None:
        if self._has_status:
            click.echo(err=True)
            self._has_status = False
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
