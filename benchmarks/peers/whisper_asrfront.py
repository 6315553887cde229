"""Whisper's log-mel with asrfront."""

import sys

import numpy as np
import soundfile
from asrfront import whisper

sound, output = sys.argv[1:3]
samples, _ = soundfile.read(sound, dtype="float32")
np.save(output, whisper.log_mel(samples, 80, pad_or_trim=False).T)
