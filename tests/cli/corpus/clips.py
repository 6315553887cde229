"""Folders of short sounds, and what a run over them leaves."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from tests.cli.inside import run_inside
from tests.cli.shell import Done, Shell, Word
from tests.signals import noise

RATE_HZ = 8000
SHORT = ("--n-fft", "256", "--hop-length", "128")
BROKEN = b"RIFF\x10\x00\x00\x00WAVEfmt "


def make_clip(path: Path, seed: int = 0, samples: int = 1000) -> None:
    """Write a short sound, each seed another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, noise(samples, seed=seed) / 8, RATE_HZ)


def make_clips(folder: Path, count: int, samples: int = 1000) -> None:
    """Write sounds 0000.wav and so on."""
    for number in range(count):
        make_clip(folder / f"{number:04}.wav", number, samples)


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """Write a manifest."""
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def features(shell: Shell, *words: Word) -> Done:
    """Run `stftcli features ... --out-dir out` in threads of this process."""
    # What is asked for comes last, and so counts.
    in_threads = ("--out-dir", "out", "--executor", "threads", "-j", "2", *SHORT)
    return run_inside(shell, "features", *in_threads, *words)


def ok(shell: Shell, *words: Word) -> Done:
    """Run it to a good end."""
    done = features(shell, *words)
    assert done.code == 0, done.err
    assert done.out == b""
    return done


def results(shell: Shell, out: str = "out", manifest: str = "manifest.jsonl") -> list[Any]:
    """Give what the manifest of a run says."""
    text = (shell.folder / out / manifest).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def ids(shell: Shell, out: str = "out") -> list[str]:
    """Give the names that the manifest has, in its order."""
    return [result["id"] for result in results(shell, out)]


def arrays(folder: Path) -> dict[str, bytes]:
    """Give the bytes of all results of a folder, by their paths in it."""
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.npy"))
    }


def settled(lines: list[Any]) -> list[Any]:
    """Leave out what differs from one run to the next."""
    return [{name: line[name] for name in line if name != "elapsed_s"} for line in lines]


def times(folder: Path) -> dict[str, int]:
    """Give when each result was written."""
    return {path.name: path.stat().st_mtime_ns for path in folder.rglob("*.npy")}


def is_features(path: Path, sound: Path) -> bool:
    """Say whether a result is of this sound: as many frames as it has."""
    samples = soundfile.info(sound).frames
    return bool(np.load(path).shape == (1 + samples // 128, 129))
