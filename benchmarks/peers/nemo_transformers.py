"""Parakeet's front end, which is NeMo's with 80 bands and windows of 25 ms, with transformers."""

import sys

import numpy as np
import soundfile
from transformers import ParakeetFeatureExtractor

sound, output = sys.argv[1:3]
samples, rate_hz = soundfile.read(sound, dtype="float32")
features = ParakeetFeatureExtractor()(samples, sampling_rate=rate_hz, return_tensors="np")
np.save(output, features["input_features"][0])
