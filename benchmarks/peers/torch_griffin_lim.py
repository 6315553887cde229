"""Magnitudes to sound with the formula of torchaudio's griffinlim in torch, 32 rounds."""

import sys

import numpy as np
import soundfile
import torch

magnitudes, output, rate_hz = sys.argv[1:4]
wanted = torch.from_numpy(np.load(magnitudes)).T
window = torch.hann_window(2048)
beyond = 0.99 / 1.99
torch.manual_seed(0)
angles = torch.rand(wanted.shape, dtype=torch.complex64)
before = torch.zeros(())
for _ in range(32):
    samples = torch.istft(wanted * angles, 2048, 512, window=window)
    rebuilt = torch.stft(samples, 2048, 512, window=window, return_complex=True)
    angles = rebuilt - before * beyond
    angles = angles / (angles.abs() + 1e-16)
    before = rebuilt
samples = torch.istft(wanted * angles, 2048, 512, window=window)
soundfile.write(f"{output}.wav", samples.numpy(), int(rate_hz), subtype="PCM_16")
