"""Run jobs by stftcli, its peers and the limits in turn, and print a table for each.

``python -m benchmarks`` runs all but the ten-hour jobs; ``python -m benchmarks mel-5s help`` runs
two of them. Run it from the root of the repository.
"""

import shlex
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import click

from benchmarks.elsewhere import differences_in, make_extra, make_sound
from benchmarks.jobs import HOUR, JOBS, MINUTE, Job
from benchmarks.machine import describe
from benchmarks.measure import ROOT, compare
from benchmarks.peers_table import PEERS
from benchmarks.report import Result, summary


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(JOBS)), metavar="[JOB]...")
@click.option("--list", "listed", is_flag=True, help="Name the jobs and do nothing else.")
@click.option(
    "--runs", type=click.IntRange(1), help="Of each command  [default: 9; 3 from an hour on]"
)
@click.option(
    "--warmups", type=click.IntRange(0), help="Before them  [default: 1; none from an hour on]"
)
@click.option("--seconds", type=click.IntRange(1), help="Another length of every sound.")
@click.option("--only", multiple=True, metavar="TEXT", help="Peers whose name holds this.")
@click.option("--no-peers", is_flag=True, help="stftcli and the limits alone.")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where sounds and results lie meanwhile, in a folder of their own.",
)
def main(
    names: tuple[str, ...],
    listed: bool,
    runs: int | None,
    warmups: int | None,
    seconds: int | None,
    only: tuple[str, ...],
    no_peers: bool,
    folder: Path | None,
) -> None:
    """Measure stftcli beside its peers."""
    if listed:
        for name, job in JOBS.items():
            click.echo(f"{name:<14}{_title(job)}{', on request' if job.on_request else ''}")
        return
    peers = _chosen(only, no_peers)
    click.echo(f"{describe()}\n")
    results = []
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        place = Path(temporary).absolute()
        for name in names or [name for name, job in JOBS.items() if not job.on_request]:
            job = JOBS[name]
            if seconds is not None and job.seconds:
                job = replace(job, seconds=seconds)
            long = job.seconds >= HOUR
            before = int(not long) if warmups is None else warmups
            turns = before, runs or (3 if long else 9)
            results.append(_run(name, job, place, turns, peers))
            click.echo(f"{results[-1].in_full()}\n")
    click.echo(f"### summary\n\n{summary(results)}")
    if any(measured.complaint for result in results for measured in result.ours):
        sys.exit(1)


def _chosen(only: tuple[str, ...], no_peers: bool) -> set[str]:
    """Name the peers that are asked for."""
    for part in only:
        if not any(part in peer.title for peer in PEERS.values()):
            titles = ", ".join(dict.fromkeys(peer.title for peer in PEERS.values()))
            raise click.UsageError(f"no peer has {part!r} in its name: there are {titles}")
    if no_peers:
        return set()
    return {
        name for name, peer in PEERS.items() if not only or any(part in peer.title for part in only)
    }


def _run(name: str, job: Job, folder: Path, turns: tuple[int, int], peers: set[str]) -> Result:
    """Run the commands of a job."""
    chosen = [peer for peer in job.peers if peer in peers]
    there = [peer for peer in chosen if PEERS[peer].is_there()]
    commands = {**job.ours, **{PEERS[peer].title: _peer_command(peer, job) for peer in there}}
    commands |= job.limits or {}
    files = {}
    if job.seconds:
        files["sound"] = make_sound(folder, job.seconds, job.rate_hz)
    if job.extra:
        files["extra"] = make_extra(folder, job.extra)
    zero_pad = {
        title: ["bash", "-o", "pipefail", "-c", _filled(command, files, f"result-{number}.npy")]
        for number, (title, command) in enumerate(commands.items())
    }
    warmups, runs = turns

    def tell(turn: int) -> None:
        click.echo(f"{name}: turn {turn} of {warmups + runs}", err=True)

    measured = compare(zero_pad, folder, runs, warmups, tell)
    offsets = {PEERS[peer].title: PEERS[peer].offset for peer in there}
    differences = {}
    if job.decibels is not None:
        differences = differences_in(folder, list(commands), offsets, job.decibels)
    for peer in there:
        title, note = PEERS[peer].title, PEERS[peer].note
        differences[title] = "; ".join(filter(None, (differences.get(title), note)))
    for left in folder.glob("result-*"):
        left.unlink()
    ours, others = len(job.ours), len(job.ours) + len(there)
    absent = [PEERS[peer].title for peer in chosen if peer not in there]
    parts = measured[:ours], measured[ours:others], measured[others:]
    return Result(name, _title(job), *parts, differences, absent)


def _title(job: Job) -> str:
    """Name the job and the length of its sound."""
    for unit, seconds in (("h", HOUR), ("min", MINUTE), ("s", 1)):
        if job.seconds and job.seconds % seconds == 0:
            return f"{job.title}, {job.seconds // seconds} {unit} of sound"
    return job.title


def _peer_command(peer: str, job: Job) -> str:
    if PEERS[peer].command:
        return PEERS[peer].command
    script = shlex.quote(str(ROOT / "benchmarks" / "peers" / f"{peer}.py"))
    given = "- {out}" if peer.endswith("_pipe") else "{sound} {out}"
    before = "ffmpeg -v error -i {sound} -f wav - | " if peer.endswith("_pipe") else ""
    return f"{before}{{python}} {script} {given}{' {extra}' if job.extra else ''}"


def _filled(command: str, files: dict[str, str], result: str) -> str:
    python = shlex.quote(sys.executable)
    words = {name: shlex.quote(file) for name, file in files.items()}
    # The last one takes the place of the shell, which is then no part of what is measured.
    at = command.rfind("| ") + 2 if "| " in command else 0
    takes_environment = command.startswith("STFTCLI_")
    command = f"{command[:at]}{'exec env ' if takes_environment else 'exec '}{command[at:]}"
    return command.format(
        python=python,
        stftcli=f"{python} -m stftcli",
        limit=f"{python} {shlex.quote(str(ROOT / 'benchmarks' / 'limits.py'))}",
        out=result,
        **words,
    )


if __name__ == "__main__":
    main()
