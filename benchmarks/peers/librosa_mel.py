"""Log-mel of 128 bands with librosa."""

import sys

import librosa
import numpy as np

sound, output = sys.argv[1:3]
samples, rate_hz = librosa.load(sound, sr=None)
power = librosa.feature.melspectrogram(y=samples, sr=rate_hz, n_mels=128, pad_mode="reflect")
np.save(output, librosa.power_to_db(power, top_db=None).T)
