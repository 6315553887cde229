"""Log-mel of 128 bands with auvux-dsp."""

import sys

import numpy as np
import soundfile
from auvux import dsp

sound, output = sys.argv[1:3]
samples, rate_hz = soundfile.read(sound, dtype="float32")
bands = dsp.mel_spectrogram(samples, sr=rate_hz, n_mels=128, pad_mode="reflect", output="db")
np.save(output, bands.T)
