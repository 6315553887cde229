"""Whisper's log-mel with transformers."""

import sys

import numpy as np
import soundfile
from transformers import WhisperFeatureExtractor

sound, output = sys.argv[1:3]
samples, rate_hz = soundfile.read(sound, dtype="float32")
extractor = WhisperFeatureExtractor(80)
features = extractor(
    samples, sampling_rate=rate_hz, padding=False, truncation=False, return_tensors="np"
)
np.save(output, features["input_features"][0].T)
