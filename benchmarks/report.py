"""What is printed: a table for each job, and one line of each for all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.measure import Measured, failures, table


@dataclass(frozen=True)
class Result:
    """A job that has been run.

    Parameters
    ----------
    name, title : str
        What the command line calls it, and what it is.
    ours, peers, limits : list of Measured
        Its commands; the first of `ours` is what all others are compared with.
    differences : dict of str to str
        How far the numbers of a command are from ours.
    absent : list of str
        Peers that are not installed.
    """

    name: str
    title: str
    ours: list[Measured]
    peers: list[Measured]
    limits: list[Measured]
    differences: dict[str, str]
    absent: list[str]

    def in_full(self) -> str:
        """Lay out every command."""
        measured = [*self.ours, *self.peers, *self.limits]
        runs = len(self.ours[0].seconds)
        lines = [f"### {self.name}: {self.title}, {runs} runs", ""]
        lines.append(table(measured, self.differences))
        if self.absent:
            lines += ["", f"Not installed and passed over: {', '.join(self.absent)}."]
        if failed := failures(measured):
            lines += ["", f"Failed and passed over: {', '.join(failed)}."]
        return "\n".join(lines)

    def line(self) -> str:
        """Give its line of the summary."""
        first = self.ours[0]
        spread = f"{min(first.seconds):.3g}-{max(first.seconds):.3g}"
        cells = (
            self.title,
            f"{first.median_s:.3g} ({spread})",
            f"{max(first.megabytes):.0f}",
            _ratios(self.ours[1:], first),
            _ratios(self.peers, first),
            _ratios(self.limits, first),
        )
        return f"| {' | '.join(cells)} |"


def summary(results: Iterable[Result]) -> str:
    """Lay out one line for each job whose first command succeeded."""
    rows = [
        "| job | stftcli, s | MB | its variants | times as long take | limits |",
        "|---|--:|--:|---|---|---|",
    ]
    rows += [result.line() for result in results if not result.ours[0].complaint]
    return "\n".join(rows)


def _ratios(measured: list[Measured], first: Measured) -> str:
    """Say how many times as long as the first each takes, the fastest before the slowest."""
    there = sorted(
        (item for item in measured if not item.complaint), key=lambda item: item.median_s
    )
    return ", ".join(
        f"{item.name.removeprefix('limit: ').removeprefix('stftcli, ')} "
        f"{_short(item.median_s / first.median_s)}"
        for item in there
    )


def _short(ratio: float) -> str:
    return f"{ratio:.2f}" if ratio < 2 else f"{ratio:.1f}" if ratio < 10 else f"{ratio:.0f}"
