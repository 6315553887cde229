"""What the tests of recipes share: a sound, and what the command line makes of it."""

import io
import tomllib
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from tests.cli.inside import ok_inside
from tests.cli.shell import Shell, Word


def noisy_rise(rate_hz: int, seconds: float = 1.0) -> NDArray[np.float32]:
    """Give a rising tone in noise: without noise, quiet bands hold the rounding of float32.

    The numbers of RandomState are the same in every version of numpy.
    """
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    noise = np.random.RandomState(7).uniform(-0.17, 0.17, len(time))
    return (noise + 0.3 * np.sin(2 * np.pi * (200 + 700 * time) * time)).astype(np.float32)


def write_sound(shell: Shell, name: str, samples: NDArray[Any], rate_hz: int) -> None:
    """Write samples of shape ([channels,] samples) as they are."""
    soundfile.write(shell.folder / name, samples.T, rate_hz, subtype="FLOAT")


def array_of(content: bytes) -> NDArray[Any]:
    """Read the array that was written to a pipe."""
    return np.asarray(np.load(io.BytesIO(content)))


def features_inside(shell: Shell, *words: Word) -> NDArray[Any]:
    """Give the array of `stftcli features`, run within this process."""
    return array_of(ok_inside(shell, "features", *words, "--out", "-").out)


def settings_of(shell: Shell, *words: Word) -> dict[str, Any]:
    """Give the settings that --print-config shows."""
    printed = ok_inside(shell, "features", *words, "--print-config").out
    return tomllib.loads(printed.decode())


def steps_of(shell: Shell, *words: Word) -> list[dict[str, Any]]:
    """Give the steps that --print-config shows."""
    steps: list[dict[str, Any]] = settings_of(shell, *words)["features"]["steps"]
    return steps


def step_names(shell: Shell, *words: Word) -> list[str]:
    """Give the names of these steps."""
    return [step["step"] for step in steps_of(shell, *words)]
