"""Time commands as whole processes, in turn, and compare them within one run."""

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass
class Measured:
    """The runs of one command: seconds of wall time and MB of peak memory."""

    name: str
    command: Sequence[str]
    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    complaint: str = ""

    @property
    def median_s(self) -> float:
        """Median wall time in seconds."""
        return statistics.median(self.seconds)

    def run(self, folder: Path) -> None:
        """Run once in a folder and note the figures; after a failure, only why it failed."""
        if self.complaint:
            return
        begun = time.perf_counter()
        process = subprocess.Popen(
            self.command,
            cwd=folder,
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        assert process.stderr is not None
        complaint = process.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        self.seconds.append(time.perf_counter() - begun)
        self.megabytes.append(usage.ru_maxrss / 1024)  # Linux counts in KiB
        if status:
            self.complaint = (complaint.strip() or f"exit code {status}").splitlines()[-1]


def environment() -> dict[str, str]:
    """Give the environment of the commands: this stftcli, compiled as when it is installed."""
    unwanted = {"PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "PYTHONPATH": str(ROOT)}


def compare(
    commands: Mapping[str, Sequence[str]],
    folder: Path,
    runs: int,
    warmups: int,
    tell: Callable[[int], None],
) -> list[Measured]:
    """Run all commands in turn, again and again, so that a machine's moods hit all alike.

    `tell` hears of each turn before it begins. What the command of this number writes is called
    ``result-NUMBER.*``, or ``limit.*``.
    """
    measured = [Measured(name, command) for name, command in commands.items()]
    for turn in range(warmups + runs):
        tell(turn + 1)
        for number, item in enumerate(measured):
            _tidy(folder, number)
            item.run(folder)
            if turn < warmups:
                item.seconds.clear()
                item.megabytes.clear()
    return measured


def _tidy(folder: Path, number: int) -> None:
    """Take away what this command left the last time, and let what others left reach the disk."""
    for left in (*folder.glob(f"result-{number}.*"), *folder.glob("limit.*")):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    os.sync()


def failures(measured: list[Measured]) -> list[str]:
    """Name the commands that failed, each with the last line that it said."""
    return [f"{item.name} ({item.complaint})" for item in measured if item.complaint]


def table(measured: list[Measured], differences: dict[str, str]) -> str:
    """Lay the figures out as Markdown; ratios are to the first command."""
    measured = [item for item in measured if not item.complaint]
    if not measured:
        return ""
    first = measured[0].median_s
    rows = [
        "| command | median s | min-max s | peak MB | ratio | differs by |",
        "|---|--:|--:|--:|--:|---|",
    ]
    rows += [
        f"| {item.name} | {item.median_s:.3g} | {min(item.seconds):.3g}-{max(item.seconds):.3g} | "
        f"{max(item.megabytes):.0f} | {item.median_s / first:.2f} | "
        f"{differences.get(item.name, '')} |"
        for item in measured
    ]
    return "\n".join(rows)
