"""How many processes are worth having for one long sound: a simulation of 1 to 64 of them.

``python -m benchmarks.scaling`` measures on this machine what a piece of an hour takes, to read, to
compute and to write, and what it takes to start. Then it lets N processes share the pieces, each
computing by itself, against one reader and one writer that serve them one at a time: no disk and no
memory is that slow, so it shows where scaling ends at the latest. Run it from the root of the
repository.
"""

import heapq
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import click
import numpy as np

from benchmarks.machine import describe
from benchmarks.measure import environment
from benchmarks.sounds import sound
from stftcli import Extractor
from stftcli.audio.source import Source
from stftcli.features.chain import Chain
from stftcli.jobs.pieces.cut import Piece, pieces_of
from stftcli.jobs.pieces.worker import chain_of_piece, piece_features, put

RATE_HZ = 22_050
PROCESSES = (1, 2, 4, 8, 16, 32, 64)
JOBS: dict[str, dict[str, Any]] = {
    "log-mel": {"mel": 128, "log": "db"},
    "complex": {"spectrum": "complex"},
}


class Costs(NamedTuple):
    """Seconds of reading, computing and writing of each piece, and of starts."""

    read: list[float]
    compute: list[float]
    write: list[float]
    first_start: float
    other_start: float


def measure(path: Path, chain: Chain, target: Path, starts: tuple[float, float]) -> Costs:
    """Work through the pieces of a sound, and time each part of each of them."""
    with Source(str(path)) as source, Source(str(path)) as again, target.open("w+b") as file:
        # The last is shorter, and ends the source.
        pieces = pieces_of(source, chain)[:-1]
        reading = [_timed(lambda piece: _read(source, chain, piece), piece) for piece in pieces]
        both, writing, offset = [], [], 0
        for piece in pieces:
            begun = time.perf_counter()
            batches = list(piece_features(again, chain, piece.first, piece.samples))
            both.append(time.perf_counter() - begun)
            writing.append(_timed(put, iter(batches), file.fileno(), offset))
            offset += sum(batch.nbytes for batch in batches)
    computing = [max(0.0, all_ - read) for all_, read in zip(both, reading, strict=True)]
    return Costs(reading, computing, writing, *starts)


def simulate(costs: Costs, processes: int) -> float:
    """Give the seconds that so many processes take for all pieces."""
    reader = writer = 0.0
    # The first makes the others, one after another, when it has read the header.
    ready = [costs.first_start + costs.other_start * number for number in range(processes)]
    heapq.heapify(ready)
    for read, compute, write in zip(costs.read, costs.compute, costs.write, strict=True):
        begun = heapq.heappop(ready)
        reader = max(begun, reader) + read
        writer = max(reader + compute, writer) + write
        heapq.heappush(ready, writer)
    return max(ready)


def _read(source: Source, chain: Chain, piece: Piece) -> None:
    own = chain_of_piece(chain, piece.first, piece.samples)
    before, after = own.neighbours()
    for _ in source.blocks(own.settings.segment, np.float32, before=before, after=after):
        pass


def _timed(call: Callable[..., object], *arguments: Any) -> float:
    begun = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - begun


def _starts() -> tuple[float, float]:
    """Give the seconds that a command takes before its first frame, and a copy of it."""
    command = "import stftcli.cli.features, stftcli.jobs.features, soundfile"
    copies = (
        f"{command}, os\nfor _ in range(100):\n    pid = os.fork()\n"
        "    if not pid: os._exit(0)\n    os.waitpid(pid, 0)"
    )
    start_s = _start_s(command)
    return start_s, max(0.0, _start_s(copies) - start_s) / 100


def _start_s(code: str) -> float:
    run = partial(subprocess.run, [sys.executable, "-c", code], check=True, env=environment())
    return median(_timed(run) for _ in range(9))


@click.command(help=__doc__)
@click.option("--hours", default=1, show_default=True, help="Length of the sound.")
def main(hours: int) -> None:
    """Measure, simulate, and print a table."""
    print(describe())
    starts = _starts()
    with tempfile.TemporaryDirectory() as name:
        path = sound(Path(name), 3600 * hours, RATE_HZ)
        tables = {
            job: measure(path, Extractor(**options).chain(RATE_HZ), Path(name, "out"), starts)
            for job, options in JOBS.items()
        }
    print(f"starts {starts[0]:.3f} and {starts[1]:.4f} s\n")
    for job, costs in tables.items():
        each = [1e3 * median(column) for column in costs[:3]]
        print(
            f"{job}: {len(costs.read)} pieces; reading, computing, writing "
            + ", ".join(f"{ms:.1f}" for ms in each)
            + " ms each\n"
        )
        print("| processes | seconds | times as fast as one | share of linear |\n|--:|--:|--:|--:|")
        one = simulate(costs, 1)
        for processes in PROCESSES:
            took = simulate(costs, processes)
            print(f"| {processes} | {took:.2f} | {one / took:.2f} | {one / took / processes:.0%} |")
        print()


if __name__ == "__main__":
    main()
