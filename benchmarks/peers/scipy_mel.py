"""Log-mel of 128 bands with scipy's ShortTimeFFT; the bank is given."""

import sys

import numpy as np
import soundfile
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

sound, output, bank = sys.argv[1:4]
samples, rate_hz = soundfile.read(sound, dtype="float32")
transform = ShortTimeFFT(hann(2048, sym=False).astype(np.float32), 512, rate_hz, phase_shift=None)
power = transform.spectrogram(samples, p0=0, p1=1 + len(samples) // 512)
np.save(output, 10 * np.log10(np.maximum(np.load(bank) @ power, 1e-10)).T.astype(np.float32))
