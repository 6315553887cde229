"""A labelled picture with librosa and matplotlib."""

import sys

import librosa
import matplotlib.pyplot as plt
import numpy as np
from librosa import display  # type: ignore[attr-defined]

sound, output = sys.argv[1:3]
samples, rate_hz = librosa.load(sound, sr=None)
levels = librosa.amplitude_to_db(np.abs(librosa.stft(samples)), ref=np.max)
figure, axes = plt.subplots(figsize=(10, 5))
image = display.specshow(levels, sr=rate_hz, x_axis="time", y_axis="linear", ax=axes)
figure.colorbar(image, ax=axes, format="%+2.0f dB")
figure.savefig(f"{output}.png")
