"""The work of `stftcli features IN --linear WEIGHTS --out OUT`, as a librosa script does it."""

import sys

import librosa
import numpy as np

sound, output, weights = sys.argv[1:]
samples, _ = librosa.load(sound, sr=None)
np.save(output, np.abs(librosa.stft(samples)).T @ np.load(weights).T)
