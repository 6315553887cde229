"""A device of torch: clips a second, and long complex spectra, beside torchaudio's and nnAudio's.

``python -m benchmarks.torch_device --device cuda`` measures where that is; without the option, on
the first GPU, or else on the CPU. All take turns; what is printed is the median of the rounds.
torchaudio and nnAudio are measured where they are installed.
"""

import statistics
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Any, NamedTuple

import click
import numpy as np
import torch

from benchmarks.machine import describe
from stftcli import Extractor
from stftcli.torch import STFT, DeviceExtractor

RATE_HZ = 16_000
CLIP_S, BATCH = 5, 64
PIECE_S = 60  # of a long sound, as modules take it
MEL: dict[str, Any] = {"n_fft": 400, "hop_length": 160, "mel": 80, "log": "db"}
STEP = 512

Compute = Callable[[Any], Any]


class Contender(NamedTuple):
    """Who computes, what it needs, and how its function is made; it leaves tensors on the device.

    Those that are of arrays are given and give arrays of numpy, and are given sounds one by one.
    """

    name: str
    make: Callable[[str], Compute]
    package: str = "torch"
    of_arrays: bool = False


def _torchaudio_mel(device: str) -> Compute:
    from torchaudio import transforms

    mel = transforms.MelSpectrogram(RATE_HZ, 400, hop_length=160, n_mels=80)
    both: Compute = torch.nn.Sequential(mel, transforms.AmplitudeToDB()).to(device)
    return both


def _nnaudio_mel(device: str) -> Compute:
    from nnAudio.features import MelSpectrogram

    mel = MelSpectrogram(sr=RATE_HZ, n_fft=400, hop_length=160, n_mels=80, verbose=False)
    mel = mel.to(device)
    return lambda clips: 10 * mel(clips).clamp(min=1e-10).log10()


def _torchaudio_stft(device: str) -> Compute:
    from torchaudio import transforms

    stft: Compute = transforms.Spectrogram(2048, hop_length=STEP, power=None).to(device)
    return stft


def _nnaudio_stft(device: str) -> Compute:
    from nnAudio.features import STFT as NNAUDIO_STFT

    settings = {"n_fft": 2048, "hop_length": STEP, "output_format": "Complex", "verbose": False}
    stft: Compute = NNAUDIO_STFT(**settings).to(device)
    return stft


def _each(extractor: Extractor) -> Compute:
    return lambda sound: extractor(sound, RATE_HZ)


CLIPS = [
    Contender("stftcli, to_torch", lambda device: Extractor(**MEL).to_torch(RATE_HZ).to(device)),
    Contender("torchaudio", _torchaudio_mel, "torchaudio"),
    Contender("nnAudio", _nnaudio_mel, "nnAudio"),
    Contender(
        "stftcli --device",
        lambda device: _each(DeviceExtractor(**MEL, device=device)),
        "torch",
        True,
    ),
    Contender("stftcli, numpy", lambda _: _each(Extractor(**MEL)), "torch", True),
]
SPECTRA: dict[str, Any] = {"n_fft": 2048, "hop_length": STEP, "spectrum": "complex"}
LONG = [
    Contender("stftcli.torch.STFT", lambda device: STFT(2048, STEP, device=device)),
    Contender("torchaudio", _torchaudio_stft, "torchaudio"),
    Contender("nnAudio", _nnaudio_stft, "nnAudio"),
    Contender(
        "stftcli --device",
        lambda device: _each(DeviceExtractor(**SPECTRA, device=device)),
        "torch",
        True,
    ),
    Contender("stftcli, numpy", lambda _: _each(Extractor(**SPECTRA)), "torch", True),
]


def elapsed_s(contender: Contender, compute: Compute, sounds: Any, device: str) -> float:
    """Measure once, from sounds in memory until all results are there.

    A module is given tensors that are on the device already, a batch at a time.
    """
    batches = list(sounds) if contender.of_arrays else sounds_on(device, sounds)
    _wait(device)
    begun = time.perf_counter()
    with torch.inference_mode():
        for batch in batches:
            compute(batch)
    _wait(device)
    return time.perf_counter() - begun


def sounds_on(device: str, sounds: Any) -> list[Any]:
    """Give batches on a device."""
    return [
        torch.from_numpy(part).to(device)
        for part in np.array_split(sounds, max(1, len(sounds) // BATCH))
    ]


def _wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
    elif device == "mps":
        torch.mps.synchronize()


def measure(title: str, contenders: list[Contender], sounds: Any, device: str, rounds: int) -> None:
    """Print a table: seconds, and how many clips (or seconds of sound) there are in one."""
    there = [one for one in contenders if find_spec(one.package) is not None]
    functions = [one.make(device) for one in there]
    times: list[list[float]] = [[] for _ in there]
    for turn in range(rounds + 1):  # the first of them warms up
        for one, function, own in zip(there, functions, times, strict=True):
            took = elapsed_s(one, function, sounds, device)
            own.extend([took] if turn else [])
    print(f"\n| {title} | s | times real time |\n|---|--:|--:|")
    for one, own in zip(there, times, strict=True):
        median = statistics.median(own)
        print(f"| {one.name} | {median:.3f} | {sounds.size / RATE_HZ / median:.0f} |")


def _default_device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def _name_of(device: str) -> str:
    name = torch.cuda.get_device_name(device) if device.startswith("cuda") else device
    packages = []
    for package in ("torchaudio", "nnAudio"):
        try:
            packages.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            packages.append(f"no {package}")
    return f"{name}, {', '.join(packages)}"


@click.command()
@click.option("--device", default=_default_device, help="cuda, cuda:1, mps or cpu.")
@click.option("--clips", default=512, help="How many, of 5 s.")
@click.option("--minutes", default=60, help="Of the long sound.")
@click.option("--rounds", default=5)
def main(device: str, clips: int, minutes: int, rounds: int) -> None:
    """Measure on one device."""
    print(f"{describe()}  \n{_name_of(device)}")
    noise = np.random.default_rng(0).standard_normal
    sounds = 0.1 * noise((clips, CLIP_S * RATE_HZ), np.float32)
    measure(f"{clips} clips of {CLIP_S} s, log-mel", CLIPS, sounds, device, rounds)
    long = 0.1 * noise((minutes, PIECE_S * RATE_HZ), np.float32)
    measure(f"{minutes} min, complex STFT of 2048 / {STEP}", LONG, long, device, rounds)


if __name__ == "__main__":
    main()
