"""A process that has imported what stftcli needs, and forks: each fork is one run of stftcli.

A start takes 0.2 s, nearly all of it imports, and the tests run stftcli a thousand times. A fork
has pipes, a folder, an end and an exit code of its own, as any process has; only its imports are
done. What a fresh start does is seen by the tests that call `Shell.start`, and by the commands of
the documentation.
"""

import atexit
import gc
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Never

ENVIRONMENT = {name: text for name, text in os.environ.items() if not name.startswith("STFTCLI_")}
_OTHERS = (
    *("numpy", "soundfile", "ducc0", "soxr", "kaldiio", "rich.progress", "safetensors.numpy"),
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.font_manager"),
)

_LARGE = {"torch", "onnx"}


class Forks:
    """The process, as the tests know it."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._connection = Connection(os.dup(self._socket.fileno()))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, str(theirs.fileno())],
                stdin=subprocess.PIPE,  # pipes, for Python remembers what they are
                stdout=subprocess.PIPE,
                cwd=Path(__file__).parents[2],
                env=ENVIRONMENT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def run(
        self, words: list[str], folder: Path, variables: dict[str, str], stdin: bytes
    ) -> tuple[int, bytes, bytes]:
        """Run stftcli to its end; give its exit code, and what it wrote to its two pipes.

        Variables are added to the environment.
        """
        (source, feed), (out, to_out), (err, to_err) = (os.pipe() for _ in range(3))
        socket.send_fds(self._socket, [b"."], [source, to_out, to_err])
        for descriptor in (source, to_out, to_err):
            os.close(descriptor)
        with ThreadPoolExecutor(3) as threads:
            threads.submit(_write, feed, stdin)
            written = [threads.submit(_read, end) for end in (out, err)]
            try:
                self._connection.send((words, folder, variables))
                return self._connection.recv(), written[0].result(), written[1].result()
            except BaseException:  # such as that of a test that takes too long
                os.killpg(self._process.pid, signal.SIGKILL)
                forks.cache_clear()
                raise


@cache
def forks() -> Forks:
    """Give the process that serves all tests."""
    return Forks()


def _write(descriptor: int, content: bytes) -> None:
    with suppress(BrokenPipeError), os.fdopen(descriptor, "wb") as pipe:
        pipe.write(content)


def _read(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as pipe:
        return pipe.read()


def _serve(descriptor: int) -> None:
    """Fork for each run that is asked for."""
    _import_all()
    asked, connection = socket.socket(fileno=descriptor), Connection(os.dup(descriptor))
    while True:
        pipes = socket.recv_fds(asked, 1, 3)[1]
        if not pipes:
            os._exit(0)
        words, folder, variables = connection.recv()
        pid = os.fork()
        if pid == 0:
            connection.close()
            asked.close()
            os.environ.update(variables)
            _become(words, folder, pipes)
        for pipe in pipes:
            os.close(pipe)
        connection.send(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _import_all() -> None:
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as stftcli says; a process with threads cannot fork
    import stftcli
    from stftcli.errors import MissingExtraError

    for name in (*_ours(Path(stftcli.__file__).parent), *_OTHERS):
        with suppress(ImportError, MissingExtraError):  # of what is not installed
            import_module(name)
    gc.freeze()  # so that forks do not touch, and copy, what they share


def _ours(package: Path) -> Iterator[str]:
    """Give our modules by name, but those of large packages: with these, no fork is cheap."""
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package.parent).with_suffix("").parts
        if not _LARGE & set(parts[:-1]):
            yield ".".join(parts).removesuffix(".__init__")


def _become(words: list[str], folder: Path, pipes: list[int]) -> Never:
    """Be what `python -m stftcli` is, started in this folder with these pipes."""
    for number, pipe in enumerate(pipes):
        os.dup2(pipe, number)
        os.close(pipe)
    os.chdir(folder)
    sys.path[0] = str(folder)
    sys.argv = ["stftcli", *words]
    sys.modules["__main__"] = sys.modules["stftcli.__main__"]
    _end(_exit_code())


def _exit_code() -> int:
    try:
        sys.modules["stftcli.__main__"].main()
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    return 1


def _end(code: int) -> Never:
    """End as Python does, but without clearing away what was imported: that takes 50 ms."""
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
