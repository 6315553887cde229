"""A sound as a file and as a pipe."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest


@contextmanager
def piped(content: bytes) -> Iterator[str]:
    """Give a path from which these bytes come through a pipe."""
    reader, writer = os.pipe()

    def feed() -> None:
        with suppress(BrokenPipeError), os.fdopen(writer, "wb") as pipe:
            pipe.write(content)

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield f"/dev/fd/{reader}"
    finally:
        os.close(reader)
        feeder.join()


@contextmanager
def either(way: str, path: Path) -> Iterator[str]:
    """Give a path of the sound itself, or of a pipe through which it comes."""
    if way == "file":
        yield str(path)
    else:
        with piped(path.read_bytes()) as pipe:
            yield pipe


@contextmanager
def endless(content: bytes) -> Iterator[tuple[str, list[int]]]:
    """Give the path of a pipe that repeats these bytes for ever, and the sizes that were taken."""
    reader, writer = os.pipe()
    taken: list[int] = []

    def feed() -> None:
        with suppress(BrokenPipeError), os.fdopen(writer, "wb", buffering=0) as pipe:
            while True:
                taken.append(pipe.write(content) or 0)

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield f"/dev/fd/{reader}", taken
    finally:
        os.close(reader)
        feeder.join()


either_way = pytest.mark.parametrize("way", ["file", "pipe"])
