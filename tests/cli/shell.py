"""Runs stftcli as a shell does: as a process of its own, with real pipes and exit codes."""

import io
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from tests.cli.forks import ENVIRONMENT, forks

STFTCLI = (sys.executable, "-m", "stftcli")

Word = str | Path


@dataclass(frozen=True)
class Done:
    """What a process has left behind."""

    code: int
    out: bytes
    err: str


@dataclass(frozen=True)
class Shell:
    """Runs everything in one folder."""

    folder: Path

    def run(
        self, *words: Word, stdin: bytes = b"", fds: tuple[int, ...] = (), **environment: str
    ) -> Done:
        """Run stftcli to its end, with its imports done unless they are what is asked about."""
        if not fds and "PYTHONPATH" not in environment:
            texts = [str(word) for word in words]
            code, out, err = forks().run(texts, self.folder, environment, stdin)
            return Done(code, out, err.decode())
        done = subprocess.run(
            [*STFTCLI, *words],
            input=stdin,
            capture_output=True,
            cwd=self.folder,
            env={**ENVIRONMENT, **environment},
            pass_fds=fds,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr.decode())

    def ok(self, *words: Word, **options: Any) -> Done:
        """Run stftcli, which must succeed."""
        done = self.run(*words, **options)
        assert done.code == 0, done.err
        return done

    def features(self, *words: Word, **options: Any) -> NDArray[Any]:
        """Give the array that `stftcli features` writes to a pipe."""
        done = self.ok("features", *words, "--out", "-", **options)
        return np.asarray(np.load(io.BytesIO(done.out)))

    def start(
        self,
        *words: Word,
        stdin: int | IO[bytes] = subprocess.PIPE,
        stdout: int | IO[bytes] = subprocess.PIPE,
    ) -> "subprocess.Popen[bytes]":
        """Start stftcli, with pipes unless something else is given."""
        return subprocess.Popen(
            [*STFTCLI, *words],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env=ENVIRONMENT,
        )

    def names(self, folder: str = ".") -> list[str]:
        """List a folder, hidden files included."""
        return sorted(path.name for path in (self.folder / folder).iterdir())
