"""What stands beyond the ends of signals, each of its own length."""

from collections.abc import Callable
from typing import TypeAlias

import torch
from torch import Tensor
from torch.nn.functional import pad

from stftcli.settings.choices import PadMode

Length: TypeAlias = int | Tensor


def _reflect(at: Tensor, length: Length) -> Tensor:
    # To and fro over all but the sample at the edge; a single sample is its own reflection.
    turn = 2 * (length - 1)
    at = at % (turn + (turn == 0))
    return torch.minimum(at, turn - at)


def _symmetric(at: Tensor, length: Length) -> Tensor:
    at = at % (2 * length)
    return torch.minimum(at, 2 * length - 1 - at)


def _edge(at: Tensor, length: Length) -> Tensor:
    return at.clamp(min=0).clamp(max=length - 1)


# Which sample of a signal stands at a place beyond its ends; numpy.pad repeats itself likewise.
_SOURCES: dict[PadMode, Callable[[Tensor, Length], Tensor]] = {
    "reflect": _reflect,
    "symmetric": _symmetric,
    "edge": _edge,
    "wrap": lambda at, length: at % length,
}


def padded(signals: Tensor, left: int, right: int, mode: PadMode) -> Tensor:
    """Pad signals of one length, shape (..., samples), as numpy.pad does."""
    if mode == "constant":
        return pad(signals, (left, right))
    samples, device = signals.shape[-1], signals.device
    before = _SOURCES[mode](torch.arange(-left, 0, device=device), samples)
    after = _SOURCES[mode](torch.arange(right, device=device) + samples, samples)
    return torch.cat((signals[..., before], signals, signals[..., after]), -1)


def padded_each(signals: Tensor, left: int, right: int, mode: PadMode, lengths: Tensor) -> Tensor:
    """Pad each signal of a batch where it ends by itself, with zeros behind that.

    Parameters
    ----------
    signals : Tensor, shape (..., samples)
        What stands behind the end of each is not looked at.
    left, right : int
        Samples before and after each.
    mode : str
        What is padded.
    lengths : Tensor of int64, shape (...)
        Samples of each.

    Returns
    -------
    Tensor, shape (..., left + samples + right)
        The padded signals.
    """
    ends = lengths.unsqueeze(-1)
    at = torch.arange(signals.shape[-1] + left + right, device=signals.device) - left
    if mode == "constant":
        return pad(signals, (left, right)).where((at >= 0) & (at < ends), 0)
    # An empty signal is asked for its first sample, and given a zero.
    source = _SOURCES[mode](at, ends.clamp(min=1)).clamp(max=signals.shape[-1] - 1)
    there = (at < ends + right) & (ends > 0)
    return signals.gather(-1, source.expand(*signals.shape[:-1], -1)).where(there, 0)
