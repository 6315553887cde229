"""From values to the numbers of pixels, and to colours."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.errors import SettingsError
from stftcli.settings.record import nearest

_WIDE = 1e30
"""Between ends further apart than this, differences in float32 may overflow."""

LEVELS_MAP, SIGNED_MAP = "magma", "RdBu_r"
"""The colour maps of what goes from dark to bright, and of what parts at zero."""


def shades(values: NDArray[Any], lowest: float, highest: float, bits: int = 8) -> NDArray[Any]:
    """Give the number of a pixel for each value: 0 for the lowest, 2^bits - 1 for the highest.

    A number p stands for ``lowest + p / (2^bits - 1) * (highest - lowest)``, and the nearest is
    taken; what lies outside becomes one of the ends.
    """
    last = (1 << bits) - 1
    # Numbers of 16 bits are as fine as float32, and a difference of those is coarser.
    narrow = bits == 8 and highest - lowest < _WIDE
    exact: NDArray[Any] = np.asarray(values, np.float32 if narrow else np.float64)
    scaled = (exact - lowest) * (last / ((highest - lowest) or 1.0))
    np.clip(scaled, 0, last, out=scaled)
    np.rint(scaled, out=scaled)
    return scaled.astype(np.uint8 if bits == 8 else np.uint16)


def colour_table(name: str) -> NDArray[np.uint8]:
    """Give the 256 colours of one of matplotlib's colour maps, shape (256, 3).

    Raises
    ------
    SettingsError
        If there is no such map; the nearest names are offered.
    """
    # Deferred: grey pictures do without.
    from matplotlib import colormaps

    if name not in colormaps:
        raise SettingsError(f"there is no colour map {name!r}: {_offer(name, list(colormaps))}")
    # Its own bytes are cut, not rounded, and so a grey may be missing and another be there twice.
    # By fractions, for a map may have more colours, or ten.
    colours = np.asarray(colormaps[name](np.linspace(0, 1, 256)), np.float64)
    return np.asarray(np.rint(255 * colours[:, :3]), np.uint8)


def _offer(name: str, known: list[str]) -> str:
    offered = nearest(name, known)
    if len(offered) < 100:
        return offered
    return "magma, viridis, gray and all others of matplotlib are known, reversed as magma_r"
