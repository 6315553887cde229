"""Complex STFT with torch."""

import sys

import numpy as np
import soundfile
import torch

sound, output = sys.argv[1:3]
samples, _ = soundfile.read(sound, dtype="float32")
spectra = torch.stft(
    torch.from_numpy(samples), 2048, 512, window=torch.hann_window(2048), return_complex=True
)
np.save(output, spectra.T.numpy())
