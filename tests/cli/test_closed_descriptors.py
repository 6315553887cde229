"""Standard input, output and error that are closed, and what decoders in C write to the last."""

import io
import shlex
import subprocess
from itertools import product
from pathlib import Path

import pytest
import soundfile

from tests.audio.wav import wav_bytes
from tests.cli.shell import STFTCLI, Done, Shell
from tests.marks import only_long_but
from tests.signals import noise

RATE_HZ = 16_000
CLOSED = ["<&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"]
OUTPUTS = ["x.npy", "x.npz", "x.ark", "x.png"]
ALL_CLOSED = CLOSED[-1]


@pytest.fixture(autouse=True)
def _sounds(shell: Shell) -> None:
    """An MP3 of which mpg123 has something to say, for there is no frame in its middle."""
    file = io.BytesIO()
    soundfile.write(file, noise(RATE_HZ) / 8, RATE_HZ, format="MP3")
    whole = file.getvalue()
    (shell.folder / "x.mp3").write_bytes(whole[:2000] + 200 * b"\xca\xde" + whole[2000:])
    soundfile.write(shell.folder / "x.wav", noise(RATE_HZ) / 8, RATE_HZ)


def run_in_shell(folder: Path, words: str, redirected: str) -> Done:
    """Run stftcli as a shell does that closes some of its descriptors."""
    call = f"{shlex.join(STFTCLI)} {words} {redirected}"
    done = subprocess.run(["sh", "-c", call], cwd=folder, capture_output=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr.decode())


@pytest.mark.parametrize(
    ("redirected", "sound", "out"),
    only_long_but(
        [(closed, "x.mp3", "x.npy") for closed in CLOSED]
        + [(ALL_CLOSED, "x.mp3", "x.png"), (ALL_CLOSED, "x.wav", "x.npz")],
        product(CLOSED, ["x.mp3", "x.wav"], OUTPUTS),
    ),
)
def test_a_result_holds_nothing_but_itself(
    shell: Shell, redirected: str, sound: str, out: str
) -> None:
    command = "spectrogram" if out == "x.png" else "features --mel 8"
    shell.ok(*command.split(), sound, "--out", out)
    wanted = (shell.folder / out).read_bytes()
    (shell.folder / out).unlink()
    done = run_in_shell(shell.folder, f"{command} {sound} --out {out}", redirected)
    assert done.code == 0
    assert (shell.folder / out).read_bytes() == wanted


def test_what_is_closed_cannot_be_used(shell: Shell) -> None:
    done = run_in_shell(shell.folder, "features - --out y.npy", "<&-")
    assert (done.code, done.err.count("standard input cannot be read")) == (1, 1)
    done = run_in_shell(shell.folder, "features x.wav --out -", ">&-")
    assert (done.code, done.err.count("standard output cannot be written")) == (1, 1)
    assert shell.names() == ["x.mp3", "x.wav"]


def test_notes_of_decoders_are_kept_out_and_our_own_warnings_stay(shell: Shell) -> None:
    cut = (shell.folder / "x.mp3").read_bytes()[:-1500]
    (shell.folder / "cut.mp3").write_bytes(cut)
    wanted = shell.ok("--debug", "features", "cut.mp3", "--out", "x.npy").err.splitlines()
    got = shell.ok("features", "cut.mp3", "--out", "x.npy").err.splitlines()
    assert len(got) < len(wanted)  # the notes are shown with --debug alone
    assert [line for line in wanted if "ote" not in line] == got
    assert any(line.startswith("stftcli: warning: cut.mp3") for line in got)


def test_a_traceback_reaches_standard_error_with_debug(shell: Shell) -> None:
    done = shell.run("--debug", "features", "-", stdin=wav_bytes(b""))
    assert done.code == 1
    assert "Traceback" in done.err
