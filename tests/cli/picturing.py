"""What the tests of pictures share: pictures with what they say of themselves, and levels."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image

from stftcli.pictures.layout import Box
from tests.cli.inside import ok_inside
from tests.cli.shell import Shell, Word
from tests.signals import brute_force_stft, hann

RATE_HZ = 8000
LENGTH, HOP = 64, 16
SMALL = ("--n-fft", str(LENGTH), "--hop-length", str(HOP))


@dataclass(frozen=True)
class Picture:
    """A picture as it was written: the highest row first."""

    pixels: NDArray[Any]
    texts: dict[str, str]
    dpi: float | None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def told(self) -> dict[str, Any]:
        """The settings that it tells."""
        settings: dict[str, Any] = json.loads(self.texts["Settings"])
        return settings

    @property
    def ends(self) -> tuple[float, float]:
        """The values of the first and the last colour."""
        told = self.told["picture"]
        return told["lowest"], told["highest"]

    def part(self, box: Box, inset: int = 0) -> NDArray[Any]:
        """Cut out a box, the lowest row first; `inset` leaves out the line around it."""
        bottom, left = box.bottom + inset, box.left + inset
        height, width = box.height - 2 * inset, box.width - 2 * inset
        return self.pixels[::-1][bottom : bottom + height, left : left + width]


def draw(shell: Shell, *words: Word, name: str = "x.png") -> Picture:
    """Draw a picture within this process."""
    ok_inside(shell, "spectrogram", *words, "--quiet", "--out", name)
    with Image.open(shell.folder / name) as image:
        texts = {key: str(text) for key, text in getattr(image, "text", {}).items()}
        return Picture(np.asarray(image), texts, image.info.get("dpi", (None,))[0])


def write(shell: Shell, name: str, samples: NDArray[Any], rate_hz: int = RATE_HZ) -> None:
    """Write samples of shape ([channels,] samples) as they are."""
    soundfile.write(shell.folder / name, samples.T, rate_hz, subtype="FLOAT")


def tone(
    frequency_hz: float, seconds: float = 0.5, rate_hz: int = RATE_HZ, level_dbfs: float = 0.0
) -> NDArray[np.float64]:
    """Give a sine of this level."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.asarray(10 ** (level_dbfs / 20) * np.sin(2 * np.pi * frequency_hz * time_s))


def powers(samples: NDArray[Any], length: int = LENGTH, hop: int = HOP) -> NDArray[np.float64]:
    """Give the powers of frames and bins: 1 for a sine at full scale at its bin."""
    window = hann(length)
    spectra = brute_force_stft(samples, length, hop, window) / (window.sum() / 2)
    return np.asarray(np.abs(spectra) ** 2)


def decibels(power: NDArray[Any]) -> NDArray[np.float64]:
    """Give levels of powers, which are not quite zero."""
    return np.asarray(10 * np.log10(np.maximum(power, 1e-20)))


PAPER = -1
"""The number of what is white, where nothing is drawn."""


def numbers_of(colours: NDArray[np.uint8], table: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Find colours, of shape (..., 3), in a table; all of them must be there, but for paper."""
    packed = table.astype(np.int64) @ (1 << 16, 1 << 8, 1)
    order = np.argsort(packed)
    wanted = colours.astype(np.int64) @ (1 << 16, 1 << 8, 1)
    numbers = order[np.searchsorted(packed, wanted, sorter=order).clip(0, len(table) - 1)]
    known = packed[numbers] == wanted
    paper = ~known & (colours == 255).all(axis=-1)
    assert (known | paper).all(), "there are other colours than those of the map"
    return np.where(paper, PAPER, numbers)
