"""Pictures against those that were looked at once (`make_pictures.py`)."""

import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.cli.shell import Shell
from tests.golden.make_pictures import (
    BARE,
    FOLDER,
    LABELLED,
    draw_picture,
    file_of,
    write_sounds,
)


class Bounds(NamedTuple):
    """How much pixels may differ: in the mean, and what share of them by how much more.

    A difference of 1 is that of black and white.
    """

    mean: float
    share: float
    far: float

    def hold(self, got: bytes, wanted: bytes) -> bool:
        """Compare two pictures of the same size."""
        pixels, others = pixels_of(got), pixels_of(wanted)
        if pixels.shape != others.shape:
            return False
        difference = np.abs(pixels - others)
        far = (difference > self.far).mean()
        return bool(difference.mean() <= self.mean and far <= self.share)


# A step of 8 bits is 0.004: another FFT may round to the next one.
TIGHT = Bounds(1e-3, 1e-3, far=0.01)
# Another version of matplotlib or FreeType sets letters a little differently.
BUT_FOR_LETTERS = Bounds(0.006, 0.015, far=0.15)


def pixels_of(content: bytes) -> NDArray[np.float64]:
    with Image.open(io.BytesIO(content)) as image:
        pixels = np.asarray(image)
    return pixels / np.iinfo(pixels.dtype).max


@pytest.fixture
def sounds(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    write_sounds(shell)
    return shell


@pytest.mark.parametrize("name", BARE)
def test_bare_pictures_hardly_differ(sounds: Shell, name: str) -> None:
    assert TIGHT.hold(draw_picture(sounds, BARE[name]), file_of(name).read_bytes())


@pytest.mark.parametrize("name", LABELLED)
def test_labelled_pictures_differ_in_their_letters_at_most(sounds: Shell, name: str) -> None:
    assert BUT_FOR_LETTERS.hold(draw_picture(sounds, LABELLED[name]), file_of(name).read_bytes())


@pytest.mark.parametrize(
    ("name", "bounds", "change"),
    [
        ("bare", TIGHT, "--range 79"),
        ("bare", TIGHT, "--top 0.6"),
        ("bare", TIGHT, "--window hamming"),
        ("bare", TIGHT, "--n-fft 254"),
        ("usual", BUT_FOR_LETTERS, "--fmax 7900"),
        ("usual", BUT_FOR_LETTERS, "--start 0.02"),
        ("usual", BUT_FOR_LETTERS, "--scale mel"),
        ("usual", BUT_FOR_LETTERS, "--top 0"),
        ("marks", BUT_FOR_LETTERS, "--start 0.02"),
        ("sheet", BUT_FOR_LETTERS, "--sheet-span 1.3"),
        ("sheet", BUT_FOR_LETTERS, "--sheet-margin 0.1"),
    ],
)
def test_the_measure_sees_what_is_otherwise(
    sounds: Shell, name: str, bounds: Bounds, change: str
) -> None:
    words = {**BARE, **LABELLED}[name]
    assert not bounds.hold(draw_picture(sounds, f"{words} {change}"), file_of(name).read_bytes())


def test_every_picture_is_small_and_compared() -> None:
    files = {file_of(name) for name in (*BARE, *LABELLED)}
    assert set(FOLDER.iterdir()) == files
    assert max(file.stat().st_size for file in files) < 40_000
