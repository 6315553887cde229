"""The tools that presets are named after, as functions of a waveform.

Every peer takes a mono float32 waveform from -1 to 1 and its rate in Hz and gives what the real
tool gives, time first: (frames, features), complex64 for an STFT. Nothing of stftcli is used.
"""

from tests.peers import formulas, packages
from tests.peers.shapes import Features, Peer, Waveform

__all__ = ["LOGARITHMIC", "PEERS", "RATES", "REQUIRES", "Features", "Peer", "Waveform"]

PEERS: dict[str, Peer] = {
    "librosa-stft": packages.librosa_stft,
    "librosa-mel": packages.librosa_mel,
    "librosa-mfcc": packages.librosa_mfcc,
    "torch-stft": packages.torch_stft,
    "torchaudio-spectrogram": formulas.torchaudio_spectrogram,
    "torchaudio-mel": formulas.torchaudio_mel,
    "whisper": packages.whisper(80),
    "whisper-v3": packages.whisper(128),
    "kaldi-fbank": packages.kaldi_fbank,
    "kaldi-mfcc": packages.kaldi_mfcc,
    "hifigan": formulas.hifigan,
    "tacotron2": formulas.tacotron2,
    "ast": packages.ast,
    "vggish": formulas.vggish,
    "panns": packages.panns,
    "nemo": formulas.nemo,
    "parakeet": packages.parakeet,
}
"""What each tool gives, by the name of the preset."""

RATES: dict[str, int] = {
    **dict.fromkeys(PEERS, 16000),
    **dict.fromkeys(["librosa-stft", "librosa-mel", "librosa-mfcc", "torch-stft"], 22050),
    **dict.fromkeys(["hifigan", "tacotron2"], 22050),
    "panns": 32000,
}
"""The rate in Hz that each is meant for."""

LINEAR = ["librosa-stft", "librosa-mel", "torch-stft", "torchaudio-spectrogram", "torchaudio-mel"]

LOGARITHMIC: frozenset[str] = frozenset(PEERS) - frozenset(LINEAR)
"""Those of logarithms, compared within 1e-3; the others within 1e-4 and 1e-6 of the peak."""

REQUIRES: dict[str, tuple[str, ...]] = {
    "librosa-stft": ("librosa",),
    "librosa-mel": ("librosa",),
    "librosa-mfcc": ("librosa",),
    "torch-stft": ("torch",),
    "torchaudio-spectrogram": ("torch",),
    "torchaudio-mel": ("torch",),
    "whisper": ("torch", "transformers"),
    "whisper-v3": ("torch", "transformers"),
    "kaldi-fbank": ("kaldi_native_fbank",),
    "kaldi-mfcc": ("kaldi_native_fbank",),
    "hifigan": ("torch", "librosa"),
    "tacotron2": ("torch", "librosa"),
    "ast": ("torch", "transformers"),
    "vggish": (),
    "panns": ("torch", "torchlibrosa"),
    "nemo": ("torch", "librosa"),
    "parakeet": ("torch", "transformers"),
}
"""The packages that each imports."""
