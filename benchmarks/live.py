"""Live pipes: how long after its last sample each frame comes, and what share of a core it takes.

``python -m benchmarks.live`` sends noise at 16 kHz in real time through 1, 8 and 32 pipes at once;
``--pipes 1 --seconds 5`` is a short look. Run it from the root of the repository.
"""

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import IO, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe
from benchmarks.measure import environment

RATE_HZ = 16_000
FRAME, HOP, BINS = 400, 160, 80
ROW_BYTES = 4 * BINS
CHUNK = 160
"""Samples that are sent at a time: 10 ms, as a sound card does."""

COMMAND = (
    *(sys.executable, "-m", "stftcli", "features", "-", "--input-format", f"s16le,{RATE_HZ}"),
    *("--n-fft", str(FRAME), "--hop-length", str(HOP), "--no-center"),
    *("--mel", str(BINS), "--log", "db", "--format", "raw", "--out", "-"),
)


class Measured(NamedTuple):
    """Delays of all frames of a pipe in seconds, and the seconds of a core that it took."""

    delays_s: NDArray[np.float64]
    cpu_s: float


def measure_pipe(samples: NDArray[np.int16], options: tuple[str, ...]) -> Measured:
    """Send samples in real time, and take down when each frame comes."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*COMMAND, *options], stdin=pipe, stdout=pipe, env=environment()
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        sent: list[float] = []
        feeder = threading.Thread(target=_feed, args=(process.stdin, samples, sent))
        feeder.start()
        came = _arrivals(process.stdout)
        feeder.join()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    delays = [
        at - sent[(frame * HOP + FRAME - 1) // CHUNK]
        for frame, at in enumerate(came)
        if frame * HOP + FRAME <= len(samples)
    ]
    return Measured(np.array(delays), usage.ru_utime + usage.ru_stime)


def _feed(pipe: IO[bytes], samples: NDArray[np.int16], sent: list[float]) -> None:
    time.sleep(1.5)  # its start is measured elsewhere
    begun = time.monotonic()
    for first in range(0, len(samples), CHUNK):
        time.sleep(max(0, begun + (first + CHUNK) / RATE_HZ - time.monotonic()))
        pipe.write(samples[first : first + CHUNK].tobytes())
        pipe.flush()
        sent.append(time.monotonic())
    pipe.close()


def _arrivals(pipe: IO[bytes]) -> list[float]:
    came: list[float] = []
    there = 0
    while piece := os.read(pipe.fileno(), 1 << 16):
        there += len(piece)
        came += [time.monotonic()] * (there // ROW_BYTES - len(came))
    return came


@click.command()
@click.option("--pipes", multiple=True, type=int, default=(1, 8, 32), show_default=True)
@click.option("--seconds", default=20, show_default=True)
@click.option("--latency", help="Given to stftcli.")
def main(pipes: tuple[int, ...], seconds: int, latency: str | None) -> None:
    """Print a table of delays."""
    click.echo(f"{describe()}\n")
    click.echo("| pipes | median delay | 99th percentile | a core's share for each |")
    click.echo("|--:|--:|--:|--:|")
    noise = np.random.default_rng(0).normal(0, 3000, seconds * RATE_HZ)
    samples = noise.clip(-32768, 32767).astype(np.int16)
    options = () if latency is None else ("--latency", latency)
    for count in pipes:
        with ThreadPoolExecutor(count) as pool:
            results = list(pool.map(measure_pipe, [samples] * count, [options] * count))
        delays = 1000 * np.concatenate([one.delays_s for one in results])
        share = np.mean([one.cpu_s for one in results]) / seconds
        click.echo(
            f"| {count} | {np.median(delays):.1f} ms | {np.percentile(delays, 99):.1f} ms | "
            f"{100 * share:.1f} % |"
        )


if __name__ == "__main__":
    main()
