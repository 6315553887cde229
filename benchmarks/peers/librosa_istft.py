"""A complex STFT back to sound with librosa."""

import sys

import librosa
import numpy as np
import soundfile

spectra, output, rate_hz = sys.argv[1:4]
samples = librosa.istft(np.load(spectra).T, hop_length=512)
soundfile.write(f"{output}.wav", samples, int(rate_hz), subtype="PCM_16")
