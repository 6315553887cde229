"""Peers that are installed: their own code gives the numbers, with the settings named here."""

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.peers.shapes import Features, Peer, Waveform

INT16_SCALE = 32768.0
"""What a sample of 1.0 is in a 16-bit file: Kaldi works on that scale."""


def librosa_stft(waveform: Waveform, rate_hz: int) -> Features:
    """Give librosa.stft with its defaults (zeros at the edges); the rate plays no part."""
    import librosa

    del rate_hz
    return frames_first(librosa.stft(waveform))


def librosa_mel(waveform: Waveform, rate_hz: int) -> Features:
    """Give librosa.feature.melspectrogram with its defaults."""
    import librosa

    return frames_first(librosa.feature.melspectrogram(y=waveform, sr=rate_hz))


def librosa_mfcc(waveform: Waveform, rate_hz: int) -> Features:
    """Give librosa.feature.mfcc with its defaults."""
    import librosa

    return frames_first(librosa.feature.mfcc(y=waveform, sr=rate_hz))


def torch_stft(waveform: Waveform, rate_hz: int) -> Features:
    """Give torch.stft with 2048 samples and a Hann window; the rate plays no part."""
    import torch

    del rate_hz
    samples = torch.from_numpy(waveform)
    spectrum = torch.stft(samples, 2048, window=torch.hann_window(2048), return_complex=True)
    return frames_first(spectrum.numpy())


def panns(waveform: Waveform, rate_hz: int) -> Features:
    """Give torchlibrosa's log-mel with the settings of PANNs' Cnn14.

    Those are in the README of github.com/qiuqiangkong/audioset_tagging_cnn (window_size=1024,
    hop_size=320, mel_bins=64, fmin=50, fmax=14000) and in its pytorch/models.py (ref, amin,
    top_db). The batch normalisation that follows belongs to the network.
    """
    import torch

    front: Any = import_module("torchlibrosa.stft")
    spectrogram = front.Spectrogram(n_fft=1024, hop_length=320, win_length=1024)
    log_mel = front.LogmelFilterBank(
        sr=rate_hz, n_fft=1024, n_mels=64, fmin=50, fmax=14000, ref=1.0, amin=1e-10, top_db=None
    )
    with torch.no_grad():
        batch = log_mel(spectrogram(torch.from_numpy(waveform)[None]))
    return plain(batch[0, 0].numpy())


def whisper(bands: int) -> Peer:
    """Make transformers' Whisper front end, without its padding to 30 s."""

    def features(waveform: Waveform, rate_hz: int) -> Features:
        transformers: Any = import_module("transformers")
        extract = transformers.WhisperFeatureExtractor(feature_size=bands)
        longest = extract.n_samples
        if len(waveform) > longest:
            raise ValueError(f"{len(waveform)} samples: Whisper cuts off what follows {longest}")
        got = extract(waveform, sampling_rate=rate_hz, padding=False, return_tensors="np")
        return frames_first(got["input_features"][0])

    return features


def ast(waveform: Waveform, rate_hz: int) -> Features:
    """Give transformers' Audio Spectrogram Transformer front end, without padding."""
    transformers: Any = import_module("transformers")
    frames = 1 + (len(waveform) - 400) // 160
    extract = transformers.ASTFeatureExtractor(max_length=frames)
    got = extract(waveform, sampling_rate=rate_hz, return_tensors="np")
    return plain(got["input_values"][0])


def parakeet(waveform: Waveform, rate_hz: int) -> Features:
    """Give transformers' Parakeet front end (NeMo with 80 bands and 25 ms), its valid frames."""
    transformers: Any = import_module("transformers")
    extract = transformers.ParakeetFeatureExtractor()
    got = extract(waveform, sampling_rate=rate_hz, return_tensors="np")
    return plain(got["input_features"][0][got["attention_mask"][0].astype(bool)])


def kaldi_fbank(waveform: Waveform, rate_hz: int) -> Features:
    """Give kaldi-native-fbank's FBANK as `compute-fbank-feats --dither=0` has it."""
    import kaldi_native_fbank as kaldi

    options = kaldi.FbankOptions()
    set_frames_and_bands(options, rate_hz)
    options.use_energy = False
    options.energy_floor = 0.0
    return computed_online(kaldi.OnlineFbank(options), waveform, rate_hz)


def kaldi_mfcc(waveform: Waveform, rate_hz: int) -> Features:
    """Give kaldi-native-fbank's MFCC as `compute-mfcc-feats --dither=0` has it."""
    import kaldi_native_fbank as kaldi

    options = kaldi.MfccOptions()
    set_frames_and_bands(options, rate_hz)
    options.num_ceps = 13
    options.cepstral_lifter = 22.0
    options.use_energy = True
    options.raw_energy = True
    options.energy_floor = 0.0
    return computed_online(kaldi.OnlineMfcc(options), waveform, rate_hz)


def set_frames_and_bands(options: Any, rate_hz: int) -> None:
    """Set what Kaldi's FrameExtractionOptions and MelBanksOptions default to, without dither."""
    options.frame_opts.samp_freq = rate_hz
    options.frame_opts.dither = 0.0
    options.frame_opts.window_type = "povey"
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = 23
    options.mel_opts.low_freq = 20.0
    options.mel_opts.high_freq = 0.0


def computed_online(computer: Any, waveform: Waveform, rate_hz: int) -> Features:
    """Feed a whole waveform, on Kaldi's scale, and collect the frames."""
    computer.accept_waveform(rate_hz, (waveform * INT16_SCALE).tolist())
    computer.input_finished()
    frames = [computer.get_frame(index) for index in range(computer.num_frames_ready)]
    return np.array(frames).reshape(len(frames), computer.dim)


def frames_first(features: NDArray[Any]) -> Features:
    """Turn (features, frames), the usual order of the tools, into (frames, features)."""
    return plain(features.T)


def plain(features: NDArray[Any]) -> Features:
    """Lay an array out frame by frame."""
    return np.ascontiguousarray(features)
