"""Minute means of densities, by scipy: python scipy_levels.py SOUND RESULT."""

import sys

import numpy as np
import soundfile
from scipy.signal import welch

with soundfile.SoundFile(sys.argv[1]) as sound:
    rate_hz = sound.samplerate
    rows = [
        welch(minute, rate_hz, nperseg=rate_hz, noverlap=0, detrend=False)[1]
        for minute in sound.blocks(60 * rate_hz, dtype="float32")
    ]
np.save(sys.argv[2], 10 * np.log10(np.array(rows, np.float32)))
