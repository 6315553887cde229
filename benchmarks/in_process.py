"""Clips a second within one process, as a training loop has it: the Extractor beside its peers.

``OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 taskset -c 0 python -m benchmarks.in_process`` measures
on one core. All take turns, clip set by clip set, so that whatever else the machine does falls on
each of them; what is printed is the median of the rounds.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from benchmarks.machine import describe
from stftcli import Extractor, mel_weights

RATE_HZ = 16_000
Clip = NDArray[np.float32]
Extract = Callable[[Clip], Any]


class Contender(NamedTuple):
    """Who computes, and how its function is made; None where it is not installed."""

    name: str
    make: Callable[[], Extract]


def _ours(**options: Any) -> Extract:
    extractor = Extractor(**options)
    return lambda clip: extractor(clip, RATE_HZ)


def _our_preset(name: str, **options: Any) -> Extract:
    extractor = Extractor.preset(name, **options)
    return lambda clip: extractor(clip, RATE_HZ)


def _torch_whisper() -> Extract:
    import torch

    torch.set_num_threads(1)
    bank = torch.tensor(mel_weights(RATE_HZ, 400, 80), dtype=torch.float32)
    window = torch.hann_window(400)

    def extract(clip: Clip) -> Any:
        stft = torch.stft(torch.from_numpy(clip), 400, 160, window=window, return_complex=True)
        log = torch.clamp(bank @ stft[..., :-1].abs() ** 2, min=1e-10).log10()
        return (torch.maximum(log, log.max() - 8.0) + 4.0) / 4.0

    return extract


def _torch_mel() -> Extract:
    import torch

    torch.set_num_threads(1)
    bank = torch.tensor(mel_weights(RATE_HZ, 400, 80), dtype=torch.float32)
    window = torch.hann_window(400)

    def extract(clip: Clip) -> Any:
        stft = torch.stft(torch.from_numpy(clip), 400, 160, window=window, return_complex=True)
        return 10 * torch.clamp(bank @ stft.abs() ** 2, min=1e-10).log10()

    return extract


def _transformers_whisper() -> Extract:
    from transformers import WhisperFeatureExtractor

    extractor = WhisperFeatureExtractor(80)
    return lambda clip: extractor(clip, sampling_rate=RATE_HZ, padding=False, return_tensors="np")


def _asrfront_whisper() -> Extract:
    from asrfront import whisper

    log_mel: Extract = whisper.log_mel
    return log_mel


def _kaldi_fbank() -> Extract:
    import kaldi_native_fbank as knf

    options = knf.FbankOptions()
    options.frame_opts.dither = 0

    def extract(clip: Clip) -> Any:
        bank = knf.OnlineFbank(options)
        bank.accept_waveform(RATE_HZ, (clip * 32768).tolist())
        bank.input_finished()
        return np.stack([bank.get_frame(frame) for frame in range(bank.num_frames_ready)])

    return extract


def _librosa_mel() -> Extract:
    import librosa

    def extract(clip: Clip) -> Any:
        mel = librosa.feature.melspectrogram(
            y=clip, sr=RATE_HZ, n_fft=400, hop_length=160, n_mels=80
        )
        return librosa.power_to_db(mel, top_db=None)

    return extract


JOBS: dict[str, list[Contender]] = {
    "whisper": [
        Contender("stftcli", lambda: _our_preset("whisper")),
        Contender("torch.stft, matmul", _torch_whisper),
        Contender("transformers", _transformers_whisper),
        Contender("asrfront", _asrfront_whisper),
    ],
    "kaldi-fbank": [
        Contender("stftcli", lambda: _our_preset("kaldi-fbank")),
        Contender("kaldi-native-fbank", _kaldi_fbank),
    ],
    "log-mel": [
        Contender("stftcli", lambda: _ours(n_fft=400, hop_length=160, mel=80, log="db")),
        Contender("torch.stft, matmul", _torch_mel),
        Contender("librosa", _librosa_mel),
    ],
}


def clips_a_second(extract: Extract, clips: list[Clip]) -> float:
    """Time one pass over the clips."""
    begun = time.perf_counter()
    for clip in clips:
        extract(clip)
    return len(clips) / (time.perf_counter() - begun)


def measure(job: str, seconds: int, clips: int, rounds: int) -> dict[str, float]:
    """Give the clips a second of each contender that is installed."""
    generator = np.random.default_rng(0)
    signals = [
        (0.1 * generator.standard_normal(seconds * RATE_HZ)).astype(np.float32)
        for _ in range(min(clips, 50))
    ]
    extracts = {}
    for contender in JOBS[job]:
        try:
            extracts[contender.name] = contender.make()
        except ImportError:
            continue
    found: dict[str, list[float]] = {name: [] for name in extracts}
    for extract in extracts.values():
        clips_a_second(extract, signals[:3])  # warm up
    share = max(1, clips // rounds)
    for _ in range(rounds):
        some = [signals[number % len(signals)] for number in range(share)]
        for name, extract in extracts.items():
            found[name].append(clips_a_second(extract, some))
    return {name: statistics.median(rates) for name, rates in found.items()}


@click.command()
@click.argument("jobs", nargs=-1, type=click.Choice(list(JOBS)), metavar="[JOB]...")
@click.option("--clips", type=click.IntRange(1), default=2000, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True)
@click.option("--seconds", type=click.IntRange(1), multiple=True, default=(1, 5, 30))
def main(jobs: tuple[str, ...], clips: int, rounds: int, seconds: tuple[int, ...]) -> None:
    """Print a table of clips a second, and how many times as many stftcli gives."""
    click.echo(f"{describe()}\n\n| features | clip | stftcli | beside |\n|---|--:|--:|---|")
    for job in jobs or JOBS:
        for length in seconds:
            # As much sound for each length, but no fewer than thirty clips.
            found = measure(job, length, max(30, clips // length), rounds)
            ours = found.pop("stftcli")
            beside = ", ".join(
                f"{name} {rate:.0f} ({ours / rate:.2f})" for name, rate in found.items()
            )
            click.echo(f"| {job} | {length} s | {ours:.0f} | {beside} |")


if __name__ == "__main__":
    main()
