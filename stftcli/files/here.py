"""The folder that relative paths of inputs begin in, where it is not that of the process."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from stftcli.files.urls import join_path

_HERE: ContextVar[str] = ContextVar("here", default="")


@contextmanager
def paths_begin_in(folder: str) -> Iterator[None]:
    """Let relative paths of sounds and weights begin in a folder; "" is that of the process.

    It holds for this thread alone: a worker of a cluster may work for several folders at once,
    and names stay in messages and descriptions as they were given.
    """
    before = _HERE.set(folder)
    try:
        yield
    finally:
        _HERE.reset(before)


def located(path: str | os.PathLike[str]) -> str:
    """Give the path to open."""
    here = _HERE.get()
    return join_path(here, os.fspath(path)) if here else os.fspath(path)
