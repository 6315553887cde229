"""A folder of sounds to arrays by another library, in a pool of processes: PEER CLIPS OUT JOBS."""

import sys
from collections.abc import Callable
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from typing import Any

import numpy as np

Compute = Callable[[str], Any]


def librosa_mel() -> Compute:
    """Log-mel of 80 bands, as librosa's documentation does it."""
    import librosa

    def compute(sound: str) -> Any:
        samples, rate_hz = librosa.load(sound, sr=None)
        power = librosa.feature.melspectrogram(y=samples, sr=rate_hz, n_mels=80)
        return librosa.power_to_db(power, top_db=None).T

    return compute


def kaldi_fbank() -> Compute:
    """Kaldi's fbank of 80 bands, with kaldi-native-fbank."""
    import kaldi_native_fbank as knf
    import soundfile

    def compute(sound: str) -> Any:
        samples, rate_hz = soundfile.read(sound, dtype="float32")
        options = knf.FbankOptions()
        options.frame_opts.samp_freq = rate_hz
        options.frame_opts.dither = 0
        options.mel_opts.num_bins = 80
        bank = knf.OnlineFbank(options)
        bank.accept_waveform(rate_hz, samples * 32768)
        bank.input_finished()
        return np.stack([bank.get_frame(frame) for frame in range(bank.num_frames_ready)])

    return compute


def whisper() -> Compute:
    """Whisper's log-mel without its padding, with transformers."""
    import soundfile
    from transformers import WhisperFeatureExtractor

    extract: Any = WhisperFeatureExtractor()

    def compute(sound: str) -> Any:
        samples, rate_hz = soundfile.read(sound, dtype="float32")
        got = extract(samples, sampling_rate=rate_hz, padding=False, return_tensors="np")
        return got["input_features"][0].T

    return compute


def auvux_mel() -> Compute:
    """Log-mel of 80 bands, with auvux-dsp."""
    import soundfile
    from auvux import dsp

    def compute(sound: str) -> Any:
        samples, rate_hz = soundfile.read(sound, dtype="float32")
        return dsp.mel_spectrogram(samples, sr=rate_hz, n_mels=80, output="db").T

    return compute


def parts() -> Compute:
    """Read, compute by our Extractor, write, and nothing else: what a corpus costs at least."""
    import soundfile

    from stftcli import Extractor

    logmel = Extractor(mel=80, log="db")

    def compute(sound: str) -> Any:
        samples, rate_hz = soundfile.read(sound, dtype="float32")
        return logmel(samples, rate_hz)

    return compute


PEERS = {
    "librosa": librosa_mel,
    "kaldi-native-fbank": kaldi_fbank,
    "transformers": whisper,
    "auvux": auvux_mel,
    "parts": parts,
}
_MADE: dict[str, Compute] = {}


def begin(peer: str) -> None:
    """Import and build, once in each process."""
    _MADE[peer] = PEERS[peer]()


def work(peer: str, out: Path, sound: Path) -> None:
    """Compute one sound and write it."""
    np.save(out / f"{sound.stem}.npy", _MADE[peer](str(sound)))


def main(peer: str, clips: str, out: str, jobs: str, most: str = "") -> None:
    """Work through a folder; one job is this process itself."""
    sounds = sorted(Path(clips).iterdir())[: int(most) if most else None]
    Path(out).mkdir()
    job = partial(work, peer, Path(out))
    if jobs == "1":
        begin(peer)
        for sound in sounds:
            job(sound)
        return
    with Pool(int(jobs), begin, (peer,)) as pool:
        for _ in pool.imap_unordered(job, sounds, chunksize=16):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
