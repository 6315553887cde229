"""Log-mel of 128 bands with essentia, set as its documentation says for librosa's bank."""

import sys

import essentia.standard as es
import numpy as np

sound, output = sys.argv[1:3]
samples = es.MonoLoader(filename=sound, sampleRate=44100)()
window = es.Windowing(type="hann", size=2048, normalized=False, zeroPhase=False)
spectrum = es.Spectrum(size=2048)
bank = es.MelBands(
    numberBands=128,
    inputSize=1025,
    sampleRate=44100,
    highFrequencyBound=22050,
    warpingFormula="slaneyMel",
    weighting="linear",
    normalize="unit_tri",
    type="power",
)
frames = es.FrameGenerator(samples, frameSize=2048, hopSize=512, startFromZero=False)
bands = np.array([bank(spectrum(window(frame))) for frame in frames])
np.save(output, 10 * np.log10(np.maximum(bands, 1e-10)))
