"""The sounds that are worked on, and the mel bank of the scripts that make none of their own."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from stftcli.dsp.filterbanks import mel_weights

Array = NDArray[Any]

_CLIP_HZ = 16_000
_SPEECH = Path(__file__).parents[1] / "sample_audio" / "speech.wav"


def sound(folder: Path, seconds: int, rate_hz: int) -> Path:
    """Write noise as 16-bit PCM, a second at a time, unless it is there already."""
    path = folder / f"{seconds}s-{rate_hz}.wav"
    if path.exists():
        return path
    generator = np.random.default_rng(0)
    draft = path.with_suffix(".part")
    with soundfile.SoundFile(draft, "w", rate_hz, 1, "PCM_16", format="WAV") as file:
        for _ in range(seconds):
            file.write(0.1 * generator.standard_normal(rate_hz).astype(np.float32))
    draft.rename(path)
    return path


def clips(folder: Path, number: int) -> None:
    """Write clips of 5 s at 16 kHz, WAV and FLAC by turns, no two alike: speech, played slower."""
    speech, _ = soundfile.read(_SPEECH, dtype="float32")
    folder.mkdir()
    generator = np.random.default_rng(0)
    for one in range(number):
        begins = int(generator.integers(len(speech)))
        clip = np.resize(np.roll(speech, begins), 5 * _CLIP_HZ)
        clip += 1e-3 * generator.standard_normal(len(clip)).astype(np.float32)
        soundfile.write(folder / f"{one:05d}.{('wav', 'flac')[one % 2]}", clip, _CLIP_HZ)


def mel_bank(folder: Path) -> Path:
    """Write librosa's bank, shape (bands, bins), for scripts whose library has none."""
    path = folder / "mel.npy"
    np.save(path, mel_weights(44_100, 2048, 128).astype(np.float32))
    return path


def layer(folder: Path) -> Path:
    """Write the weight of a Linear(1025, 64)."""
    path = folder / "layer.npy"
    generator = np.random.default_rng(0)
    np.save(path, generator.uniform(-0.03, 0.03, (64, 1025)).astype(np.float32))
    return path


def segments(folder: Path, hours: int, hourly: int = 1000) -> Path:
    """Write a Raven table of so many boxes for each hour, of 0.1 to 2 s, some overlapping."""
    path = folder / "boxes.selections.txt"
    generator = np.random.default_rng(0)
    starts = np.sort(generator.uniform(0, 3600 * hours - 2, hourly * hours))
    ends = starts + generator.uniform(0.1, 2, len(starts))
    low_hz = generator.uniform(500, 4000, len(starts))
    boxes = np.column_stack((starts, ends, low_hz, low_hz * generator.uniform(1.2, 3, len(starts))))
    names = ("Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)", "Annotation")
    rows = ["\t".join((*(f"{number:.6f}" for number in box), "call")) for box in boxes.tolist()]
    path.write_text("\n".join(("\t".join(names), *rows, "")), encoding="utf-8")
    return path


EXTRAS: dict[str, Callable[[Path], Path]] = {
    "mel bank": mel_bank,
    "layer": layer,
    "100 segments": partial(segments, hours=1, hourly=100),
    "1,000 segments": partial(segments, hours=1),
    "10,000 segments": partial(segments, hours=10),
}
"""What jobs are given beside the sound."""
