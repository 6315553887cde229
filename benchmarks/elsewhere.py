"""What needs numpy, done in a process of its own.

A process that starts with its parent's memory counts it into its own peak, so the one that measures
has to stay small.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from benchmarks.sounds import Array

Result = TypeVar("Result")

_EDGE, _MAX_FRAMES = 4, 2000


def make_sound(folder: Path, seconds: int, rate_hz: int) -> str:
    """Write the sound of a job, see `benchmarks.sounds`."""
    return _elsewhere(_make_sound, folder, seconds, rate_hz)


def make_extra(folder: Path, kind: str) -> str:
    """Write the file that a job gives its peers, see `benchmarks.sounds`."""
    return _elsewhere(_make_extra, folder, kind)


def make_clips(folder: Path, number: int) -> None:
    """Write clips of 5 s, see `benchmarks.sounds`."""
    _elsewhere(_make_clips, folder, number)


def differences_in(
    folder: Path, titles: list[str], offsets: dict[str, int], decibels: bool
) -> dict[str, str]:
    """Say how far the result of each command is from that of the first, away from the edges.

    `offsets` are the frames of the first that lie before those of another, where there are any.
    """
    return _elsewhere(_differences, folder, titles, offsets, decibels)


def _elsewhere(function: Callable[..., Result], *arguments: object) -> Result:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def _make_sound(folder: Path, seconds: int, rate_hz: int) -> str:
    from benchmarks import sounds

    return str(sounds.sound(folder, seconds, rate_hz))


def _make_extra(folder: Path, kind: str) -> str:
    from benchmarks import sounds

    return str(sounds.EXTRAS[kind](folder))


def _make_clips(folder: Path, number: int) -> None:
    from benchmarks import sounds

    sounds.clips(folder, number)


def _differences(
    folder: Path, titles: list[str], offsets: dict[str, int], decibels: bool
) -> dict[str, str]:
    import numpy as np

    found = {}
    for number, title in enumerate(titles):
        path = folder / f"result-{number}.npy"
        if number and path.exists():
            ours = _frames(folder / "result-0.npy", offsets.get(title, 0))
            theirs = _frames(path, 0)
            frames = min(len(ours), len(theirs))
            worst = float(np.abs(ours[:frames] - theirs[:frames]).max())
            peak = float(np.abs(ours).max())
            found[title] = f"{worst:.0e} dB" if decibels else f"{worst / peak:.0e} of the peak"
    return found


def _frames(path: Path, offset: int) -> "Array":
    import numpy as np

    array = np.load(path, mmap_mode="r")
    first = _EDGE + offset
    return np.array(array[first : min(len(array) - _EDGE, first + _MAX_FRAMES)])
