"""Kaldi's fbank with kaldi-native-fbank."""

import sys

import kaldi_native_fbank as knf
import numpy as np
import soundfile

sound, output = sys.argv[1:3]
samples, rate_hz = soundfile.read(sound, dtype="float32")
options = knf.FbankOptions()
options.frame_opts.samp_freq = rate_hz
options.frame_opts.dither = 0
bank = knf.OnlineFbank(options)
bank.accept_waveform(rate_hz, samples * 32768)
bank.input_finished()
np.save(output, np.stack([bank.get_frame(frame) for frame in range(bank.num_frames_ready)]))
