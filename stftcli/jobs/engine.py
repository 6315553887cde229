"""From settings to the engine that carries them out."""

from typing import cast

import numpy as np

from stftcli.dsp.analyzer import Analyzer
from stftcli.dsp.linear import Linear
from stftcli.dsp.stages import Projection, Stage
from stftcli.dsp.stft import STFT
from stftcli.errors import SettingsError
from stftcli.files.kernels import read_kernel
from stftcli.settings import (
    USUAL_LENGTH,
    FeatureSettings,
    FrameSettings,
    Log,
    SampledFrames,
    ValueSettings,
)


def make_stft(
    frames: SampledFrames, *, freeze_parameters: bool = True, dtype: str = "float32"
) -> STFT:
    """Make the STFT of frame settings."""
    return STFT(
        frames.filter_length,
        frames.hop_length,
        frames.win_length,
        frames.window,
        frames.center,
        frames.pad_mode,
        freeze_parameters,
        causal=frames.causal,
        dtype=dtype,
    )


def make_analyzer(
    settings: FeatureSettings, rate_hz: int, usual_length: int = USUAL_LENGTH
) -> Analyzer:
    """Make the analyzer for a sound of this rate, reading the weights that it needs.

    `usual_length` is the filter_length where the settings leave it open.
    """
    values = settings.values
    dtype = "float64" if settings.dtype == "float64" else "float32"
    if values.kernel is None:
        stft = make_stft(settings.frames.at(rate_hz, usual_length), dtype=dtype)
    else:
        stft = _make_replaced(values.kernel, settings.frames, rate_hz, dtype)
    return Analyzer(stft, values.spectrum, _make_stages(values, stft.bins, dtype))


def _make_replaced(file: str, frames: FrameSettings, rate_hz: int, dtype: str) -> STFT:
    kernel = read_kernel(file)
    sampled = frames.at(rate_hz, kernel.matrix.shape[-1])
    stft = make_stft(sampled, freeze_parameters=False, dtype=dtype)
    try:
        stft.kernel = kernel.matrix
    except SettingsError as error:
        raise SettingsError(f"{file}: {error}") from None
    if kernel.holds_window:
        stft.window = np.ones(stft.plan.filter_length)
    return stft


def _make_stages(values: ValueSettings, features: int, dtype: str) -> list[Stage]:
    stages: list[Stage] = []
    drawn = 0
    for kind, value in values.stages:
        if kind == "log":
            stages.append(cast(Log, value))
            continue
        if kind == "linear":
            projection = Projection(str(value), Linear.load(str(value), dtype))
        else:
            # Each is drawn from a seed of its own.
            seed = None if values.seed is None else values.seed + drawn
            drawn += 1
            new = Linear(features, int(value), dtype=dtype, seed=seed)
            projection = Projection("the new Linear", new)
        stages.append(projection)
        features = projection.linear.out_features
    return stages
