"""What is said of a corpus while it is worked on, and at its end."""

import json
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from stftcli.cli.corpus_options import CorpusOptions
from stftcli.cli.words import in_options
from stftcli.errors import InputError, SomeFailedError
from stftcli.files.untrusted import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from stftcli.jobs.corpus.run import CorpusReport

_EVERY_S = 1.0
_MAX_TOLD = 1000
_MAX_FAILURES = 50
"""Of which each is told."""


def run_many(
    corpus: CorpusOptions, quiet: bool, write: "Callable[[CorpusProgress], CorpusReport]"
) -> None:
    """Work on many inputs, say how it goes on, and fail at the end if some have failed."""
    with CorpusProgress(quiet=quiet, as_json=corpus.json_progress) as progress:
        progress.end(str(corpus.out_dir), write(progress))


class CorpusProgress:
    """Shows how far a corpus is, to people or to machines; use it in a `with` statement.

    Each failure is told. A warning that many sounds share is told once.
    """

    def __init__(self, *, quiet: bool, as_json: bool) -> None:
        self._quiet, self._as_json = quiet, as_json
        self._told: set[str] = set()
        self._bar: tuple[Progress, TaskID] | None = None
        self._total = self._done = self._failed = 0
        self._duration_s, self._begun, self._last = 0.0, time.monotonic(), 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()

    def begin(self, total: int) -> None:
        """Hear how many sounds there are."""
        self._total, self._begun = total, time.monotonic()
        if not (self._quiet or self._as_json) and sys.stderr is not None and sys.stderr.isatty():
            self._bar = _start(total)

    def watch(self, result: dict[str, Any]) -> None:
        """Hear what became of a sound."""
        error = result.get("error")
        self._done, self._failed = self._done + 1, self._failed + (error is not None)
        self._duration_s += result.get("duration_s", 0.0)
        for text in result.get("warnings", ()):
            self._tell(f"warning: {text}", once=True)
        if error is not None and self._failed <= _MAX_FAILURES:
            self._tell(error, once=False)
        if error is not None and self._failed == _MAX_FAILURES:
            self._tell("the manifest has the failures from here on", once=True)
        self._show()

    def end(self, out_dir: str, report: "CorpusReport") -> None:
        """Say what was done in all.

        Raises
        ------
        SomeFailedError
            If some sounds, or all of them, failed.
        InputError
            If it has ended early.
        """
        if self._as_json:
            self._line()
        elif not self._quiet:
            self._say(f"{out_dir}: {report}")
        if report.inputs < self._total:
            raise InputError(
                f"stopped at {report.failed} failures (`max_failures`), with "
                f"{self._total - report.inputs} of {self._total} inputs to go"
            )
        if report.failed:
            raise SomeFailedError(report.failed, report.inputs)

    def _tell(self, text: str, *, once: bool) -> None:
        if once and (text in self._told or len(self._told) > _MAX_TOLD):
            return
        if once:
            self._told.add(text)
        text = in_options(printable(text))
        self._say(json.dumps({"message": text}) if self._as_json else f"stftcli: {text}")

    def _say(self, text: str) -> None:
        if self._bar is not None:
            self._bar[0].console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            click.echo(text, err=True)

    def _show(self) -> None:
        if self._bar is not None:
            progress, task = self._bar
            speed = self._duration_s / max(time.monotonic() - self._begun, 1e-9)
            told = f"{self._duration_s / 3600:.2f} h, {speed:.0f} times real time"
            progress.update(task, completed=self._done, sound=told)
        elif self._as_json and time.monotonic() - self._last >= _EVERY_S:
            self._line()

    def _line(self) -> None:
        self._last = time.monotonic()
        elapsed_s = self._last - self._begun
        left = (self._total - self._done) * elapsed_s / self._done if self._done else None
        told = {
            "done": self._done,
            "failed": self._failed,
            "total": self._total,
            "sound_s": round(self._duration_s, 3),
            "elapsed_s": round(elapsed_s, 3),
            "remaining_s": None if left is None else round(left, 3),
        }
        click.echo(json.dumps(told), err=True)


def _start(total: int) -> "tuple[Progress, TaskID]":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    progress = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[sound]}", markup=False),
        Remaining(),
        console=Console(stderr=True),
        transient=True,
    )
    progress.start()
    return progress, progress.add_task("", total=total, sound="")
