"""Faults while results are written: a name holds the old content, or the whole of the new one."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
import soundfile

from tests.cli.shell import STFTCLI, Done, Shell
from tests.faults.outcome import DRAFT, assert_explained
from tests.oracles.conftest import oracle
from tests.signals import noise

resource = pytest.importorskip("resource")

MOMENTS = round(8 * float(os.environ.get("STFTCLI_FAULTS", "1")))
OLD = b"what was there before"

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]


class Writing(NamedTuple):
    """A command that takes a while, and what it writes."""

    call: str
    outputs: tuple[str, ...]


COMMANDS = {
    "npy": Writing("features long.wav --out x.npy", ("x.npy",)),
    "npz": Writing("features long.wav --mel 40 --out x.npz --sidecar", ("x.npz", "x.npz.json")),
    "bins first": Writing("features long.wav --layout bins-first --out x.npy", ("x.npy",)),
    "safetensors": Writing("features long.wav --mel 40 --out x.safetensors", ("x.safetensors",)),
    "csv": Writing("features long.wav --mel 10 --out x.csv", ("x.csv",)),
    "ark": Writing("features long.wav --mel 10 --out x.ark", ("x.ark", "x.scp")),
    **{
        f"segments {ending}": Writing(
            f"features long.wav --mel 10 --segments t.csv --out x.{ending}", (f"x.{ending}",)
        )
        for ending in ("csv", "npz", "parquet")
    },
    "picture": Writing("spectrogram long.wav --out x.png", ("x.png",)),
    "sheet": Writing(
        "spectrogram long.wav --segments marks.txt --sheet --out x.png", ("x-1.png", "x-2.png")
    ),
    "sound": Writing("inverse spectra.npz --out x.wav", ("x.wav",)),
    "graph": Writing("export onnx --rate 8000 --n-fft 2048 --out x.onnx", ("x.onnx",)),
    "layer": Writing("linear fit pca long.wav --n-fft 256 --out x.npz", ("x.npz",)),
}
SIGNALS = [
    *(signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL),
]

each_command = pytest.mark.parametrize("name", COMMANDS)


class Place(NamedTuple):
    """A folder with inputs, what an undisturbed run has written there, and how long it took."""

    shell: Shell
    whole: dict[str, bytes]
    took_s: float


@pytest.fixture
def make_place(tmp_path: Path) -> Callable[[str], Place]:
    def make(name: str) -> Place:
        if name == "graph":
            oracle("onnx")
        shell, writing = Shell(tmp_path), COMMANDS[name]
        soundfile.write(tmp_path / "long.wav", noise(800_000) / 8, 8000)
        if name == "sheet":
            labels = "".join(f"{start}\t{start + 1}\ta\n" for start in range(60))
            (tmp_path / "marks.txt").write_text(labels)
        rows = [f"{start / 10},{start / 10 + 5},x\n" for start in range(990)]
        (tmp_path / "t.csv").write_text("".join(("start,end,label\n", *rows)))
        if name == "sound":
            shell.ok("features", "long.wav", "--spectrum", "complex", "--out", "spectra.npz")
        begun = time.monotonic()
        shell.ok(*writing.call.split())
        took_s = time.monotonic() - begun
        return Place(
            shell, {file: (tmp_path / file).read_bytes() for file in writing.outputs}, took_s
        )

    return make


@each_command
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_a_signal_at_any_moment(
    make_place: Callable[[str], Place], name: str, number: signal.Signals
) -> None:
    place, random = make_place(name), Random(f"{name} {number}")
    for _ in range(MOMENTS):
        prepare(place)
        process = place.shell.start(*COMMANDS[name].call.split())
        time.sleep(random.uniform(0, place.took_s))
        process.send_signal(number)
        process.communicate(timeout=60)
        check(place, killed=number == signal.SIGKILL)


@each_command
def test_a_limit_on_the_size_of_files(make_place: Callable[[str], Place], name: str) -> None:
    place, random = make_place(name), Random(name)
    largest = max(map(len, place.whole.values()))
    for _ in range(MOMENTS):
        prepare(place)
        done = run_with_limit(place.shell, name, random.randrange(largest))
        assert done.code == 1
        assert_explained(done)
        assert {held(place, file) for file in place.whole} == {OLD}
        check(place)


def run_with_limit(shell: Shell, name: str, limit: int) -> Done:
    """Run a command that may write files of so many bytes."""
    done = subprocess.run(
        [*STFTCLI, *COMMANDS[name].call.split()],
        cwd=shell.folder,
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    return Done(done.returncode, done.stdout, done.stderr.decode())


def prepare(place: Place) -> None:
    """Put old results there, and nothing that an earlier kill has left."""
    for path in place.shell.folder.glob(".stftcli-*"):
        path.unlink()
    for file in place.whole:
        (place.shell.folder / file).write_bytes(OLD)


def held(place: Place, file: str) -> bytes:
    return (place.shell.folder / file).read_bytes()


def check(place: Place, *, killed: bool = False) -> None:
    for file, whole in place.whole.items():
        assert held(place, file) in (OLD, whole), f"{file} is neither old nor whole"
    hidden = [path.name for path in place.shell.folder.iterdir() if path.name.startswith(".")]
    if killed:
        assert all(DRAFT.fullmatch(name) for name in hidden)
    else:
        assert hidden == []
