"""Whisper's log-mel with the extractor of faster-whisper."""

import sys

import numpy as np
import soundfile
from faster_whisper.feature_extractor import FeatureExtractor

sound, output = sys.argv[1:3]
samples, _ = soundfile.read(sound, dtype="float32")
np.save(output, FeatureExtractor()(samples, padding=0).T)
