"""From settings to the engine that carries them out."""

from typing import Any

from numpy.typing import NDArray

from stftcli.dsp.analyzer import Analyzer
from stftcli.dsp.linear import Linear
from stftcli.dsp.stft import STFT
from stftcli.errors import InputError, SettingsError
from stftcli.files.tensors import open_tensors, split_prefix
from stftcli.settings import FeatureSettings, SampledFrames, ValueSettings


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


def make_analyzer(settings: FeatureSettings, rate_hz: int) -> Analyzer:
    """Make the analyzer for a sound of this rate, reading the weights that it needs."""
    values = settings.values
    dtype = "float64" if settings.dtype == "float64" else "float32"
    stft = make_stft(
        settings.frames.at(rate_hz), freeze_parameters=values.kernel is None, dtype=dtype
    )
    if values.kernel is not None:
        stft.kernel = _read_kernel(values.kernel)
    return Analyzer(stft, values.spectrum, _make_linear(values, stft.bins, dtype))


def _make_linear(values: ValueSettings, bins: int, dtype: str) -> Linear | None:
    if values.linear is not None and values.linear_out is not None:
        raise SettingsError("a Linear is read from a file or made new: not both")
    if values.linear is not None:
        return Linear.load(values.linear, dtype)
    if values.linear_out is not None:
        return Linear(bins, values.linear_out, dtype=dtype, seed=values.seed)
    return None


def _read_kernel(file: str) -> NDArray[Any]:
    path, prefix = split_prefix(file)
    with open_tensors(path) as tensors:
        candidates = (prefix,) if prefix else ("kernel", "weight")
        for name in candidates:
            if name in tensors.names:
                return tensors.read(name)
    raise InputError(
        f"{path} holds no {' or '.join(candidates)}: it has {', '.join(tensors.names)}"
    )
