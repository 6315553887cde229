"""Signals that end a command: noted, so that nothing can hide them, and kept off short moments."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import Any

ENDING_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)
)
"""The signals, beside Ctrl-C, that ask a process to end."""


class Interrupts:
    """What signals have asked of a command.

    Attributes
    ----------
    number : int or None
        The first that came.
    """

    def __init__(self) -> None:
        self.number: int | None = None
        self.depth = 0

    @property
    def exit_code(self) -> int | None:
        """The exit code of a command that a signal has ended; None if none came."""
        return None if self.number is None else 128 + self.number

    def hear(self, number: int, _: FrameType | None) -> Any:
        """Note a signal, and end the command unless it is just not to be disturbed."""
        if self.number is None:
            self.number = number
        if not self.depth:
            self.end()

    def end(self) -> None:
        """Raise what ends the command, so that drafts of results are taken away."""
        if self.number == signal.SIGINT:
            raise KeyboardInterrupt
        if self.number is not None:
            raise SystemExit(self.exit_code)


_current: Interrupts | None = None


@contextmanager
def hearing_signals() -> Iterator[Interrupts]:
    """Let signals end what is done in the block by an exception, and note them.

    The note counts: imports have been seen to turn the exception into an ImportError, and to go on
    without what they were to import. Signals that are ignored, as `nohup` wants it, stay so.
    """
    global _current  # noqa: PLW0603  # handlers belong to the process
    before, _current = _current, Interrupts()
    handlers = {
        number: signal.signal(number, _current.hear)
        for number in (signal.SIGINT, *ENDING_SIGNALS)
        if signal.getsignal(number) not in (signal.SIG_IGN, None)  # None: set by no Python
    }
    try:
        yield _current
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        _current = before


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let signals wait until the end of the block; one that came before it ends it at once."""
    heard = _current
    if heard is None or current_thread() is not main_thread():
        yield
        return
    heard.end()
    heard.depth += 1
    try:
        yield
    finally:
        heard.depth -= 1
    if not heard.depth:
        heard.end()
