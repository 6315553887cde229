"""Magnitudes to sound with librosa's fast Griffin-Lim, 32 rounds."""

import sys

import librosa
import numpy as np
import soundfile

magnitudes, output, rate_hz = sys.argv[1:4]
samples = librosa.griffinlim(
    np.load(magnitudes).T, n_iter=32, hop_length=512, random_state=0, pad_mode="reflect"
)
soundfile.write(f"{output}.wav", samples, int(rate_hz), subtype="PCM_16")
