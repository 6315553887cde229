"""What can be asked of all frames of each clip of a batch, those that only fill it up left out."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import pad

from stftcli.torch.operations import root

_BLOCK = 256
"""Frames that a mean follows by one product. An hour of frames has some thousand blocks."""


class Clips:
    """The `stftcli.features.form.Sound` of torch.

    Parameters
    ----------
    samples : Tensor, shape (batch, frames, frame_length)
        The samples of each frame.
    lengths : Tensor of int64, shape (batch,), optional
        Frames of each clip; None where they all have those that there are.
    """

    def __init__(self, samples: Tensor, lengths: Tensor | None) -> None:
        self.samples = samples
        self._counts = None if lengths is None else lengths[:, None, None]

    def mean(self, x: Tensor) -> Tensor:
        """Give each feature's mean."""
        # What does not vary is its own mean to the last bit, as in `FeatureMoments`.
        first = x[:, :1]
        return first + self._total(x - first) / self._count(x).clip(min=1)

    def deviation(self, x: Tensor, ddof: int = 0) -> Tensor:
        """Give each feature's deviation."""
        centred = x - self.mean(x)
        return root(self._total(centred * centred) / (self._count(x) - ddof).clip(min=1))

    def largest(self, x: Tensor) -> Tensor:
        """Give the largest value of each feature."""
        return self._there(x, -torch.inf).amax(1, keepdim=True)

    def filtered(self, x: Tensor, weights: Sequence[float]) -> Tensor:
        """Give sums of neighbouring frames; beyond both ends the first or the last is repeated."""
        frames, reach = x.shape[1], len(weights) // 2
        at = torch.arange(frames + 2 * reach, device=x.device)[:, None] - reach
        last = self._count(x) - 1
        source = torch.minimum(at.clamp(min=0), last).clamp(min=0)
        longer = x.gather(1, source.expand(x.shape[0], -1, x.shape[2]))
        terms = (
            weight * longer[:, shift : shift + frames]
            for shift, weight in enumerate(weights)
            if weight
        )
        return sum(terms, torch.zeros_like(x))

    def followed(self, x: Tensor, share: Tensor, initial: float | None) -> Tensor:
        """Give means that follow x, by two products: within blocks, and from block to block.

        Within a block ``M_t = sum_i share (1 - share)^(t - i) x_i + (1 - share)^(t + 1) M_0``, i up
        to t, where M_0 is the mean before the block, which follows the last of each likewise. The
        share is held between 0 and 1.
        """
        frames = x.shape[1]
        # Two blocks more than there must be: for a graph, one or two would be a case of their own.
        count = (frames + _BLOCK - 1) // _BLOCK + 2
        filled = pad(x, (0, 0, 0, count * _BLOCK - frames))
        blocks = filled.unflatten(1, (count, _BLOCK))
        share = share.clamp(0, 1 - torch.finfo(x.dtype).eps)
        kept = torch.log1p(-share)  # of 1 - share itself long means would feel the rounding
        within = _faded(share * blocks, kept)
        first = x[:, :1] if initial is None else torch.full_like(x[:, :1], initial)
        lasts = torch.cat((first, within[:, :-1, -1]), 1)
        before = _faded(lasts, _BLOCK * kept)[:, :, None]
        at = torch.arange(_BLOCK, device=x.device)[:, None] + 1
        means = within + torch.exp(at * kept) * before
        return means.flatten(1, 2)[:, :frames]

    def _there(self, x: Tensor, filling: float) -> Tensor:
        if self._counts is None:
            return x
        at = torch.arange(x.shape[1], device=x.device)[:, None]
        return x.where(at < self._counts, filling)

    def _total(self, x: Tensor) -> Tensor:
        return self._there(x, 0).sum(1, keepdim=True)

    def _count(self, x: Tensor) -> Tensor:
        if self._counts is not None:
            return self._counts
        return torch.full((1, 1, 1), x.shape[1], device=x.device)


def _faded(x: Tensor, log_kept: Tensor) -> Tensor:
    """Give ``sum_i kept^(t - i) x_i``, i up to t, over the last axis but one."""
    at = torch.arange(x.shape[-2], device=x.device)
    lags = (at[:, None] - at).clamp(min=0)
    return torch.exp(lags * log_kept).tril() @ x
