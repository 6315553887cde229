"""Figures for print: as large as they say, with text that can be read and lies on no other."""

import re
from html import unescape
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from stftcli.pictures.layout import Grid, choose_canvas, lay_out
from stftcli.settings.pictures import FigureSettings
from tests.cli.inside import ok_inside, run_inside
from tests.cli.picturing import draw, tone, write
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained

_WIDTH = 0.6  # of a character, in heights of the text
_TEXT = re.compile(
    r'<text style="font-size: ([\d.]+)px;(?:[^"]*text-anchor: (\w+))?[^"]*"'
    r'(?: x="([\d.]+)" y="([\d.]+)" transform="rotate\((-\d+)[^>]*'
    r'| transform="translate\(([\d.]+) ([\d.]+)\) rotate\((-90)\)")>([^<]*)'
)


class Text(NamedTuple):
    """A text of a drawing: its height in points, and the box that it fills, in points."""

    text: str
    points: float
    left: float
    right: float
    top: float
    bottom: float

    def touches(self, other: "Text") -> bool:
        """Whether two of them overprint."""
        beside = self.right <= other.left or other.right <= self.left
        return not beside and not (self.bottom <= other.top or other.bottom <= self.top)


def text_of(found: tuple[str, ...]) -> Text:
    points, text = float(found[0]), unescape(found[-1])
    length = _WIDTH * points * len(text)
    x, y, angle = (float(one or other) for one, other in zip(found[2:5], found[5:8], strict=True))
    first = {"middle": -length / 2, "end": -length}.get(found[1], 0.0)
    if angle == 0:
        return Text(text, points, x + first, x + first + length, y - 0.75 * points, y)
    return Text(text, points, x - 0.75 * points, x, y - first - length, y - first)


def texts_of(shell: Shell, *words: str) -> list[Text]:
    """Give the texts of a drawing."""
    done = ok_inside(shell, "spectrogram", *words, "--format", "svg", "--out", "-")
    found = [text_of(groups) for groups in _TEXT.findall(done.out.decode())]
    assert len(found) == done.out.count(b"<text")
    return [one for one in found if one.text]


@pytest.fixture
def sound(shell: Shell) -> str:
    write(shell, "in.wav", tone(1000, seconds=2))
    return "in.wav"


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize("size", ["8.5x5cm", "85x50mm", "3.3465x1.9685in"])
def test_a_size_on_paper_is_so_many_pixels(size: str, dpi: int) -> None:
    canvas = choose_canvas(Grid(1, 1), FigureSettings(size=size, dpi=dpi))
    assert (canvas.width, canvas.height) == (round(8.5 / 2.54 * dpi), round(5 / 2.54 * dpi))


def test_paper_has_300_dpi(shell: Shell, sound: str) -> None:
    picture = draw(shell, sound, "--size", "8.5x5cm")
    assert picture.size == (1004, 591)
    assert picture.dpi == pytest.approx(300, abs=0.1)


@pytest.mark.parametrize("dpi", [150, 300, 600, 1200])
def test_most_of_a_column_is_the_spectrogram(dpi: int) -> None:
    layout = lay_out(Grid(1, 1), FigureSettings(size="8.5x5cm", dpi=dpi), titled=False)
    panel = layout.panels[0]
    assert panel.width > 0.62 * layout.canvas.width
    assert panel.height > 0.75 * layout.canvas.height


@pytest.mark.parametrize("dpi", [300, 600])
@pytest.mark.parametrize(("size", "points"), [("4x3cm", 6), ("8.5x5cm", 7), ("17x8cm", 8.5)])
def test_text_has_the_points_that_are_usual_in_print(size: str, points: float, dpi: int) -> None:
    on_paper = choose_canvas(Grid(1, 1), FigureSettings(size=size, dpi=dpi))
    assert on_paper.points == points
    # Pixels, and how many make an inch, say the same.
    pixels = FigureSettings(size=(on_paper.width, on_paper.height), dpi=dpi)
    assert choose_canvas(Grid(1, 1), pixels) == on_paper


def test_text_is_as_large_as_the_width_asks_for(shell: Shell, sound: str) -> None:
    found = texts_of(shell, sound, "--size", "8.5x5cm", "--dpi", "100", "--title", "")
    assert {text.points for text in found} == {7}


def test_text_can_have_other_points(shell: Shell, sound: str) -> None:
    found = texts_of(
        shell, sound, "--size", "8.5x5cm", "--dpi", "100", "--font-size", "5.5", "--title", ""
    )
    assert {text.points for text in found} == {5.5}


@pytest.mark.parametrize(
    "words",
    [
        "--size 8.5x5cm",
        "--size 8.5x5cm --dpi 100 --scale log",
        "--size 4x3cm",
        "--size 17x5cm --dpi 100 --waveform",
        "--size 17x10cm --dpi 100 --start 0.5 --duration 0.03",
        "--size 8.5x5cm --time-origin 2026-06-21",
        "--size 8.5x5cm --no-colorbar --axes time",
        "--size 8.5x5cm --axes frequency",
    ],
)
def test_no_text_lies_on_another_or_beyond_the_edge(shell: Shell, sound: str, words: str) -> None:
    check_texts(shell, sound, *words.split())


@pytest.mark.parametrize("seconds", [(120, 120, 120, 120), (1, 120, 60, 7)])
def test_no_text_of_a_grid_lies_on_another(shell: Shell, seconds: tuple[int, ...]) -> None:
    names = [f"{number}.wav" for number in range(4)]
    for name, length in zip(names, seconds, strict=True):
        write(shell, name, np.zeros(50 * length), rate_hz=50)
    for size in ("1000x600", "17x10cm"):
        found = check_texts(shell, *names, "--grid", "--size", size, "--dpi", "100")
        assert {"0:00", "2:00"} <= {text.text for text in found}


def check_texts(shell: Shell, *words: str) -> list[Text]:
    found = texts_of(shell, *words)
    for one, other in combinations(found, 2):
        assert not one.touches(other), (one, other)
    assert min(min(text.left, text.top) for text in found) >= 0
    return found


AXES = {"time": "Time (s)", "frequency": "Frequency (kHz)"}


@pytest.mark.parametrize("axes", ["time", "frequency", "time,frequency", "none"])
def test_axes_that_are_not_named_have_no_texts(shell: Shell, sound: str, axes: str) -> None:
    words = (sound, "--size", "300x200", "--no-colorbar", "--title", "", "--axes", axes)
    found = {text.text for text in texts_of(shell, *words)}
    for name, label in AXES.items():
        assert (label in found) == (name in axes)
    assert (found == set()) == (axes == "none")


def test_without_a_colour_bar_nothing_tells_of_colours(shell: Shell, sound: str) -> None:
    with_bar = {text.text for text in texts_of(shell, sound, "--size", "500x300")}
    without = {text.text for text in texts_of(shell, sound, "--size", "500x300", "--no-colorbar")}
    assert "Level (dBFS)" in with_bar - without
    assert {"Time (s)", "Frequency (kHz)", "in.wav"} <= without


def test_what_is_left_out_leaves_its_room_to_the_panel() -> None:
    def width(**changes: object) -> int:
        figure = FigureSettings.from_dict({"size": "8.5x5cm", **changes})
        return lay_out(Grid(1, 1), figure).panels[0].width

    whole = width()
    assert width(colorbar=False) > 1.2 * whole
    assert width(axes=["time"]) > 1.1 * whole
    assert width(axes=[], colorbar=False) > 1.4 * whole


@pytest.mark.parametrize("ending", ["svg", "pdf"])
def test_drawings_are_as_large_as_they_say(shell: Shell, sound: str, ending: str) -> None:
    words = ("--size", "8.5x5cm", "--dpi", "200", "--out", f"x.{ending}")
    ok_inside(shell, "spectrogram", sound, *words)
    content = (shell.folder / f"x.{ending}").read_bytes()
    pattern = rb'width="([\d.]+)pt" height="([\d.]+)pt"'
    if ending == "pdf":
        pattern = rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]"
    found = re.search(pattern, content)
    assert found is not None
    inches = [float(side) / 72 for side in found.groups()]
    assert inches == pytest.approx([8.5 / 2.54, 5 / 2.54], abs=1 / 200)


def test_a_curve_for_print_has_its_texts_too(shell: Shell, sound: str) -> None:
    words = (sound, "--pool", "all", "--size", "8.5x5cm", "--dpi", "100", "--title", "")
    assert {text.points for text in texts_of(shell, *words)} == {7}
    found = {text.text for text in texts_of(shell, *words, "--axes", "none")}
    assert "Level (dBFS)" in found
    assert "Frequency (kHz)" not in found


class TestTimesOfAGrid:
    def test_of_very_unlike_sounds_are_their_own(self, shell: Shell) -> None:
        write(shell, "short.wav", tone(1000, seconds=0.05))
        write(shell, "long.wav", tone(1000, seconds=5))
        words = ("short.wav", "long.wav", "--grid", "--size", "500x400", "--out", "x.png")
        ok_inside(shell, "spectrogram", *words)
        found = {text.text for text in texts_of(shell, *words[:5])}
        assert {"Time (ms)", "Time (s)", "50", "5"} <= found
        grid = Grid(2, 1, named=True, own_times=True)
        layout = lay_out(grid, FigureSettings(size=(500, 400)), titled=False)
        with Image.open(shell.folder / "x.png") as image:
            pixels = np.asarray(image)[::-1]
        for box in layout.panels:
            row = pixels[box.bottom + box.height // 4, box.left + 5 : box.left + box.width - 5]
            assert (row.sum(axis=-1) < 3 * 255).all()  # from end to end, no paper is left

    def test_of_sounds_that_are_alike_are_shared(self, shell: Shell) -> None:
        write(shell, "short.wav", tone(1000, seconds=0.5))
        write(shell, "long.wav", tone(1000, seconds=4.9))
        words = ("short.wav", "long.wav", "--grid", "--size", "500x400")
        found = [text.text for text in texts_of(shell, *words)]
        assert found.count("Time (s)") == 1


class TestFont:
    def test_is_one_that_is_installed(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000))
        words = ("in.wav", "--size", "300x200", "--title", "Title")
        plain, serif = (draw(shell, *words, *font) for font in ((), ("--font", "dejavu serif")))
        assert (plain.pixels != serif.pixels).any()
        svg = ok_inside(shell, "spectrogram", *words, "--font", "DejaVu Serif", "-o", "x.svg")
        assert svg.err.count("warning") == 0
        assert "DejaVu Serif" in (shell.folder / "x.svg").read_text()

    def test_that_is_not_is_answered_with_those_that_are_near(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000))
        done = run_inside(shell, "spectrogram", "in.wav", "--font", "DejaVu Serf", "-o", "x.png")
        assert_explained(done, 2, "'DejaVu Serf'", "not installed", "did you mean DejaVu Serif")
        assert not (shell.folder / "x.png").exists()

    def test_that_lacks_signs_is_told_of_in_one_line(self, shell: Shell) -> None:
        write(shell, "in.wav", tone(1000))
        words = ("spectrogram", "in.wav", "--size", "300x200", "--title", "字 and 音")
        done = ok_inside(shell, *words, "-o", "x.png")
        assert len([line for line in done.err.splitlines() if "the font lacks" in line]) == 1
        assert "Glyph" not in done.err
