"""The peers: what each needs, how it is run, and how its work differs from ours, if it does."""

import shutil
from importlib.util import find_spec
from typing import NamedTuple


class Peer(NamedTuple):
    """A script of `benchmarks/peers`, or a program.

    Parameters
    ----------
    title : str
        What the table calls it.
    needs : str
        The Python module or program that must be there.
    note : str, default ""
        What it does otherwise, where its numbers are not ours.
    command : str, default ""
        The command of a program; a script takes sound, result and the extra file of the job.
    offset : int, default 0
        How many of our frames lie before its first, which is not padded.
    """

    title: str
    needs: str
    note: str = ""
    command: str = ""
    offset: int = 0

    def is_there(self) -> bool:
        """Say whether it can be run."""
        if self.command:
            return shutil.which(self.needs) is not None
        try:
            return find_spec(self.needs) is not None
        except ModuleNotFoundError:  # of the package that it is in
            return False


PEERS = {
    "librosa_mel": Peer("librosa", "librosa"),
    "librosa_stream_mel": Peer("librosa.stream", "librosa", "no padding", offset=2),
    "librosa_pipe": Peer("ffmpeg and librosa", "librosa"),
    "torch_mel": Peer("torch.stft script", "torch"),
    "scipy_mel": Peer("scipy ShortTimeFFT", "scipy", "zeros at the edges"),
    "auvux_mel": Peer("auvux-dsp", "auvux.dsp"),
    "kaldi_mel": Peer(
        "kaldi-native-fbank", "kaldi_native_fbank", "HTK's mel, other scale, no padding", offset=2
    ),
    "essentia_mel": Peer("essentia", "essentia", "symmetric window"),
    "audioflux_mel": Peer("audioflux", "audioflux", "other bank and scale, no padding", offset=2),
    "opensmile_mel": Peer("openSMILE", "opensmile", "HTK's mel, other scale, no padding", offset=2),
    "auvux_stft": Peer("auvux-dsp", "auvux.dsp"),
    "librosa_stft": Peer("librosa", "librosa"),
    "torch_stft": Peer("torch.stft script", "torch"),
    "scipy_stft": Peer("scipy ShortTimeFFT", "scipy", "zeros at the edges"),
    "scipy_levels": Peer("scipy welch, minute by minute", "scipy"),
    "librosa_linear": Peer("librosa script", "librosa"),
    "whisper_transformers": Peer("transformers", "transformers"),
    "whisper_faster": Peer("faster-whisper", "faster_whisper"),
    "whisper_asrfront": Peer("asrfront", "asrfront"),
    "nemo_transformers": Peer("transformers", "transformers"),
    "kaldi_fbank": Peer("kaldi-native-fbank", "kaldi_native_fbank"),
    "librosa_picture": Peer("librosa specshow", "librosa", "labelled"),
    "sox": Peer("sox", "sox", "labelled", "sox {sound} -n spectrogram -o {out}.png"),
    "ffmpeg": Peer(
        "ffmpeg",
        "ffmpeg",
        "1024 x 512, labelled",
        "ffmpeg -v error -y -i {sound} -lavfi showspectrumpic=s=1024x512 {out}.png",
    ),
}
