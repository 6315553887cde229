"""Where what only some systems have is missing, the commands do the same work.

The names that Windows lacks, or macOS, are taken away before stftcli is imported. What no name
tells, such as how Windows opens files, this cannot show.
"""

import io
import os
import subprocess
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stftcli.files.prefix import split_prefix
from stftcli.files.urls import is_url
from tests.audio.wav import wav_bytes
from tests.cli.shell import Done, Shell
from tests.marks import only_long_but
from tests.signals import noise

RATE_HZ = 8000
_OS = ("fchmod", "pread", "pwrite", "set_blocking", "mkfifo", "sched_getaffinity", "getuid")
WINDOWS = {
    "os": (*_OS, "geteuid", "O_NOFOLLOW", "O_NONBLOCK", "killpg", "posix_fallocate"),
    "signal": ("SIGHUP", "SIGKILL", "pthread_kill", "pthread_sigmask", "SIGPIPE"),
    "select": ("poll", "epoll"),
    "fcntl": None,
}
MACOS = {"os": ("sched_getaffinity", "posix_fallocate", "posix_fadvise"), "select": ("epoll",)}
SYSTEMS = {"windows": WINDOWS, "macos": MACOS}
BINS_FIRST = "--layout bins-first --format raw --out -"

# The standard library asks at its import what there is: it keeps what it has of this system.
PROGRAM = """
import multiprocessing.popen_forkserver, multiprocessing.popen_spawn_posix
import multiprocessing.resource_tracker, selectors, subprocess
import concurrent.futures.process, importlib, shutil, sys, tempfile
for module, names in {missing!r}.items():
    if names is None:
        sys.modules[module] = None
        continue
    found = importlib.import_module(module)
    for name in names:
        if hasattr(found, name):
            delattr(found, name)
if "fcntl" in {missing!r}:
    multiprocessing.context._concrete_contexts.pop("forkserver")
    multiprocessing.resource_tracker._HAVE_SIGMASK = False
    multiprocessing.get_all_start_methods = lambda: ["spawn"]
from stftcli.__main__ import main
main()
"""


@pytest.fixture(params=only_long_but(["windows"], SYSTEMS))
def system(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(shell: Shell) -> Path:
    sound = np.stack((noise(20_000), noise(20_000)), axis=1) / 8
    soundfile.write(shell.folder / "x.wav", sound, RATE_HZ)
    soundfile.write(shell.folder / "x.flac", sound, RATE_HZ)
    return shell.folder


def run(shell: Shell, system: str, *words: str, stdin: bytes = b"") -> Done:
    """Run a command as on another system, in a process of its own."""
    program = PROGRAM.format(missing=SYSTEMS[system])
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        input=stdin,
        capture_output=True,
        cwd=shell.folder,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr.decode())


def ok(shell: Shell, system: str, *words: str, stdin: bytes = b"") -> Done:
    done = run(shell, system, *words, stdin=stdin)
    assert done.code == 0, done.err
    return done


@pytest.mark.parametrize(
    ("sound", "words"),
    only_long_but(
        [("x.wav", "--out -"), ("-", "--out -"), ("x.flac", BINS_FIRST)],
        product(["x.wav", "x.flac", "-"], ["--out -", BINS_FIRST]),
    ),
)
def test_features(shell: Shell, folder: Path, system: str, sound: str, words: str) -> None:
    call = ("features", sound, "--channel", "all", *words.split())
    stdin = (folder / "x.wav").read_bytes() if sound == "-" else b""
    assert ok(shell, system, *call, stdin=stdin).out == shell.ok(*call, stdin=stdin).out


def test_files_that_are_replaced(shell: Shell, folder: Path, system: str) -> None:
    call = ("features", "x.wav", "--mel", "4", "--linear-out", "2", "--seed", "1", "--sidecar")
    files = ("--save-linear", "w.npz", "--out", "x.npy")
    shell.ok(*call, *files)
    wanted = {path.name: path.read_bytes() for path in folder.iterdir()}
    for name in ("w.npz", "x.npy", "x.npy.json"):
        (folder / name).write_bytes(b"old")
    os.truncate(folder / "x.npy.json", 0)
    ok(shell, system, *call, *files)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == wanted


def test_pictures_and_info(shell: Shell, folder: Path, system: str) -> None:
    shell.ok("spectrogram", "x.wav", "--out", "wanted.png")
    ok(shell, system, "spectrogram", "x.wav", "--out", "x.png")
    assert (folder / "x.png").read_bytes() == (folder / "wanted.png").read_bytes()
    assert ok(shell, system, "info", "x.flac").out == shell.ok("info", "x.flac").out
    assert ok(shell, system, "show", "x.wav").out == shell.ok("show", "x.wav").out


def test_back_to_sound(shell: Shell, folder: Path, system: str) -> None:
    shell.ok("features", "x.wav", "--spectrum", "complex", "--channel", "all", "--out", "x.npz")
    ok(shell, system, "inverse", "x.npz", "--out", "again.wav")
    wanted, _ = soundfile.read(folder / "x.wav", dtype="int16")
    got, _ = soundfile.read(folder / "again.wav", dtype="int16")
    np.testing.assert_array_equal(got, wanted)


def test_a_corpus_that_goes_on(shell: Shell, folder: Path, system: str) -> None:
    corpus = ("x.wav", "x.flac", "--mel", "4", "--out-dir", "out", "--jobs", "1")
    assert "2 done" in ok(shell, system, "features", *corpus).err
    (folder / "out" / ".stftcli-3.tmp").write_bytes(b"left by a kill")
    (folder / "out" / "x.wav.npy").unlink()
    assert "1 done, 1 were there" in ok(shell, system, "features", *corpus).err
    assert shell.names("out") == ["corpus.json", "manifest.jsonl", "x.flac.npy", "x.wav.npy"]
    ok(shell, system, "corpus", "verify", "out")


def test_layers(shell: Shell, folder: Path, system: str) -> None:
    ok(shell, system, "linear", "fit", "pca", "x.wav", "--n-fft", "16", "--out", "C:w.npz:pca")
    assert set(np.load(folder / "C:w.npz")) == {"pca.weight", "pca.bias"}


def test_a_pipe_that_is_longer_than_what_is_asked_for(shell: Shell, system: str) -> None:
    sound = wav_bytes(bytes(2 * 60 * RATE_HZ), rate_hz=RATE_HZ, claimed_bytes=0xFFFFFFFF)
    words = ("features", "-", "--duration", "1", "--hop-length", "800", "--out", "-")
    out = ok(shell, system, *words, stdin=sound).out
    assert np.load(io.BytesIO(out)).shape == (11, 1025)


@pytest.mark.parametrize(
    ("text", "path", "prefix"),
    [
        ("C:\\w.safetensors", "C:\\w.safetensors", ""),
        ("C:\\w.safetensors:proj", "C:\\w.safetensors", "proj"),
        ("C:/models/w.npz:net.0", "C:/models/w.npz", "net.0"),
        ("D:w.npz", "D:w.npz", ""),
        ("w.npz:proj", "w.npz", "proj"),
    ],
)
def test_a_drive_is_no_prefix(text: str, path: str, prefix: str) -> None:
    assert split_prefix(text) == (Path(path), prefix)
    assert not is_url(text)
