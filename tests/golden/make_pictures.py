"""Write the pictures of `pictures/`, which were looked at before they were kept.

Run from the root of the repository: ``python -m tests.golden.make_pictures``.
"""

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.cli.inside import ok_inside
from tests.cli.picturing import write
from tests.cli.shell import Shell

FOLDER = Path(__file__).parent / "pictures"
RATE_HZ = 16_000

BARE: dict[str, str] = {
    "bare": "bird.wav --bare --n-fft 256 --hop-length 128",
    "bare 16 bits": "bird.wav --bare --bits 16 --size 120x100",
    "bare colours": "bird.wav --bare --scale mel --colormap viridis --size 160x100 --range 50",
}
LABELLED: dict[str, str] = {
    "usual": "bird.wav --size 320x200 --range 60",
    "log, dark, with the wave": "bird.wav --size 320x240 --range 60 --scale log --fmin 100 --dark "
    "--waveform",
    "two channels, part": "both.wav --size 320x280 --range 60 --start 0.25 --duration 0.5",
    "grid": "bird.wav low.wav --grid --size 360x300 --top 0 --range 60 --fmax 3000",
    "mel": "bird.wav --mel 40 --n-fft 512 --size 320x200 --range 50",
    "mfcc": "bird.wav --mfcc 13 --n-fft 512 --hop-length 512 --size 320x200",
    "marks": "bird.wav --size 320x200 --range 60 --segments marks.txt",
    "sheet": "bird.wav --size 360x260 --range 60 --segments marks.txt --sheet",
    "paper": "bird.wav --size 5x3cm --dpi 120 --range auto --title= --no-colorbar",
    "no axes": "bird.wav --no-axes --size 200x120 --range 60 --colormap gray_r",
}


def bird(rate_hz: int = RATE_HZ) -> NDArray[np.float64]:
    """Give a second of two rising chirps with overtones, and silence between them."""
    time_s = np.arange(rate_hz) / rate_hz
    phase = 2 * np.pi * (600 * time_s + 900 * time_s**2)
    voices = sum(np.sin(number * phase) / 4**number for number in (1, 2, 3))
    return np.asarray(voices * np.sin(2 * np.pi * time_s) ** 2 * (np.abs(time_s - 0.5) > 0.05))


def write_sounds(shell: Shell) -> None:
    """Write what is drawn."""
    write(shell, "bird.wav", bird(), RATE_HZ)
    write(shell, "both.wav", np.stack((bird(), bird()[::-1] / 4)), RATE_HZ)
    write(shell, "low.wav", bird(4000)[:3000], 4000)
    # Audacity's labels: the frequencies of one stand in a line of their own.
    labels = ("0.05\t0.4\tup", "\\\t600\t2600", "0.6\t0.95\tonce more", "0.62\t0.7\tinside")
    (shell.folder / "marks.txt").write_text("\n".join(labels) + "\n", encoding="utf-8")


def draw_picture(shell: Shell, words: str) -> bytes:
    """Give the bytes of a picture."""
    return ok_inside(shell, "spectrogram", *words.split(), "--out", "-").out


def file_of(name: str) -> Path:
    """Give the place of a picture."""
    return FOLDER / f"{name.replace(',', '').replace(' ', '_')}.png"


def main() -> None:
    """Write the files."""
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(Path(folder))
        write_sounds(shell)
        for name, words in {**BARE, **LABELLED}.items():
            file_of(name).write_bytes(draw_picture(shell, words))


if __name__ == "__main__":
    main()
