"""Log-mel of 128 bands with librosa, of what is piped in."""

import io
import sys

import librosa
import numpy as np

output = sys.argv[2]
samples, rate_hz = librosa.load(io.BytesIO(sys.stdin.buffer.read()), sr=None)
power = librosa.feature.melspectrogram(y=samples, sr=rate_hz, n_mels=128, pad_mode="reflect")
np.save(output, librosa.power_to_db(power, top_db=None).T)
