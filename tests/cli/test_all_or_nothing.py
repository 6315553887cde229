"""A command's results all stand, or none does: whichever of them cannot be written."""

import os
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from stftcli.files import drafts
from tests.cli.computing import write_sound
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.signals import noise

RATE_HZ = 8000
ALL = ("--mel", "4", "--linear-out", "3", "--save-linear", "w.npz", "--sidecar", "--out", "x.npy")
RESULTS = ("w.npz", "x.npy", "x.npy.json")

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")


@pytest.fixture
def folder(shell: Shell) -> Path:
    write_sound(shell, "x.wav", noise(40_000) / 8, RATE_HZ)
    return shell.folder


def no_room_for(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let the draft that is finished as the `number`-th find no room for its last bytes."""
    sync, calls = os.fsync, iter(range(100))

    def fill(descriptor: int) -> None:
        if next(calls) == number:
            raise OSError(28, "No space left on device")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fill)


class TestFeatures:
    @pytest.mark.parametrize("number", range(3))
    @pytest.mark.parametrize("old", [False, True], ids=["new", "replacing"])
    def test_no_room_for_one_of_three(
        self, shell: Shell, folder: Path, number: int, old: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if old:
            for name in RESULTS[:2]:
                (folder / name).write_bytes(b"old")
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        no_room_for(monkeypatch, number)
        assert_explained(run_inside(shell, "features", "x.wav", *ALL), 1, "No space left")
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before

    def test_with_room_all_three_stand(self, shell: Shell, folder: Path) -> None:
        ok_inside(shell, "features", "x.wav", *ALL)
        assert shell.names() == sorted([*RESULTS, "x.wav"])
        weight = np.load(folder / "w.npz")["weight"]
        assert (np.load(folder / "x.npy").shape[1], *weight.shape) == (3, 3, 4)

    @needs_full
    @pytest.mark.usefixtures("folder")
    def test_an_array_that_standard_output_does_not_take(self, shell: Shell) -> None:
        words = ("features", "x.wav", "--linear-out", "3", "--save-linear", "w.npz", "--out", "-")
        with Path("/dev/full").open("wb") as full:
            process = shell.start(*words, stdout=full)
            assert process.communicate()[1].count(b"No space left") == 1
        assert process.returncode == 1
        assert shell.names() == ["x.wav"]


class TestFit:
    @needs_full
    @pytest.mark.usefixtures("folder")
    def test_a_table_that_standard_output_does_not_take(self, shell: Shell) -> None:
        words = ("linear", "fit", "pca", "x.wav", "--n-fft", "16", "--plot", "p.png")
        with Path("/dev/full").open("wb") as full:
            process = shell.start(*words, "--out", "w.npz", stdout=full)
            assert b"No space left" in process.communicate()[1]
        assert process.returncode == 1
        assert shell.names() == ["x.wav"]

    @pytest.mark.parametrize("number", range(2))
    @pytest.mark.usefixtures("folder")
    def test_no_room_for_the_layer_or_its_picture(
        self, shell: Shell, number: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        no_room_for(monkeypatch, number)
        words = ("linear", "fit", "pca", "x.wav", "--n-fft", "16", "--plot", "p.png")
        assert run_inside(shell, *words, "--out", "w.npz").code == 1
        assert shell.names() == ["x.wav"]


@needs_full
@pytest.mark.usefixtures("folder")
def test_statistics_that_standard_output_does_not_take(shell: Shell) -> None:
    run = ("--n-fft", "16", "--out-dir", "out", "--executor", "threads", "--jobs", "1")
    ok_inside(shell, "features", "x.wav", *run)
    with Path("/dev/full").open("wb") as full:
        process = shell.start("corpus", "stats", "out", "--out", "w.npz", stdout=full)
        process.communicate()
    assert process.returncode == 1
    assert shell.names() == ["out", "x.wav"]


class TestLeftovers:
    def leave_draft(self, shell: Shell, out: str) -> list[str]:
        """Kill a command that waits for the rest of its sound; give the names that it left."""
        process = shell.start("features", "--out", out)
        assert process.stdin is not None
        process.stdin.write((shell.folder / "x.wav").read_bytes())
        process.stdin.flush()
        while not any(name.startswith(".stftcli-") for name in shell.names("out")):
            time.sleep(0.02)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return shell.names("out")

    def test_any_command_that_writes_there_removes_them(self, shell: Shell, folder: Path) -> None:
        (folder / "out").mkdir()
        first = self.leave_draft(shell, "out/a.npy")
        assert len(first) == 1 and drafts._NAME.fullmatch(first[0])
        shell.ok("linear", "init", "--in", "3", "--out", "2", "--output", "out/w.npz")
        assert shell.names("out") == ["w.npz"]

    def test_a_draft_that_is_being_written_stays(self, shell: Shell, folder: Path) -> None:
        (folder / "out").mkdir()
        process = shell.start("features", "--out", "out/a.npy", stdin=subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write((folder / "x.wav").read_bytes())
        process.stdin.flush()
        while not shell.names("out"):
            time.sleep(0.02)
        shell.ok("features", "x.wav", "--out", "out/b.npy")
        _, err = process.communicate()
        assert process.returncode == 0, err
        assert shell.names("out") == ["a.npy", "b.npy"]
        assert np.array_equal(np.load(folder / "out/a.npy"), np.load(folder / "out/b.npy"))


@pytest.mark.parametrize("ending", ["npy", "npz", "png"])
def test_a_name_as_long_as_the_file_system_takes(shell: Shell, folder: Path, ending: str) -> None:
    name = f"{'n' * (os.pathconf(folder, 'PC_NAME_MAX') - 4)}.{ending}"
    command = "spectrogram" if ending == "png" else "features"
    ok_inside(shell, command, "x.wav", "--out", name)
    assert shell.names() == [name, "x.wav"]
    if ending == "npz":
        assert b"1025 float32" in ok_inside(shell, "info", name).out
