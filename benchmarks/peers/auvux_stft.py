"""Complex STFT with auvux-dsp."""

import sys

import numpy as np
import soundfile
from auvux import dsp

sound, output = sys.argv[1:3]
samples, rate_hz = soundfile.read(sound, dtype="float32")
np.save(output, dsp.stft(samples, sr=rate_hz, pad_mode="reflect").T)
