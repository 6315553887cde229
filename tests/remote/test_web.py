"""Sounds and lists of a web server on loopback."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.audio.wav import wav_bytes
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.remote.conftest import SOUNDS

pytest.importorskip("aiohttp")


@pytest.mark.parametrize("name", SOUNDS)
def test_a_url_gives_what_the_file_gives(shell: Shell, sounds: Path, web: str, name: str) -> None:
    ok_inside(shell, "features", f"{web}/{name}", "--out", "url.npy")
    ok_inside(shell, "features", sounds / name, "--out", "file.npy")
    assert (shell.folder / "url.npy").read_bytes() == (shell.folder / "file.npy").read_bytes()


def test_the_result_is_called_as_the_object_is(shell: Shell, web: str) -> None:
    done = ok_inside(shell, "features", f"{web}/a.wav?Signature=ab/cd", "--sidecar")
    assert shell.names() == ["a.npy", "a.npy.json"]
    told = json.loads((shell.folder / "a.npy.json").read_text())["settings"]["input"]
    assert told["name"] == f"{web}/a.wav"
    assert "Signature" not in done.err


def test_a_url_is_hashed_while_it_is_read(shell: Shell, sounds: Path, web: str) -> None:
    hashes = []
    for sound in (f"{web}/b.flac", sounds / "b.flac", f"{web}/a.wav", sounds / "a.wav"):
        ok_inside(shell, "features", sound, "--out", "out.npz")
        with np.load(shell.folder / "out.npz") as arrays:
            hashes.append(json.loads(str(arrays["settings"]))["input"]["sha256"])
    assert hashes[0] == hashes[1]
    assert hashes[2] == hashes[3] != hashes[0]


def test_other_commands_read_urls_too(shell: Shell, web: str) -> None:
    told = json.loads(ok_inside(shell, "info", f"{web}/a.wav", "--json").out)
    assert (told["input"], told["samples"]) == (f"{web}/a.wav", 9000)
    ok_inside(shell, "spectrogram", f"{web}/b.flac")
    assert shell.names() == ["b.png"]
    assert b"a.wav" in ok_inside(shell, "show", f"{web}/a.wav").out


def test_a_segment_is_that_of_the_file(shell: Shell, sounds: Path, web: str) -> None:
    part = ("--start", "0.3", "--duration", "0.5")
    ok_inside(shell, "features", f"{web}/a.wav", *part, "--out", "url.npy")
    ok_inside(shell, "features", sounds / "a.wav", *part, "--out", "file.npy")
    assert (shell.folder / "url.npy").read_bytes() == (shell.folder / "file.npy").read_bytes()


@pytest.mark.parametrize("name", ["cut.wav", "cut.flac"])
def test_a_line_that_breaks_is_no_end(shell: Shell, sounds: Path, web: str, name: str) -> None:
    flac = (sounds / "b.flac").read_bytes() * 300
    (sounds / name).write_bytes(wav_bytes(bytes(6_000_000)) if name == "cut.wav" else flac)
    done = run_inside(shell, "features", f"{web}/{name}", "--out", "out.npy")
    assert done.code == 1
    assert done.err.startswith(f"stftcli: {web}/{name} cannot be read: ")
    assert done.err.count("\n") == 1
    assert shell.names() == []


@pytest.mark.parametrize(
    ("name", "text"),
    [("none.wav", "there is no such object"), ("forbidden.wav", "403 Not for you")],
)
def test_what_the_server_says_is_told(shell: Shell, web: str, name: str, text: str) -> None:
    done = run_inside(shell, "features", f"{web}/{name}")
    assert (done.code, done.err) == (1, f"stftcli: {web}/{name} cannot be read: {text}\n")


def test_a_server_that_takes_nothing_is_told(shell: Shell, sounds: Path, web: str) -> None:
    done = run_inside(shell, "features", sounds / "a.wav", "--out", f"{web}/new.npy")
    assert done.code == 1
    assert done.err.startswith(f"stftcli: {web}/new.npy cannot be written: ")


def test_nobody_there_is_told(shell: Shell) -> None:
    done = run_inside(shell, "features", "http://127.0.0.1:1/a.wav")
    assert done.code == 1
    assert "http://127.0.0.1:1/a.wav cannot be read: Connect call failed" in done.err


def test_a_folder_of_the_web_is_a_corpus(shell: Shell, sounds: Path, web: str) -> None:
    ok_inside(shell, "features", f"{web}/", "--out-dir", "url", "--executor", "threads")
    ok_inside(shell, "features", sounds, "--out-dir", "file", "--executor", "threads")
    for name in SOUNDS:
        path = Path(name).with_suffix(".npy")
        url, file = (shell.folder / folder / path for folder in ("url", "file"))
        assert url.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("option", ["--manifest", "--files-from"])
def test_lists_come_from_the_web(shell: Shell, sounds: Path, web: str, option: str) -> None:
    lines = [{"audio": name, "id": str(number)} for number, name in enumerate(SOUNDS)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    if option == "--files-from":
        text = "".join(f"{web}/{name}\n" for name in SOUNDS)
    (sounds / "list").write_text(text)
    words = ("--out-dir", "out", "--executor", "threads", "--root", web)
    ok_inside(shell, "features", option, f"{web}/list", *words)
    found = sorted(path.name for path in (shell.folder / "out").rglob("*.npy"))
    wanted = ["0", "1", "2", "3"] if option == "--manifest" else ["a", "b", "c", "d"]
    assert found == [f"{name}.npy" for name in wanted]


def test_kaldi_folders_of_the_web_have_segments(shell: Shell, sounds: Path, web: str) -> None:
    (sounds / "wav.scp").write_text(f"talk {web}/a.wav\n")
    (sounds / "segments").write_text("one talk 0.0 0.5\ntwo talk 0.5 1.0\n")
    words = ("--out-dir", "out", "--executor", "threads")
    ok_inside(shell, "features", "--manifest", f"{web}/wav.scp", *words)
    assert {"one.npy", "two.npy"} <= set(shell.names("out"))


def test_a_file_url_is_a_path(shell: Shell, sounds: Path) -> None:
    ok_inside(shell, "features", f"file://{sounds}/a.wav", "--out", f"file://{shell.folder}/a.npy")
    assert shell.names() == ["a.npy"]
