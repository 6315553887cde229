"""What a module is called with: waveforms, and how long each of them is."""

from typing import Any

import torch
from torch import Tensor

from stftcli.errors import InputError, SettingsError


def checked_waveform(waveform: Any) -> Tensor:
    """Give a tensor of floats, shape (..., samples); InputError if it is none."""
    if not isinstance(waveform, Tensor):
        kind = type(waveform)
        raise InputError(
            f"the waveform is a {kind.__module__.partition('.')[0]}.{kind.__name__}: give a "
            "torch.Tensor, as torch.from_numpy(x)"
        )
    if not waveform.dtype.is_floating_point:
        raise InputError(
            f"the waveform holds {waveform.dtype}: give floats, full scale being 1 (of int16, "
            "x / 32768)"
        )
    if waveform.ndim == 0:
        raise InputError("the waveform has shape (): it must be (..., samples)")
    return waveform


def checked_lengths(lengths: Any, waveform: Tensor) -> Tensor:
    """Give lengths as int64 where the waveform is; SettingsError if they are none of it."""
    lengths, samples = torch.as_tensor(lengths), waveform.shape[-1]
    is_whole = not (lengths.is_floating_point() or lengths.is_complex())
    if lengths.shape != waveform.shape[:-1] or not is_whole or lengths.dtype == torch.bool:
        raise SettingsError(
            f"`lengths` has shape {tuple(lengths.shape)} of {lengths.dtype} for a waveform of "
            f"shape {tuple(waveform.shape)}: give the whole number of samples of each signal"
        )
    # A device would have to be waited for, and a graph cannot ask.
    is_known = lengths.device.type == "cpu" and not torch.compiler.is_compiling()
    if is_known and not ((lengths >= 0) & (lengths <= samples)).all():
        raise SettingsError(
            f"`lengths` goes from {int(lengths.min())} to {int(lengths.max())}, and the signals "
            f"have {samples} samples: give how many of these are of each"
        )
    return lengths.to(waveform.device, torch.int64)
