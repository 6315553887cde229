"""The mel bank that a step asks for, and what is said of bands that stay empty."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from stftcli.dsp.filterbanks import empty_bands, mel_weights
from stftcli.dsp.torchaudio_bank import torchaudio_mel_weights
from stftcli.errors import SettingsError
from stftcli.jobs.reporter import Reporter
from stftcli.settings.steps import Mel


def mel_bank(step: Mel, rate_hz: int, filter_length: int) -> NDArray[np.float64]:
    """Give the weights, shape (bands, bins).

    Raises
    ------
    SettingsError
        If there can be no such bands.
    """
    options: dict[str, Any] = {
        "scale": step.scale,
        "norm": None if step.norm == "none" else step.norm,
        "fmin_hz": step.fmin_hz,
        "fmax_hz": step.fmax_hz,
    }
    if step.computed == "exactly":
        return mel_weights(rate_hz, filter_length, step.bands, triangles=step.triangles, **options)
    if step.triangles != "hz":
        raise SettingsError("the bank that torchaudio computes has its triangles over hz")
    return torchaudio_mel_weights(rate_hz, filter_length, step.bands, **options)


def warn_of_empty_bands(weights: NDArray[np.float64], reporter: Reporter) -> None:
    """Name the bands that no bin falls into."""
    if len(empty := empty_bands(weights)):
        listed = ", ".join(str(band + 1) for band in empty[:8])
        is_narrower = "is narrower" if len(empty) == 1 else "are narrower"
        reporter.warn(
            f"{len(empty)} of {len(weights)} bands {is_narrower} than a bin and empty "
            f"({listed}{', ...' if len(empty) > 8 else ''}): give fewer bands or longer frames"
        )
