"""Which channels of a block are used."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import InputError
from stftcli.settings.choices import Channel


def check_channel(choice: Channel | None, channels: int, name: str) -> None:
    """Raise InputError if a sound of so many channels does not have the one asked for."""
    if isinstance(choice, int) and not 1 <= choice <= channels:
        has = "one channel" if channels == 1 else f"channels 1 to {channels}"
        raise InputError(f"{name} has {has}: there is no channel {choice}")


def pick_channels(block: NDArray[Any], choice: Channel | None) -> NDArray[Any]:
    """Turn a block of shape (samples, channels) into one of (chosen channels, samples)."""
    if choice == "all" or block.shape[1] == 1:
        return block.T
    if choice in (None, "mix"):
        # Column by column: a sum along so short an axis is slow.
        mixed = block[:, 0].copy()
        for channel in range(1, block.shape[1]):
            mixed += block[:, channel]
        mixed /= block.shape[1]
        return mixed[np.newaxis]
    assert isinstance(choice, int)
    return block[:, choice - 1][np.newaxis]
