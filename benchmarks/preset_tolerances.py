"""Print how near each preset comes to its tool, as the table of the README.

Run from the root of the repository with the oracles installed:
``python -m benchmarks.preset_tolerances``.
"""

import io
import subprocess
import sys
import warnings
from importlib.metadata import version

import numpy as np
import soundfile
from numpy.typing import NDArray

from stftcli.features.presets import load_preset
from stftcli.presets import preset_names
from tests.peers import LOGARITHMIC, PEERS, RATES

_PACKAGES = ("librosa", "torch", "transformers", "kaldi-native-fbank", "torchlibrosa")
SOUND = "sample_audio/speech.wav"


def sound_at(rate_hz: int) -> NDArray[np.float32]:
    """Give the spoken sentence at a rate, with noise 60 dB below it.

    Without noise, the quietest bands of the tools hold nothing but their own rounding.
    """
    import soxr

    samples, own_hz = soundfile.read(SOUND, dtype="float32")
    samples = soxr.resample(samples, own_hz, rate_hz)
    noise = np.random.default_rng(0).standard_normal(len(samples), np.float32)
    return np.asarray(samples + 1e-3 * np.abs(samples).max() * noise, np.float32)


def computed(name: str, samples: NDArray[np.float32], rate_hz: int) -> NDArray[np.generic]:
    """Give what the command line makes of the sound, through pipes."""
    wav = io.BytesIO()
    soundfile.write(wav, samples, rate_hz, "FLOAT", format="WAV")
    command = [sys.executable, "-m", "stftcli", "features", "--preset", name, "--out", "-"]
    done = subprocess.run(command, input=wav.getvalue(), stdout=subprocess.PIPE, check=True)
    return np.asarray(np.load(io.BytesIO(done.stdout)))


def reached(name: str) -> str:
    """Say how far the worst value is from the tool's."""
    rate_hz = RATES[name]
    samples = sound_at(rate_hz)
    ours, theirs = computed(name, samples, rate_hz), PEERS[name](samples, rate_hz)
    worst = float(np.abs(ours - theirs).max())
    if name in LOGARITHMIC:
        return f"{worst:.0e}"
    return f"{worst / float(np.abs(theirs).max()):.0e} of the peak"


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    versions = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    print(f"stftcli {version('stftcli')} beside {versions}:\n")
    print("| preset | equals | largest difference |\n|---|---|--:|")
    for name in preset_names():
        print(f"| `{name}` | `{load_preset(name).equals}` | {reached(name)} |", flush=True)


if __name__ == "__main__":
    main()
