"""Runs stftcli within the tests' own process: a start costs 0.2 s, and there are many calls."""

import io
import warnings
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout

from stftcli.cli.main import run
from tests.cli.shell import Done, Shell, Word


def run_inside(shell: Shell, *words: Word) -> Done:
    """Run stftcli in the folder of a shell; a warning of numpy's or torch's is an error here."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8") for _ in range(2))
    with chdir(shell.folder), redirect_stdout(out), redirect_stderr(err), _strict_warnings():
        code = run([str(word) for word in words])
    return Done(code, _written(out), _written(err).decode())


def ok_inside(shell: Shell, *words: Word) -> Done:
    """Run stftcli, which must succeed."""
    done = run_inside(shell, *words)
    assert done.code == 0, done.err
    return done


def _written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue()


@contextmanager
def _strict_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        for kind in (RuntimeWarning, UserWarning):
            warnings.simplefilter("error", kind)
        yield
