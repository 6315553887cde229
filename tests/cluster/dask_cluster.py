"""A real Dask scheduler on loopback with worker processes, and its end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_START_S, _STOP_S = 60.0, 10.0


class DaskCluster:
    """A scheduler and its workers, each in a folder that is not the caller's.

    Parameters
    ----------
    folder : path
        Where they keep what they need.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "scheduler.json"
        self._started: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-jupyter")
        self.address = str(self._read("address")).removeprefix("tcp://")

    @property
    def name(self) -> str:
        """What `executor` takes."""
        return f"dask://{self.address}"

    def add_worker(self, *words: str, path: str = str(ROOT)) -> None:
        """Start a worker process of one thread that finds modules on this path."""
        self._start("worker", "--nthreads", "1", "--local-directory", "scratch", *words, path=path)

    def pids(self) -> list[int]:
        """Give the processes that the workers are."""
        from distributed import Client

        with Client(self.address, timeout=_START_S, set_as_default=False) as client:
            return list(client.run(os.getpid).values())

    def wait_for(self, workers: int) -> None:
        """Wait until so many workers are there."""
        from distributed import Client

        with Client(self.address, timeout=_START_S, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=_START_S)

    def stop(self) -> None:
        """End all of it, the workers' own children too."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            for process in reversed(self._started):
                with_group(process, number)
            for process in self._started:
                if number == signal.SIGTERM:
                    wait_or_go_on(process)
                else:
                    process.wait()

    def kill_scheduler(self) -> None:
        """Kill the scheduler alone."""
        self._started[0].kill()

    def end_scheduler(self) -> None:
        """End the scheduler as a system does that shuts down."""
        self._started[0].terminate()

    def _start(self, *words: str, path: str = str(ROOT)) -> None:
        log = (self.folder / f"{words[0]}-{len(self._started)}.log").open("wb")
        command = [sys.executable, "-m", "dask", words[0], "--scheduler-file", str(self._file)]
        environment = {
            **os.environ,
            "PYTHONPATH": path,
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        }
        with log:
            process = subprocess.Popen(
                [*command, "--no-dashboard", "--dashboard-address", "127.0.0.1:0", *words[1:]],
                cwd=self.folder,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._started.append(process)

    def _read(self, key: str) -> Any:
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            # The file is there before all of it is.
            try:
                return json.loads(self._file.read_bytes())[key]
            except (OSError, ValueError):
                time.sleep(0.05)
        self.stop()
        raise TimeoutError((self.folder / "scheduler-0.log").read_text())


def with_group(process: "subprocess.Popen[bytes]", number: int) -> None:
    """Send a signal to a process and its children."""
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def wait_or_go_on(process: "subprocess.Popen[bytes]") -> None:
    """Give a process some time to end."""
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        return


@contextmanager
def dask_cluster(folder: Path, workers: int = 2, *words: str) -> Iterator[DaskCluster]:
    """Give a cluster whose workers are there, each started with these words, and end it."""
    folder.mkdir()
    cluster = DaskCluster(folder)
    try:
        for _ in range(workers):
            cluster.add_worker(*words)
        if workers:
            cluster.wait_for(workers)
        yield cluster
    finally:
        cluster.stop()
