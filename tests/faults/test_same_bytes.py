"""The same bytes for the same input, whatever surrounds the process that makes them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile

from tests.signals import noise

CALLS = """
features a.wav --mel 20 --log db --deltas 1 --out x.npz
features a.wav --stats mean,std --out x.csv
spectrogram a.wav --out x.png
spectrogram a.wav b.wav --grid --mel 20 --out x.svg
spectrogram a.wav --bare --out x.webp
features a.wav b.wav --out-dir tar --format tar --jobs {jobs}
linear fit pca a.wav b.wav --n-fft 64 --components 4 --out x.safetensors
""".strip().splitlines()
MORE_CALLS = """
features a.wav --threads {threads} --out y.npy --sidecar
features a.wav --layout bins-first --out y.safetensors
spectrogram a.wav --out y.pdf
spectrogram c_20240131_054500.wav --time-origin auto --out y.png
features a.wav b.wav --mel 20 --out-dir npz --format npz --jobs {jobs}
linear init --in 9 --out 3 --seed 1 -o y.npz
inverse x.npz --griffin-lim 2 --out y.wav
""".strip().splitlines()
PROGRAM = """
import sys
from stftcli.cli.main import run
for call in sys.argv[1:]:
    assert run(call.split()) == 0, call
"""
PLAIN = {
    **{"LC_ALL": "C.UTF-8", "TERM": "xterm", "TZ": "UTC", "COLUMNS": "80", "HOME": "."},
    **{"PYTHONHASHSEED": "1", "STFTCLI_THREADS": "2", "OMP_NUM_THREADS": "1"},
}
OTHER = {
    **{"LC_ALL": "de_DE.UTF-8", "TERM": "dumb", "TZ": "Asia/Kathmandu", "COLUMNS": "133"},
    **{"PYTHONHASHSEED": "77", "STFTCLI_THREADS": "1", "OMP_NUM_THREADS": "2", "NO_COLOR": "1"},
    **{"SOURCE_DATE_EPOCH": "0", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
}
"""As different as can be, and without a HOME."""


@pytest.mark.parametrize(
    "calls", [CALLS, pytest.param(CALLS + MORE_CALLS, marks=pytest.mark.long)], ids=["few", "all"]
)
def test_nothing_around_a_process_changes_a_byte(tmp_path: Path, calls: list[str]) -> None:
    wanted = results(tmp_path / "one", calls, PLAIN, jobs=2, threads=2)
    again = results(tmp_path / "other", calls, OTHER, jobs=1, threads=1)
    assert len(wanted) >= len(calls)
    assert [name for name in wanted if wanted[name] != again[name]] == []
    assert list(wanted) == list(again)


def results(
    folder: Path, calls: list[str], environment: dict[str, str], **numbers: int
) -> dict[str, bytes]:
    """Run calls in one process with this environment alone; give the files that they write."""
    folder.mkdir()
    for seed, name in enumerate(("a.wav", "b.wav", "c_20240131_054500.wav")):
        soundfile.write(folder / name, noise(6000, seed=seed) / 8, 8000)
        os.utime(folder / name, (1e9, 1e9))
    sounds = set(folder.iterdir())
    paths = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    texts = [call.format(**numbers) for call in calls]
    subprocess.run(
        [sys.executable, "-c", PROGRAM, *texts],
        cwd=folder,
        env={**paths, **environment},
        check=True,
    )
    files = sorted(set(folder.rglob("*")) - sounds)
    made = [file for file in files if file.is_file() and ".cache" not in file.parts]
    return {str(file.relative_to(folder)): settled(file.read_bytes()) for file in made}


def settled(content: bytes) -> bytes:
    """Leave out of a manifest how long the work on each sound took."""
    return re.sub(rb'"elapsed_s": ?[0-9.e-]+', b"", content)
