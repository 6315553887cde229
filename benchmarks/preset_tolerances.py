"""Print how near each preset comes to its tool, and torch and ONNX to the preset, as a table.

It is that of docs/presets.md. Run from the root of the repository with the oracles installed:
``python -m benchmarks.preset_tolerances``.
"""

import io
import subprocess
import sys
import warnings
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from stftcli import Extractor
from stftcli.features.presets import load_preset
from stftcli.presets import preset_names
from tests.peers import LOGARITHMIC, PEERS, RATES

_PACKAGES = (
    *("librosa", "torch", "transformers", "kaldi-native-fbank", "torchlibrosa"),
    *("onnx", "onnxruntime"),
)
SOUND = "sample_audio/speech.wav"

Features = NDArray[np.inexact[Any]]


def sound_at(rate_hz: int) -> NDArray[np.float32]:
    """Give the spoken sentence at a rate, with noise 60 dB below it.

    Without noise, the quietest bands of the tools hold nothing but their own rounding.
    """
    import soxr

    samples, own_hz = soundfile.read(SOUND, dtype="float32")
    samples = soxr.resample(samples, own_hz, rate_hz)
    noise = np.random.default_rng(0).standard_normal(len(samples), np.float32)
    return np.asarray(samples + 1e-3 * np.abs(samples).max() * noise, np.float32)


def computed(name: str, samples: NDArray[np.float32], rate_hz: int) -> Features:
    """Give what the command line makes of the sound, through pipes."""
    wav = io.BytesIO()
    soundfile.write(wav, samples, rate_hz, "FLOAT", format="WAV")
    command = [sys.executable, "-m", "stftcli", "features", "--preset", name, "--out", "-"]
    done = subprocess.run(command, input=wav.getvalue(), stdout=subprocess.PIPE, check=True)
    return np.asarray(np.load(io.BytesIO(done.stdout)))


def extractor_of(name: str) -> Extractor:
    """Give the Extractor of a preset, at the rate that it is compared at."""
    own_hz = load_preset(name).settings.signal.rate_hz
    return Extractor.preset(name, **({} if own_hz else {"rate": RATES[name]}))


def with_torch(name: str, samples: NDArray[np.float32], rate_hz: int) -> Features:
    """Give what the module of torch makes of the sound, on the CPU."""
    import torch

    module = extractor_of(name).to_torch(rate_hz)
    with torch.no_grad():
        return np.asarray(module(torch.from_numpy(samples)).numpy())


def with_onnx(name: str, samples: NDArray[np.float32], rate_hz: int) -> Features:
    """Give what the graph of ONNX makes of the sound."""
    from stftcli.onnx.model import model_of
    from stftcli.onnx.running import run_graph

    graph = model_of(extractor_of(name).chain(rate_hz), {}).SerializeToString()
    values = run_graph(graph, samples[np.newaxis])[0]
    return np.asarray(values.view(np.complex64)[..., 0] if values.ndim == 3 else values)


def apart(name: str, got: Features, wanted: Features) -> str:
    """Say how far the worst value is off."""
    worst = float(np.abs(got - wanted).max())
    if name in LOGARITHMIC:
        return f"{worst:.0e}"
    return f"{worst / float(np.abs(wanted).max()):.0e} of the peak"


def reached(name: str) -> tuple[str, ...]:
    """Give the differences of numpy from the tool, and of torch and ONNX from numpy."""
    rate_hz = RATES[name]
    samples = sound_at(rate_hz)
    ours = computed(name, samples, rate_hz)
    others: tuple[Callable[..., Features], ...] = (with_torch, with_onnx)
    differences = (apart(name, other(name, samples, rate_hz), ours) for other in others)
    return apart(name, ours, PEERS[name](samples, rate_hz)), *differences


def main() -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    versions = ", ".join(f"{package} {version(package)}" for package in _PACKAGES)
    print(f"stftcli {version('stftcli')} beside {versions}:\n")
    print("| preset | equals | numpy | torch | ONNX |\n|---|---|--:|--:|--:|")
    for name in preset_names():
        row = (f"`{name}`", f"`{load_preset(name).equals}`", *reached(name))
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
