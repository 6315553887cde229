"""The sounds that are worked on, and the mel bank of the scripts that make none of their own."""

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


def labels(folder: Path) -> Path:
    """Write Audacity's labels of a hundred segments of 0.3 to 1.5 s, all over an hour."""
    path = folder / "labels.txt"
    generator = np.random.default_rng(0)
    starts, lengths = generator.uniform(0, 3590, 100), generator.uniform(0.3, 1.5, 100)
    rows = zip(np.sort(starts).tolist(), lengths.tolist(), strict=True)
    path.write_text("".join(f"{start}\t{start + length}\tcall\n" for start, length in rows))
    return path


EXTRAS = {"mel bank": mel_bank, "layer": layer, "labels": labels}
"""What jobs are given beside the sound."""
