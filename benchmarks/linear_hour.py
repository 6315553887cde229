"""An hour of 44.1 kHz to a magnitude array through Linear(1025, 64), against a librosa script.

Run as ``python benchmarks/linear_hour.py [SECONDS [RUNS]]``; needs librosa beside stftcli.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile
from measure import compare, table

from stftcli import Linear

RATE_HZ = 44_100
PEER = Path(__file__).parent / "peers" / "librosa_linear.py"


def make_sound(path: Path, seconds: int) -> None:
    """Write noise, a second at a time."""
    generator = np.random.default_rng(0)
    with soundfile.SoundFile(path, "w", RATE_HZ, 1, "PCM_16") as file:
        for _ in range(seconds):
            file.write(0.1 * generator.standard_normal(RATE_HZ).astype(np.float32))


def main() -> None:
    """Measure and print a table."""
    seconds, runs = (int(text) for text in (*sys.argv[1:], *("3600", "3")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_sound(folder / "in.wav", seconds)
        Linear(1025, 64, bias=False, seed=0).save(folder / "weight.npy")
        stftcli = [sys.executable, "-m", "stftcli", "features", "in.wav", "--linear", "weight.npy"]
        measured = compare(
            {
                "stftcli": [*stftcli, "--out", "ours.npy"],
                "stftcli, one thread": [*stftcli, "--out", "ours.npy", "--threads", "1"],
                "librosa script": [sys.executable, str(PEER), "in.wav", "weight.npy", "peer.npy"],
            },
            folder,
            runs,
        )
        print(table(measured))
        ours, peer = np.load(folder / "ours.npy"), np.load(folder / "peer.npy")
        # librosa centres with zeros: the frames at the edges differ, all others agree.
        worst = np.abs(ours[4:-4] - peer[4:-4]).max() / np.abs(peer).max()
        print(f"\nlargest difference away from the edges: {worst:.1e} of the peak")


if __name__ == "__main__":
    main()
