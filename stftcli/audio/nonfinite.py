"""Samples that are NaN or infinite: found, told, replaced."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.channels import pick_channels
from stftcli.settings.choices import Channel

Samples = NDArray[Any]


def are_finite(samples: Samples) -> bool:
    """Say whether all samples are."""
    # A sum is finite only if all its terms are; it is cheaper than asking for each.
    with np.errstate(all="ignore"):
        return bool(np.isfinite(samples.sum()) or np.isfinite(samples).all())


def first_bad(chosen: Samples) -> int:
    """Give the first sample, of shape (channels, samples), that is not finite in some channel."""
    return int(np.argwhere(~np.isfinite(chosen.T))[0][0])


def pick_finite(block: Samples, choice: Channel | None) -> tuple[Samples, int]:
    """Pick channels as `pick_channels` does, with 0 for what is not finite; and count that."""
    used = block[:, choice - 1 : choice] if isinstance(choice, int) else block
    bad = ~np.isfinite(used)
    finite = np.where(bad, used.dtype.type(0), used)
    with np.errstate(over="ignore"):  # a sum of the largest numbers: its features will not do
        chosen = pick_channels(finite, "all" if isinstance(choice, int) else choice)
    return chosen, int(np.count_nonzero(bad))


def advice(inside: bool) -> str:
    """Say what to do about such samples, within a segment or beside it."""
    if inside:
        return (
            "repair the file, leave that part out with `start` and `duration`, or give "
            "`nonfinite='zero'`"
        )
    return (
        "that is beside the segment, whose frames see it: repair the file, keep away from it, or "
        "give `segment_padding='own'` or `nonfinite='zero'`"
    )
