"""Machines that give little: no folder for caches, no memory, no columns."""

import os
import subprocess
from pathlib import Path

import pytest
import soundfile

from tests.cli.shell import STFTCLI, Shell
from tests.signals import noise

resource = pytest.importorskip("resource")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    soundfile.write(tmp_path / "x.wav", noise(8000) / 8, 8000)
    return Shell(tmp_path)


def test_matplotlib_has_nowhere_to_keep_its_cache(shell: Shell) -> None:
    (shell.folder / "file").touch()
    nowhere = str(shell.folder / "file" / "below")
    done = shell.ok("spectrogram", "x.wav", "--out", "x.png", "--quiet", MPLCONFIGDIR=nowhere)
    assert done.err == ""


@pytest.mark.parametrize("megabytes", [250, 300, 320, 340, 380, 500, 700])
def test_many_threads_where_memory_is_limited(shell: Shell, megabytes: int) -> None:
    limit = megabytes << 20
    call = "features x.wav --n-fft 64 --hop-length 1 --threads 64 --out x.npy"
    done = subprocess.run(
        [*STFTCLI, *call.split()],
        cwd=shell.folder,
        capture_output=True,
        check=False,
        env=os.environ,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    told = done.stderr.decode()
    assert done.returncode == 0 or (done.returncode == 1 and "memory" in told)
    assert "a fault of stftcli" not in told
    assert "Traceback" not in told
    if done.returncode == 0:
        whole = shell.features("x.wav", "--n-fft", "64", "--hop-length", "1")
        assert (shell.folder / "x.npy").read_bytes()[-whole.nbytes :] == whole.tobytes()


def test_a_terminal_that_says_it_has_no_columns(shell: Shell) -> None:
    done = shell.ok("show", "x.wav", COLUMNS="0")
    assert max(map(len, done.out.decode().splitlines())) == 80
