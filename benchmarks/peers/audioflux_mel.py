"""Log-mel of 128 bands with audioflux."""

import sys

import audioflux
import numpy as np
from audioflux.type import SpectralDataType, SpectralFilterBankScaleType

sound, output = sys.argv[1:3]
samples, rate_hz = audioflux.read(sound)
transform = audioflux.BFT(
    num=128,
    radix2_exp=11,
    samplate=rate_hz,
    low_fre=0,
    high_fre=rate_hz / 2,
    slide_length=512,
    scale_type=SpectralFilterBankScaleType.MEL,
    data_type=SpectralDataType.POWER,
)
power = transform.bft(samples, result_type=1)
np.save(output, 10 * np.log10(np.maximum(power, 1e-10)).T.astype(np.float32))
