"""The work of `stftcli features IN --linear W --out OUT`, as a librosa script does it."""

import sys

import librosa
import numpy as np

sound, weights, output = sys.argv[1:]
samples, _ = librosa.load(sound, sr=None)
np.save(output, np.abs(librosa.stft(samples)).T @ np.load(weights).T)
