"""What torch can do with tensors: the operations that scales and steps are written in."""

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import linear


class Operations:
    """The `stftcli.dsp.tensors.Tensors` of torch.

    Parameters
    ----------
    like : Tensor
        Its type and device are those of constants.
    """

    def __init__(self, like: Tensor) -> None:
        self._like = like

    def constant(self, array: NDArray[Any]) -> Tensor:
        """Give numbers that do not change."""
        # A copy, for many arrays are read-only, which tensors cannot be.
        return torch.as_tensor(array.copy(), dtype=self._like.dtype, device=self._like.device)

    # Those that torch has by these names.
    linear = staticmethod(linear)
    abs = staticmethod(torch.abs)
    exp = staticmethod(torch.exp)
    expm1 = staticmethod(torch.expm1)
    log = staticmethod(torch.log)
    log1p = staticmethod(torch.log1p)

    def sqrt(self, x: Tensor) -> Tensor:
        """Give the square root."""
        return root(x)

    def at_least(self, x: Tensor, low: Tensor | float) -> Tensor:
        """Raise what lies below `low` to it."""
        return x.clamp(min=low)

    def above_or_one(self, x: Tensor, low: float) -> Tensor:
        """Give what lies above `low`, and 1 in the place of all else."""
        return x.where(x > low, 1)

    def sum(self, x: Tensor) -> Tensor:
        """Add up the last axis."""
        return x.sum(-1, keepdim=True)

    def mean(self, x: Tensor) -> Tensor:
        """Give the mean of the last axis."""
        return x.mean(-1, keepdim=True)

    def largest(self, x: Tensor) -> Tensor:
        """Give the largest of the last axis."""
        return x.amax(-1, keepdim=True)

    def part(self, x: Tensor, kept: slice) -> Tensor:
        """Give these neighbouring features alone."""
        return x[..., kept]

    def join(self, parts: Sequence[Tensor]) -> Tensor:
        """Put the features of several beside one another."""
        return torch.cat(list(parts), -1)

    def magnitude(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Give the absolute value; torch says that its gradient at 0 is 0."""
        return torch.complex(real, imaginary).abs()

    def angle(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Give the angle."""
        return torch.atan2(imaginary, real)


def root(x: Tensor) -> Tensor:
    """Give the square root, whose gradient at 0 is 0 and not infinite."""
    there = x != 0  # NaN stays NaN
    return x.where(there, 1).sqrt().where(there, 0)
