"""Pictures that cannot be: what is wrong is named, what is allowed is told, nothing is left."""

from typing import NamedTuple

import numpy as np
import pytest

from tests.cli.inside import run_inside
from tests.cli.picturing import tone, write
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained


class Call(NamedTuple):
    """Arguments after `stftcli spectrogram in.wav`, and words of the message."""

    arguments: str
    words: str
    name: str = "x.png"


BAD_CALLS = [
    Call("--size 0x100", "--size|0x100|1 to 65000"),
    Call("--size 100x0", "--size|100x0|1 to 65000"),
    Call("--size 1000000x1000000", "--size|1000000x1000000|1 to 65000"),
    Call("--size 60000x60000", "--size|60000x60000|67 are the most"),
    Call("--size 99999999999x1", "--size|'99999999999x1'|1200x600"),
    Call("--size 12", "--size|'12'|1200x600"),
    Call("--size -5x5", "--size|'-5x5'|1200x600"),
    Call("--size 30x30", "30x30|no room|--no-axes"),
    Call("--size 320x200 --dpi 2400", "320x200|2400 dpi|smaller --dpi"),
    Call("--size 4x4 --no-axes --waveform", "4x4|no room"),
    Call("--size 0x5cm", "--size|'0x5cm'|8.5x5cm"),
    Call("--size 8.5x5ft", "--size|'8.5x5ft'|cm, mm or in"),
    Call("--size 800x5cm", "94488x591|1 to 65000"),
    Call("--size 200x200cm", "23622x23622|67 are the most"),
    Call("--size 85x50mm --dpi 2400 --font-size 100", "8031x4724|2400 dpi|smaller --dpi or --font"),
    Call("--font-size 0.5", "--font-size|'0.5'|from 1 to 100"),
    Call("--axes time,level", "--axes|no 'level'|time, frequency"),
    Call("--axes time,", "--axes|no ''"),
    Call("--range automatic", "--range|'automatic'|or auto"),
    Call("--dpi 0", "--dpi is '0'|from 10 to 2400"),
    Call("--dpi 2400", "24000x10800|67 are the most"),
    Call("--fmin 3000 --fmax 2000", "--fmin 3000|below --fmax 2000"),
    Call("--fmin 100 --fmax 100", "--fmin 100|below --fmax 100"),
    Call("--fmin 5000", "--fmin is 5000 Hz|below 4000 Hz"),
    Call("--fmin -5", "--fmin|'-5'|0 to"),
    Call("--fmax 4001", "--fmax is 4001 Hz|nothing above 4000 Hz"),
    Call("--fmax 0", "between 0 and 0 Hz|--fmax"),
    Call("--scale log --fmin 0", "log axis cannot begin at 0 Hz|--fmin above 0"),
    Call("--scale log --fmin 1e-9 --fmax 1e-8", "between 1e-09 and 1e-08 Hz"),
    Call("--scale log --n-fft 8 --fmax 500", "between 1000 and 500 Hz|--fmin"),
    Call("--scale erb", "--scale|'erb'|linear, log, mel, bark"),
    Call("--mel 40 --scale log", "--scale|mel_1"),
    Call("--linear-out 5 --fmax 100", "--fmax|linear_1"),
    Call("--descriptors rms --fmin 300 --fmax 100", "--fmin is 300|--fmax, 100"),
    Call("--bands third --fmax 5000", "--fmax is 5000|4000, half the rate"),
    Call("--colormap magmma", "'magmma'|magma or magma_r"),
    Call("--colormap Viridis", "'Viridis'|viridis"),
    Call("--colormap xyzzyq", "'xyzzyq'|magma, viridis, gray"),
    Call("--bare --colormap nope", "'nope'|copper"),
    Call("--range 0", "--range|'0'|1e-06 to 1e+06"),
    Call("--top nan", "--top|'nan'|-1e+06 to 1e+06"),
    Call("--reduce median", "--reduce|'median'|max, mean"),
    Call("--spectrum phase --ref max", "--ref max is for levels"),
    Call("--ref 5", "--ref belongs to --log"),
    Call("--spectrum complex", "complex|another --spectrum"),
    Call("--stats mean", "--stats|one row"),
    Call("--bits 16", "--bits 16|--bare"),
    Call("--bits 12 --bare", "--bits|'12'|one of 8, 16"),
    Call("--bare --bits 16 --colormap gray", "--bits 16 is grey|--colormap"),
    Call("--bare --dark --title x", "--title, --dark"),
    Call("--bare --axes time --no-colorbar", "--axes, --no-colorbar"),
    Call("--bare --font-size 9", "--font-size"),
    Call("--bare --size 8.5x5cm", "--bare|--size in pixels"),
    Call("--no-axes --title x", "--no-axes|--title"),
    Call("--seed 3", "--seed|--linear-out"),
    Call("--bare --dpi 100 --waveform", "--dpi, --waveform"),
    Call("--bare --channel all", "one channel|--channel mix"),
    Call("--bare --grid in.wav", "one sound|--grid"),
    Call("--bare", "--bare|svg|.png or .webp", "x.svg"),
    Call("--bare --size 9x9", "--bare|pdf|.png or .webp", "x.pdf"),
    Call("--bare --bits 16", "8 bits|.png", "x.webp"),
    Call("--bare --size 20000x2", "20000x2|16383|.png", "x.webp"),
    Call("", "x.jpg|.png, .svg, .pdf, .webp", "x.jpg"),
]


@pytest.mark.parametrize("call", BAD_CALLS, ids=[" ".join(call[::2]) for call in BAD_CALLS])
def test_bad_pictures(shell: Shell, call: Call) -> None:
    (shell.folder / "out").mkdir()
    write(shell, "in.wav", np.stack((tone(1000), tone(2000))))
    words = ("spectrogram", "in.wav", *call.arguments.split(), "--out", f"out/{call.name}")
    assert_explained(run_inside(shell, *words), 2, *call.words.split("|"))
    assert shell.names("out") == []
    assert shell.names() == ["in.wav", "out"]


def test_more_frames_than_a_picture_has_columns(shell: Shell) -> None:
    (shell.folder / "out").mkdir()
    write(shell, "in.wav", np.zeros(70_000))
    words = ("--bare", "--n-fft", "4", "--hop-length", "1", "--out", "out/x.png")
    done = run_inside(shell, "spectrogram", "in.wav", *words)
    assert_explained(done, 1, "in.wav", "65000 frames", "--size", "--hop-length", "--duration")
    assert shell.names("out") == []


def test_more_panels_than_a_figure_holds(shell: Shell) -> None:
    write(shell, "in.wav", np.zeros((400, 100)))
    done = run_inside(shell, "spectrogram", "in.wav")
    assert_explained(done, 2, "1500x86535", "65000 pixels")
    assert shell.names() == ["in.wav"]


@pytest.mark.parametrize(
    ("samples", "words", "told"), [(0, (), "no samples"), (1, ("--drop-last",), "no frame")]
)
def test_no_frame_at_all(shell: Shell, samples: int, words: tuple[str, ...], told: str) -> None:
    write(shell, "in.wav", np.zeros(samples))
    done = run_inside(shell, "spectrogram", "in.wav", "--hop-length", "64", *words)
    assert_explained(done, 1, "in.wav", told)
    assert shell.names() == ["in.wav"]
