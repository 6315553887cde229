"""What is said of a corpus while it is worked on, and at its end."""

import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import click

from stftcli.cli.corpus_options import CorpusOptions
from stftcli.cli.words import in_options
from stftcli.errors import SomeFailedError, StftcliError, UnfinishedError, shortened
from stftcli.files.untrusted import printable

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from stftcli.jobs.corpus.run import CorpusReport

_EVERY_S = 1.0
_MAX_TOLD = 1000
_MAX_ALIKE = 10
"""Failures of one kind of which each is told."""


def run_many(
    corpus: CorpusOptions, quiet: bool, write: "Callable[[CorpusProgress], CorpusReport]"
) -> None:
    """Work on many inputs, say how it goes on, and fail at the end if some have failed."""
    with CorpusProgress(quiet=quiet, as_json=corpus.json_progress) as progress:
        progress.end(str(corpus.out_dir), write(progress))


class CorpusProgress:
    """Shows how far a corpus is, to people or to machines; use it in a `with` statement.

    Of failures that differ in the sound alone the first are told, and how many there were. A
    warning that many sounds share is told once.
    """

    def __init__(self, *, quiet: bool, as_json: bool) -> None:
        self._quiet, self._as_json = quiet, as_json
        self._told: set[str] = set()
        self._alike: Counter[str] = Counter()
        self._bar: tuple[Progress, TaskID] | None = None
        self._total = self._done = self._failed = self._kept = 0
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
        if kind is not None and issubclass(kind, KeyboardInterrupt | SystemExit):
            self._message("message", "stopped; what is done stays, the same call goes on")

    def begin(self, total: int) -> None:
        """Hear how many sounds there are."""
        self._total, self._begun = total, time.monotonic()
        self._last = self._begun
        if not (self._quiet or self._as_json) and sys.stderr is not None and sys.stderr.isatty():
            self._bar = _start(total)

    def watch(self, result: dict[str, Any]) -> None:
        """Hear what became of a sound."""
        for text in result.get("warnings", ()):
            self.warn(text, result["id"])
        if (error := result.get("error")) is None:
            self._done += 1
        else:
            self._failed += 1
            self._fail(error, result)
        self._duration_s += result.get("duration_s", 0.0)
        self._show()

    def keep(self, count: int) -> None:
        """Hear how many results were there."""
        self._kept = count

    def warn(self, text: str, name: str | None = None) -> None:
        """Tell a warning, the first time that it comes."""
        if text not in self._told and len(self._told) < _MAX_TOLD:
            self._told.add(text)
            self._message("warning", text, name)

    def end(self, out_dir: str, report: "CorpusReport") -> None:
        """Say what was done in all.

        Raises
        ------
        SomeFailedError
            If some sounds, or all of them, failed.
        UnfinishedError
            If it has ended early.
        """
        for count in self._alike.values():
            if count > _MAX_ALIKE:
                self._message("message", f"{count - _MAX_ALIKE} more failed in one of these ways")
        error = self._error(report)
        if self._as_json:
            self._kept = report.kept
            self._line(exit_code=error.exit_code if error else 0)
        elif not self._quiet:
            self._say(printable(f"{out_dir}: {report}"))
        if error is not None:
            # The last line says it; what follows would be no JSON.
            raise click.exceptions.Exit(error.exit_code) if self._as_json else error

    def _error(self, report: "CorpusReport") -> StftcliError | None:
        if report.inputs < self._total:
            return UnfinishedError(
                f"stopped, for {report.failed} failed (`max_failures`): "
                f"{self._total - report.inputs} of {self._total} inputs are to go"
            )
        return SomeFailedError(report.failed, report.inputs) if report.failed else None

    def _fail(self, text: str, result: dict[str, Any]) -> None:
        # What two sounds have in common, whatever they are called.
        kind = text.replace(result["input"], "").replace(result["id"], "")
        if len(self._alike) < _MAX_TOLD:
            self._alike[kind] += 1
        if self._alike[kind] <= _MAX_ALIKE:
            self._message("error", text, result["id"])

    def _message(self, kind: str, text: str, name: str | None = None) -> None:
        text = shortened(printable(in_options(text)))
        if self._as_json:
            self._say(json.dumps({kind: text} if name is None else {kind: text, "id": name}))
        else:
            self._say(f"stftcli: {'warning: ' if kind == 'warning' else ''}{text}")

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
            progress.update(task, completed=self._done + self._failed + self._kept, sound=told)
        elif self._as_json and time.monotonic() - self._last >= _EVERY_S:
            self._line()

    def _line(self, **at_the_end: int) -> None:
        self._last = time.monotonic()
        elapsed_s, worked_on = self._last - self._begun, self._done + self._failed
        to_go = self._total - worked_on - self._kept
        left = to_go * elapsed_s / worked_on if worked_on else None
        told: dict[str, float | None] = {
            "done": self._done,
            "failed": self._failed,
            "kept": self._kept,
            "total": self._total,
            "sound_s": round(self._duration_s, 3),
            "elapsed_s": round(elapsed_s, 3),
            **(at_the_end or {"remaining_s": None if left is None else round(left, 3)}),
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
