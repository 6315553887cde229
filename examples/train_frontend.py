"""Train a front end on three sounds, and use it from the command line.

Each frame is said to be of speech, of music or of birds. Nothing but the chain does it, and all of
it learns: the kernel of the STFT, the mel bank, PCEN's numbers, and the layer that gives a score
for each of the three. Run it from the root of the repository, with
``pip install 'stftcli[rate,torch]'``::

    python examples/train_frontend.py
    stftcli features sample_audio/birds.wav --config frontend.toml --out scores.npz
"""

import numpy as np
import soundfile
import soxr
import torch
from torch.nn.functional import cross_entropy

from stftcli import Extractor
from stftcli.torch import Frontend

RATE_HZ = 16_000
SOUNDS = ("sample_audio/speech.wav", "sample_audio/music.flac", "sample_audio/birds.wav")
CLIP = RATE_HZ // 2  # samples
TRAINED = 0.6  # this part of each sound; the rest says whether it helped


def load(file: str) -> torch.Tensor:
    """Give the samples of a sound, the mean of its channels."""
    samples, rate_hz = soundfile.read(file, dtype="float32", always_2d=True)
    return torch.from_numpy(soxr.resample(samples.mean(axis=1), rate_hz, RATE_HZ))


def clips_of(sound: torch.Tensor, count: int) -> torch.Tensor:
    """Draw clips from the part of a sound that is trained with, each as loud as it may be."""
    starts = torch.randint(0, int(TRAINED * len(sound)) - CLIP, (count,))
    clips = torch.stack([sound[start : start + CLIP] for start in starts])
    return clips * 10 ** (torch.rand(count, 1) - 0.5)


def train(frontend: Frontend, sounds: list[torch.Tensor], steps: int = 120) -> None:
    """Train all of a front end."""
    optimizer = torch.optim.Adam(frontend.parameters(), lr=2e-3)
    labels = torch.arange(len(sounds)).repeat_interleave(4)
    for _ in range(steps):
        scores = frontend(torch.cat([clips_of(sound, 4) for sound in sounds]))
        loss = cross_entropy(scores.flatten(0, 1), labels.repeat_interleave(scores.shape[1]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        bank, pcen = frontend.steps[0], frontend.steps[1]
        with torch.no_grad():  # energies stay energies, and means stay means
            bank.weight.clamp_(min=0)
            pcen.smoothing.clamp_(1e-3, 0.99)


def share_told_apart(frontend: Frontend, sounds: list[torch.Tensor]) -> float:
    """Give the share of frames, of the part that was not trained with, whose sound is found."""
    rest = [frontend(sound[int(TRAINED * len(sound)) :]).argmax(-1) for sound in sounds]
    right = [(found == label).float().mean() for label, found in enumerate(rest)]
    return float(sum(right)) / len(right)


def main() -> None:
    """Train, store what was learned, and say what came of it."""
    torch.manual_seed(0)
    sounds = [load(file) for file in SOUNDS]
    untrained = Extractor(
        n_fft=256, hop_length=128, mel=24, pcen=True, linear_out=3, seed=0, rate=RATE_HZ
    )
    frontend = untrained.to_torch(RATE_HZ, freeze_parameters=False).requires_grad_()
    before = share_told_apart(frontend, sounds)
    train(frontend, sounds)
    after = share_told_apart(frontend, sounds)
    print(f"frames told apart: {before:.0%} before, {after:.0%} after")

    learned = Extractor.from_torch(frontend, "frontend.safetensors")
    learned.save("frontend.toml")
    with torch.no_grad():
        scores = frontend(sounds[2]).numpy()
    np.save("birds.npy", scores)
    print(f"numpy differs by {np.abs(learned(sounds[2], RATE_HZ) - scores).max():.1g}")


if __name__ == "__main__":
    main()
