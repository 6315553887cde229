"""Prints the table of docs/speed.md: the peak memory of each main command, by length of sound.

``python -m benchmarks.memory`` measures a minute and an hour; ``--hours 10`` measures ten hours as
well, which takes some minutes and 6 GB of disk.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile

from benchmarks.measure import Measured

RATE_HZ = 16_000
STFTCLI = (sys.executable, "-m", "stftcli")

APART = "--n-fft 2048 --hop-length 2048 --window boxcar"
"""Frames that do not overlap, whose spectra are no larger than the sound."""

# The results go to a device, so that no disk is needed for them; those that must be files do not.
COMMANDS = {
    "features --mel 80 --log db": "features in.wav --mel 80 --log db --out /dev/null --format npy",
    "features --preset whisper": "features in.wav --preset whisper --out /dev/null --format npy",
    "features --normalize meanvar": "features in.wav --mel 80 --log db --normalize meanvar --out "
    "/dev/null --format npy",
    "features --stats all": "features in.wav --mel 80 --log db --stats all --out row.npy",
    "features --pool 60s:median": "features in.wav --mel 80 --pool 60s:median --out rows.npy",
    "features --timeline": "features 20240131_000000.wav --timeline --mel 80 --log db --out "
    "/dev/null --format npy",
    "spectrogram": "spectrogram in.wav --out x.png",
    "show": "show in.wav",
    "info": "info in.wav",
    "info --levels": "info in.wav --levels",
    "linear fit pca": "linear fit pca in.wav --n-fft 512 --out pca.npz",
    "features --spectrum complex": f"features in.wav --spectrum complex {APART} --out x.npz",
    "inverse": "inverse x.npz --out again.wav",  # of the array that the command before has written
}


def main() -> None:
    """Measure each command with sounds of each length, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=1, help="of the longest sound")
    hours = parser.parse_args().hours
    lengths_s = [60.0, *(3600.0 * length for length in (1, 10) if length <= hours)]
    rows = {name: [f"`{name}`"] for name in COMMANDS}
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        folder = Path(place)
        for seconds in lengths_s:
            write_sound(folder / "in.wav", round(seconds))
            link(folder / "20240131_000000.wav", folder / "in.wav")
            for name, call in COMMANDS.items():
                rows[name].append(peak(call.split(), folder))
    heads = ["command", *(name_of(seconds) for seconds in lengths_s)]
    print(f"| {' | '.join(heads)} |")
    print(f"|---{'|--:' * len(lengths_s)}|")
    for row in rows.values():
        print(f"| {' | '.join(row)} |")


def write_sound(path: Path, seconds: int) -> None:
    """Write noise of 16 bits, a second after another."""
    second = (np.random.default_rng(0).standard_normal(RATE_HZ) * 3000).astype(np.int16)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1, "PCM_16") as file:
        for _ in range(seconds):
            file.write(second)


def link(path: Path, target: Path) -> None:
    """Give a file a second name, one that says when a recorder began."""
    path.unlink(missing_ok=True)
    path.hardlink_to(target)


def peak(words: Sequence[str], folder: Path) -> str:
    """Give the peak memory of a run in MB."""
    measured = Measured("", [*STFTCLI, *words])
    measured.run(folder)
    return measured.complaint or f"{measured.megabytes[0]:.0f}"


def name_of(seconds: float) -> str:
    """Name a length of sound."""
    return f"{seconds / 60:g} min" if seconds < 3600 else f"{seconds / 3600:g} h"


if __name__ == "__main__":
    main()
