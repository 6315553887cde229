"""A folder of 2,000 clips by stftcli and its peers, whole processes in turn.

``python -m benchmarks.corpus`` makes the clips, runs everything, and prints a table for each kind
of features. Run it from the root of the repository, on a machine that does nothing else.
"""

import json
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import click

from benchmarks.elsewhere import make_clips
from benchmarks.machine import describe
from benchmarks.measure import ROOT, Measured, compare, environment, failures, table

MEL, FBANK = "--mel 80 --log db", "--preset kaldi-fbank --mel 80"
WHISPER = "--preset whisper --rate 16000"
STATISTICS = "--mfcc 13 --stats mean,std"
POOL = "{python} {peers}/corpus_pool.py"
OURS, DASK = "stftcli, 2 jobs", "stftcli, Dask with 2 workers"
ALONE, PARTS = "stftcli, 1 job", "limit: reading, computing, writing by 1 process"

JOBS = {
    "log-mel of 80 bands": {
        OURS: f"{{stftcli}} {MEL} --jobs 2",
        ALONE: f"{{stftcli}} {MEL} --jobs 1",
        "librosa, 2 processes": f"{POOL} librosa {{clips}} {{out}} 2",
        "auvux-dsp, 2 processes": f"{POOL} auvux {{clips}} {{out}} 2",
        PARTS: f"{POOL} parts {{clips}} {{out}} 1",
    },
    "Kaldi's fbank of 80 bands": {
        OURS: f"{{stftcli}} {FBANK} --jobs 2",
        "kaldi-native-fbank, 2 processes": f"{POOL} kaldi-native-fbank {{clips}} {{out}} 2",
        "lhotse, 2 jobs": "{python} {peers}/corpus_lhotse.py {clips} {out} 2",
    },
    "Whisper's log-mel": {
        OURS: f"{{stftcli}} {WHISPER} --jobs 2",
        "transformers, 2 processes": f"{POOL} transformers {{clips}} {{out}} 2",
    },
    "mean and deviation of 13 MFCC": {
        OURS: f"{{stftcli}} {STATISTICS} --jobs 2",
        "afx-audio, 2 jobs": "{afx} {clips} -o {out} --format csv --features mfcc "
        "--aggregation summary --jobs 2 --quiet",
    },
}
# A table of its own, for a cluster takes time from whatever else is measured beside it.
CLUSTER = {
    OURS: f"{{stftcli}} {MEL} --jobs 2",
    DASK: f"{{stftcli}} {MEL} --executor {{dask}}",
}
NEEDS = {
    "Dask": "distributed",
    "librosa": "librosa",
    "auvux": "auvux",
    "kaldi-native-fbank": "kaldi_native_fbank",
    "lhotse": "lhotse",
    "transformers": "transformers",
    "afx": "afx_audio",
}
SLOW = ("librosa", "lhotse")
"""Peers that are given fewer clips, if that is asked for."""


@click.command()
@click.option("--clips", type=click.IntRange(4), default=2000, show_default=True)
@click.option("--slow-clips", type=click.IntRange(1), help="Clips for slow peers.  [default: all]")
@click.option("--lines", type=click.IntRange(1), default=200_000, show_default=True)
@click.option("--runs", type=click.IntRange(1), default=3, show_default=True)
@click.option("--only", multiple=True, metavar="TEXT", help="Commands whose name holds this.")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where clips and results lie meanwhile, in a folder of their own.",
)
def main(
    clips: int,
    slow_clips: int | None,
    lines: int,
    runs: int,
    only: tuple[str, ...],
    folder: Path | None,
) -> None:
    """Measure corpora."""
    click.echo(f"{describe()}\n")
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        place = Path(temporary).absolute()
        make_clips(place / "clips", clips)
        for title, commands in JOBS.items():
            measured = _run(_chosen(commands, only), place, "", slow_clips, runs)
            _tell(title, measured, clips, slow_clips)
        if DASK in (chosen := _chosen(CLUSTER, only)):
            with _dask(place) as address:
                _tell("on a cluster", _run(chosen, place, address, None, runs), clips, None)
        if not only:
            click.echo("### the memory of the parent, with a stand-in for the work\n")
            click.echo(_lines(place, clips, lines))


def _chosen(commands: dict[str, str], only: tuple[str, ...]) -> dict[str, str]:
    return {name: text for name, text in commands.items() if _is_there(name, only)}


def _is_there(name: str, only: tuple[str, ...]) -> bool:
    wanted = name == OURS or not only or any(part in name for part in only)
    return wanted and all(find_spec(module) for part, module in NEEDS.items() if part in name)


def _run(
    commands: dict[str, str], place: Path, address: str, slow_clips: int | None, runs: int
) -> list[Measured]:
    python = shlex.quote(sys.executable)
    filled = {}
    for number, (name, text) in enumerate(commands.items()):
        most = f" {slow_clips}" if slow_clips and name.startswith(SLOW) else ""
        command = text.format(
            stftcli=f"{python} -m stftcli features clips --quiet --out-dir {{out}}",
            python=python,
            afx=shlex.quote(str(Path(sys.executable).with_name("afx"))),
            peers=shlex.quote(str(ROOT / "benchmarks" / "peers")),
            clips="clips",
            out="{out}",
            dask=f"dask://{address}",
        ).format(out=f"result-{number}.d")
        filled[name] = ["bash", "-c", f"exec {command}{most}"]

    def tell(turn: int) -> None:
        click.echo(f"turn {turn} of {runs + 1}", err=True)

    return compare(filled, place, runs, 1, tell)


def _tell(title: str, measured: list[Measured], clips: int, slow_clips: int | None) -> None:
    """Print a table, and what follows from it."""
    notes = {}
    if slow_clips:
        notes = {one.name: f"{slow_clips} clips" for one in measured if one.name.startswith(SLOW)}
    click.echo(f"### {clips} clips of 5 s: {title}\n\n{table(measured, notes)}\n")
    if failed := failures(measured):
        click.echo(f"Failed and passed over: {', '.join(failed)}.\n")
    took = {one.name: one.median_s for one in measured if not one.complaint}
    if {OURS, ALONE, PARTS} <= took.keys():
        share = took[ALONE] / took[OURS] / 2
        more_ms = 1000 * (took[ALONE] - took[PARTS]) / clips
        click.echo(f"Two jobs have {share:.0%} of twice the speed of one.")
        click.echo(f"A file costs {more_ms:.2f} ms beyond reading, computing and writing.\n")
    if {OURS, DASK} <= took.keys():
        click.echo(f"Dask has {took[OURS] / took[DASK]:.0%} of the speed of two jobs.\n")


def _lines(place: Path, few: int, many: int) -> str:
    commands = {}
    for number, lines in enumerate((few, many)):
        manifest = place / f"{lines}.jsonl"
        with manifest.open("w", encoding="utf-8") as file:
            for line in range(lines):
                entry = {"audio": f"sounds/{line // 1000}/{line}.wav", "id": f"{line:07d}"}
                file.write(json.dumps(entry) + "\n")
        call = f"{shlex.quote(sys.executable)} -m stftcli features --manifest {manifest.name} {MEL}"
        executor = "--executor benchmarks.corpus_standin:make"
        out = f"--quiet --out-dir result-{number}.d"
        commands[f"{lines} lines"] = ["bash", "-c", f"exec {call} {executor} {out}"]
    return table(compare(commands, place, 1, 0, lambda _: None), {})


@contextmanager
def _dask(place: Path) -> Iterator[str]:
    """Start a scheduler and two workers on loopback; give the address."""
    file = place / "scheduler.json"
    program = [sys.executable, "-m", "dask"]
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    scheduler = [*program, "scheduler", *common, "--host", "127.0.0.1", "--port", "0"]
    workers = [*program, "worker", *common, "--nworkers", "2", "--nthreads", "1"]
    with (place / "dask.log").open("wb") as log:
        started = [
            subprocess.Popen(command, cwd=place, env=environment(), stdout=log, stderr=log)
            for command in (scheduler, workers)
        ]
        try:
            yield _address_in(file)
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


def _address_in(file: Path) -> str:
    for _ in range(600):
        with suppress(OSError, ValueError):
            return str(json.loads(file.read_bytes())["address"]).removeprefix("tcp://")
        time.sleep(0.1)
    raise TimeoutError(f"no Dask scheduler has written {file}")


if __name__ == "__main__":
    main()
