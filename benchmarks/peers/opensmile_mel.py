"""Log-mel of 128 bands and frames of 2048 samples with openSMILE."""

import sys
import tempfile

import numpy as np
import opensmile

CONFIG = r"""
[componentInstances:cComponentManager]
instance[dataMemory].type=cDataMemory

\{\cm[source{?}:include external source]}

[componentInstances:cComponentManager]
instance[framer].type=cFramer
instance[window].type=cWindower
instance[fft].type=cTransformFFT
instance[magnitude].type=cFFTmagphase
instance[mel].type=cMelspec
instance[log].type=cVectorOperation

[framer:cFramer]
reader.dmLevel=wave
writer.dmLevel=frames
frameSize=0.0464399093
frameStep=0.0116099773
frameCenterSpecial=left

[window:cWindower]
reader.dmLevel=frames
writer.dmLevel=windowed
winFunc=han

[fft:cTransformFFT]
reader.dmLevel=windowed
writer.dmLevel=spectrum

[magnitude:cFFTmagphase]
reader.dmLevel=spectrum
writer.dmLevel=magnitude

[mel:cMelspec]
reader.dmLevel=magnitude
writer.dmLevel=mel
nBands=128
usePower=1
lofreq=0
hifreq=22050

[log:cVectorOperation]
reader.dmLevel=mel
writer.dmLevel=lld
operation=log
logfloor=1e-10

\{\cm[sink{?}:include external sink]}
"""

sound, output = sys.argv[1:3]
with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
    config.write(CONFIG)
    config.flush()
    smile = opensmile.Smile(feature_set=config.name, feature_level="lld")
    frames = smile.process_file(sound).to_numpy(np.float32)
np.save(output, frames * np.float32(10 / np.log(10)))
