"""Log-mel of 128 bands and frames of 2048 samples with kaldi-native-fbank."""

import sys

import kaldi_native_fbank as knf
import numpy as np
import soundfile

sound, output = sys.argv[1:3]
samples, rate_hz = soundfile.read(sound, dtype="float32")
options = knf.FbankOptions()
options.frame_opts.samp_freq = rate_hz
options.frame_opts.frame_length_ms = 2048 / rate_hz * 1000
options.frame_opts.frame_shift_ms = 512 / rate_hz * 1000
options.frame_opts.dither = 0
options.frame_opts.preemph_coeff = 0
options.frame_opts.remove_dc_offset = False
options.frame_opts.window_type = "hanning"
options.mel_opts.num_bins = 128
options.mel_opts.low_freq = 0
bank = knf.OnlineFbank(options)
bank.accept_waveform(rate_hz, samples)
bank.input_finished()
frames = np.stack([bank.get_frame(number) for number in range(bank.num_frames_ready)])
np.save(output, frames * np.float32(10 / np.log(10)))
