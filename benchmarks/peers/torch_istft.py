"""A complex STFT back to sound with torch."""

import sys

import numpy as np
import soundfile
import torch

spectra, output, rate_hz = sys.argv[1:4]
frames = torch.from_numpy(np.load(spectra))
samples = torch.istft(frames.T, 2048, 512, window=torch.hann_window(2048))
soundfile.write(f"{output}.wav", samples.numpy(), int(rate_hz), subtype="PCM_16")
