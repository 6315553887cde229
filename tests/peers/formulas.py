"""Peers that cannot be installed here, written from their published sources in torch and numpy."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.peers.packages import frames_first
from tests.peers.shapes import Features, Waveform

LOG_CLAMP = 1e-5
"""The smallest band value that HiFi-GAN and Tacotron 2 let through to their logarithm."""


def torchaudio_spectrogram(waveform: Waveform, rate_hz: int) -> Features:
    """Give torchaudio.transforms.Spectrogram() with its defaults; the rate plays no part.

    The power |X|² of 400 samples under a periodic Hann window, hop 200, centred, reflected.

    Source: torchaudio 2.11, functional/functional.py, spectrogram.
    """
    del rate_hz
    return frames_first(torchaudio_power(waveform).numpy())


def torchaudio_mel(waveform: Waveform, rate_hz: int) -> Features:
    """Give torchaudio.transforms.MelSpectrogram(sample_rate=rate_hz), all else default.

    Source: torchaudio 2.11, transforms/_transforms.py, MelSpectrogram and MelScale.
    """
    weights = torchaudio_mel_weights(rate_hz, bins=201, bands=128)
    power = torchaudio_power(waveform)
    return frames_first((weights @ power).numpy())


def torchaudio_power(waveform: Waveform) -> Any:
    """Give the tensor of |X|² that both of torchaudio's front ends begin with."""
    import torch

    samples = torch.from_numpy(waveform)
    spectrum = torch.stft(samples, 400, 200, window=torch.hann_window(400), return_complex=True)
    return spectrum.abs().pow(2.0)


def torchaudio_mel_weights(rate_hz: int, bins: int, bands: int) -> Any:
    """Give torchaudio's default mel bank as a tensor of shape (bands, bins), in float32.

    mel(f) = 2595 log10(1 + f / 700), triangles straight in Hz, peaks of 1; the last bin lies
    at rate_hz // 2, which is not half of an odd rate.

    Source: torchaudio 2.11, functional/functional.py, melscale_fbanks.
    """
    import torch

    highest_hz = rate_hz // 2
    highest_mel = 2595.0 * float(np.log10(1.0 + highest_hz / 700.0))
    corners = 700.0 * (10.0 ** (torch.linspace(0.0, highest_mel, bands + 2) / 2595.0) - 1.0)
    frequencies = torch.linspace(0, highest_hz, bins)
    left, centre, right = corners[:-2, None], corners[1:-1, None], corners[2:, None]
    rising = (frequencies - left) / (centre - left)
    falling = (right - frequencies) / (right - centre)
    return torch.minimum(rising, falling).clamp(min=0.0)


def hifigan(waveform: Waveform, rate_hz: int) -> Features:
    """Give HiFi-GAN's mel_spectrogram with the settings of its config_v1.json.

    ln max(mel @ sqrt(re² + im² + 1e-9), 1e-5) of 1024 samples, hop 256, after 384 samples of
    reflection on both sides. The peak normalisation that training applies to a file is not
    part of it.

    Source: github.com/jik876/hifi-gan, meldataset.py, mel_spectrogram.
    """
    import torch

    edge = (1024 - 256) // 2
    samples = torch.from_numpy(waveform)[None, None]
    padded = torch.nn.functional.pad(samples, (edge, edge), mode="reflect")[0, 0]
    window = torch.hann_window(1024)
    spectrum = torch.stft(padded, 1024, 256, window=window, center=False, return_complex=True)
    magnitude = torch.sqrt(torch.view_as_real(spectrum).pow(2).sum(-1) + 1e-9)
    return clamped_log(vocoder_mel_weights(rate_hz) @ magnitude)


def tacotron2(waveform: Waveform, rate_hz: int) -> Features:
    """Give TacotronSTFT.mel_spectrogram with the settings of NVIDIA's hparams.py.

    ln max(mel @ |X|, 1e-5) of 1024 samples, hop 256, centred, reflected. NVIDIA's code makes
    X with a convolution: the same numbers but for rounding.

    Source: github.com/NVIDIA/tacotron2, layers.py and stft.py.
    """
    import torch

    samples = torch.from_numpy(waveform)
    spectrum = torch.stft(samples, 1024, 256, window=torch.hann_window(1024), return_complex=True)
    return clamped_log(vocoder_mel_weights(rate_hz) @ spectrum.abs())


def vocoder_mel_weights(rate_hz: int) -> Any:
    """Give the 80 bands up to 8000 Hz that HiFi-GAN and Tacotron 2 take from librosa."""
    import torch
    from librosa.filters import mel

    weights = mel(sr=rate_hz, n_fft=1024, n_mels=80, fmin=0, fmax=8000)
    return torch.from_numpy(weights)


def clamped_log(bands: Any) -> Features:
    """Give the natural logarithm of a tensor (bands, frames), from a smallest value on."""
    return frames_first(bands.clamp(min=LOG_CLAMP).log().numpy())


def vggish(waveform: Waveform, rate_hz: int) -> Features:
    """Give the log-mel of VGGish, frame by frame, before it is cut into patches of 96 frames.

    ln(|X| @ mel + 0.01) in float64, of 400 samples under a periodic Hann window at the
    beginning of 512, hop 160, without padding.

    Source: github.com/tensorflow/models, research/audioset/vggish, mel_features.py,
    log_mel_spectrogram, with the numbers of vggish_params.py.
    """
    length, hop, size = round(0.025 * rate_hz), round(0.010 * rate_hz), 512
    starts = np.arange(0, len(waveform) - length + 1, hop)
    frames = waveform.astype(np.float64)[starts[:, None] + np.arange(length)]
    window = 0.5 - 0.5 * np.cos(2 * np.pi / length * np.arange(length))
    magnitude = np.abs(np.fft.rfft(frames * window, size))
    return np.log(magnitude @ vggish_mel_weights(rate_hz, size // 2 + 1) + 0.01)


def vggish_mel_weights(rate_hz: int, bins: int) -> NDArray[np.float64]:
    """Give VGGish's 64 triangles, straight in mel, as (bins, bands).

    mel(f) = 1127 ln(1 + f / 700), corners evenly from 125 to 7500 Hz in mel, peaks of 1, and
    nothing of the bin at 0 Hz.

    Source: mel_features.py, spectrogram_to_mel_matrix.
    """
    places = vggish_mel(np.linspace(0.0, rate_hz / 2, bins))[:, None]
    lowest, highest = vggish_mel(np.array([125.0, 7500.0]))
    corners = np.linspace(lowest, highest, 64 + 2)
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    rising = (places - left) / (centre - left)
    falling = (right - places) / (right - centre)
    weights: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling))
    weights[0] = 0.0
    return weights


def vggish_mel(frequencies_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place frequencies on HTK's mel scale with the two constants of VGGish."""
    return 1127.0 * np.log(1.0 + frequencies_hz / 700.0)


def nemo(waveform: Waveform, rate_hz: int, *, window_s: float = 0.02, bands: int = 64) -> Features:
    """Give NeMo's AudioToMelSpectrogramPreprocessor() as it is outside of training.

    ln(mel @ |X|² + 2**-24) of 512 samples, of which a symmetric Hann window covers the middle
    320, hop 160, centred between zeros, after pre-emphasis of the whole signal; then each band
    is centred and divided by its deviation (N - 1) plus 1e-5 over the samples // hop valid
    frames. What follows them in NeMo, zeros up to a multiple of 16 frames, is left out.

    Source: NeMo (2026), collections/asr/parts/preprocessing/features.py, FilterbankFeatures
    and normalize_batch, with the defaults of modules/audio_preprocessing.py.
    """
    import torch
    from librosa.filters import mel

    window, hop = round(window_s * rate_hz), round(0.01 * rate_hz)
    samples = torch.from_numpy(waveform)
    emphasised = torch.cat((samples[:1], samples[1:] - 0.97 * samples[:-1]))
    spectrum = torch.stft(
        emphasised,
        512,
        hop,
        window,
        torch.hann_window(window, periodic=False),
        pad_mode="constant",
        return_complex=True,
    )
    weights = mel(sr=rate_hz, n_fft=512, n_mels=bands, fmin=0, fmax=rate_hz / 2)
    power = torch.view_as_real(spectrum).pow(2).sum(-1).sqrt().pow(2)
    logarithms = torch.log(torch.from_numpy(weights) @ power + 2**-24)
    return frames_first(standardised(logarithms[:, : len(waveform) // hop]).numpy())


def standardised(bands: Any) -> Any:
    """Centre each row of a tensor and divide it by its deviation plus 1e-5; one frame gives 0."""
    centred = bands - bands.mean(dim=1, keepdim=True)
    degrees = max(bands.shape[1] - 1, 1)
    deviation = (centred.pow(2).sum(dim=1, keepdim=True) / degrees).sqrt()
    return centred / (deviation + 1e-5)
