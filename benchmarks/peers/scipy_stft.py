"""Complex STFT with scipy's ShortTimeFFT."""

import sys

import numpy as np
import soundfile
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

sound, output = sys.argv[1:3]
samples, rate_hz = soundfile.read(sound, dtype="float32")
transform = ShortTimeFFT(hann(2048, sym=False).astype(np.float32), 512, rate_hz, phase_shift=None)
spectra = transform.stft(samples, p0=0, p1=1 + len(samples) // 512)
np.save(output, spectra.T.astype(np.complex64, copy=False))
