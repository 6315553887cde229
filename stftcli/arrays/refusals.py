"""What some formats cannot hold, and what to do instead."""

from typing import Any

import numpy as np

from stftcli.errors import SettingsError
from stftcli.settings.choices import Layout


def refuse_complex(name: str, dtype: np.dtype[Any]) -> None:
    """Raise SettingsError for complex values."""
    if dtype.kind == "c":
        raise SettingsError(
            f"{name} has no {dtype} numbers: choose another --spectrum, such as magnitude, or "
            "write .npz"
        )


def refuse_bins_first(name: str, layout: Layout) -> None:
    """Raise SettingsError for bins before frames."""
    if layout == "bins-first":
        raise SettingsError(
            f"{name} has a row for each frame: leave out --layout bins-first, or write .npz"
        )
