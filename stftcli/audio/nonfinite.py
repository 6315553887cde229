"""Samples that are NaN or infinite: found, told, replaced."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.audio.channels import pick_channels
from stftcli.errors import InputError
from stftcli.settings.choices import Channel, Nonfinite
from stftcli.settings.segment import SegmentSettings

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


class FinitePicker:
    """Picks the channels of a segment, and sees to samples that are NaN or infinite.

    Parameters
    ----------
    name : str
        The sound's, for messages.
    rate_hz : int
        Of the sound.
    floats : bool
        Whether its samples can be anything but finite.

    Attributes
    ----------
    replaced : int
        How many values have been given as 0.
    """

    def __init__(self, name: str, rate_hz: int, *, floats: bool) -> None:
        self._name, self._rate_hz, self._floats = name, rate_hz, floats
        self.replaced = 0

    def pick(
        self, block: Samples, first: int, segment: SegmentSettings, nonfinite: Nonfinite
    ) -> Samples:
        """Give the chosen channels of a block of shape (samples, channels) that begins there.

        Raises
        ------
        InputError
            If they hold such samples, and these are an error.
        """
        chosen = pick_channels(block, segment.channel)
        if nonfinite == "keep" or not self._floats or are_finite(chosen):
            return chosen
        if nonfinite == "zero":
            chosen, replaced = pick_finite(block, segment.channel)
            self.replaced += replaced
            return chosen
        sample = first + first_bad(chosen)
        inside = segment.first(self._rate_hz) <= sample < segment.last(self._rate_hz)
        raise InputError(
            f"{self._name} holds NaN or infinite samples, the first at sample {sample} "
            f"({sample / self._rate_hz:.3f} s): {_advice(inside)}"
        )


def _advice(inside: bool) -> str:
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
