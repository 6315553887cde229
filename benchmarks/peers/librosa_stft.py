"""Complex STFT with librosa."""

import sys

import librosa
import numpy as np

sound, output = sys.argv[1:3]
samples, _ = librosa.load(sound, sr=None)
np.save(output, librosa.stft(samples, pad_mode="reflect").T)
