"""Log-mel of 128 bands with librosa.stream, in constant memory but for the result."""

import sys

import librosa
import numpy as np

sound, output = sys.argv[1:3]
rate_hz = librosa.get_samplerate(sound)
blocks = librosa.stream(sound, block_length=256, frame_length=2048, hop_length=512)
bands = [
    librosa.feature.melspectrogram(y=block, sr=rate_hz, n_mels=128, center=False)
    for block in blocks
    if len(block) >= 2048
]
np.save(output, librosa.power_to_db(np.concatenate(bands, axis=-1), top_db=None).T)
