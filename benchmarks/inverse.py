"""Back to sound as whole processes: complex spectra of an hour, phases and presets of 30 s.

``python -m benchmarks.inverse`` runs all of it; ``--seconds 60 --phase-seconds 5 --runs 1`` is a
short look. Run it from the root of the repository.
"""

import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import click

from benchmarks.elsewhere import make_sound
from benchmarks.machine import describe
from benchmarks.measure import ROOT, compare, environment, failures, table

RATE_HZ = 44_100
PYTHON = shlex.quote(sys.executable)
STFTCLI = f"{PYTHON} -m stftcli"


class Job(NamedTuple):
    """A table: what is made first of a sound of this rate, and the commands that go back."""

    title: str
    rate_hz: int
    prepared: Mapping[str, str]
    ours: Mapping[str, str]
    peers: tuple[str, ...] = ()
    is_long: bool = False


JOBS = {
    "istft": Job(
        "complex spectra (2048, hop 512) to a 16-bit WAV",
        RATE_HZ,
        {"x.npz": "--spectrum complex", "x.npy": "--spectrum complex"},
        {
            "stftcli": "inverse x.npz",
            "stftcli, from .npy": f"inverse x.npy --rate {RATE_HZ}",
        },
        ("librosa_istft", "torch_istft"),
        is_long=True,
    ),
    "griffin-lim": Job(
        "magnitudes (2048, hop 512) to sound, 32 rounds of Griffin-Lim",
        RATE_HZ,
        {"x.npz": "--spectrum magnitude", "x.npy": "--spectrum magnitude"},
        {"stftcli": "inverse x.npz --griffin-lim 32"},
        ("librosa_griffin_lim", "torch_griffin_lim"),
    ),
    "whisper": Job(
        "Whisper's features to sound, 32 rounds",
        16_000,
        {"x.npz": "--preset whisper"},
        {"stftcli": "inverse x.npz --griffin-lim 32"},
    ),
    "tacotron2": Job(
        "Tacotron 2's features to sound, 32 rounds",
        22_050,
        {"x.npz": "--preset tacotron2"},
        {"stftcli": "inverse x.npz --griffin-lim 32"},
    ),
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(JOBS)), metavar="[JOB]...")
@click.option("--seconds", default=3600, help="Length of the sound of complex spectra.")
@click.option("--phase-seconds", default=30, help="Length of the others.")
@click.option("--runs", type=click.IntRange(1), default=3)
@click.option("--warmups", type=click.IntRange(0), default=1)
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Where 5 GB of spectra lie meanwhile, in a folder of their own.",
)
def main(
    names: tuple[str, ...],
    seconds: int,
    phase_seconds: int,
    runs: int,
    warmups: int,
    folder: Path | None,
) -> None:
    """Measure the way back beside librosa and torch."""
    click.echo(f"{describe()}\n")
    for name in names or JOBS:
        job = JOBS[name]
        length = seconds if job.is_long else phase_seconds
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            place = Path(temporary).absolute()
            _prepare(job, place, length)
            measured = compare(_commands(job), place, runs, warmups, lambda _: None)
        click.echo(f"### {name}: {job.title}, {length} s\n\n{table(measured, {})}")
        for failure in failures(measured):
            click.echo(f"failed: {failure}")
        click.echo()


def _prepare(job: Job, place: Path, seconds: int) -> None:
    sound = make_sound(place, seconds, job.rate_hz)
    for file, options in job.prepared.items():
        words = [*shlex.split(STFTCLI), "features", str(sound), *options.split(), "--out", file]
        subprocess.run([*words, "--quiet"], cwd=place, env=environment(), check=True)


def _commands(job: Job) -> dict[str, list[str]]:
    commands = {
        title: f"{STFTCLI} {words} --out result-{number}.wav"
        for number, (title, words) in enumerate(job.ours.items())
    }
    for number, peer in enumerate(job.peers, start=len(commands)):
        script = shlex.quote(str(ROOT / "benchmarks" / "peers" / f"{peer}.py"))
        commands[peer] = f"{PYTHON} {script} x.npy result-{number} {job.rate_hz}"
    return {title: shlex.split(command) for title, command in commands.items()}


if __name__ == "__main__":
    main()
