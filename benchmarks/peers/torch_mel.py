"""Log-mel of 128 bands with torch.stft; the bank is given."""

import sys

import numpy as np
import soundfile
import torch

sound, output, bank = sys.argv[1:4]
samples, _ = soundfile.read(sound, dtype="float32")
spectra = torch.stft(
    torch.from_numpy(samples), 2048, 512, window=torch.hann_window(2048), return_complex=True
)
mel = torch.from_numpy(np.load(bank)) @ spectra.abs().square()
np.save(output, (10 * mel.clamp(min=1e-10).log10()).T.numpy())
