"""A picture's look as settings: an option goes before a file, a file before the default."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stftcli.features.toml import parse_look, parse_settings
from stftcli.settings.frames import FrameSettings
from stftcli.settings.pictures import FigureSettings, ViewSettings
from tests.cli.inside import ok_inside, run_inside
from tests.cli.picturing import SMALL, draw, tone, write
from tests.cli.shell import Shell
from tests.cli.test_bad_input import assert_explained
from tests.signals import noise

LOOK = (
    *("--scale", "mel", "--fmin", "200", "--fmax", "3000", "--range", "50", "--colormap", "gray"),
    *("--reduce", "mean", "--size", "3x2in", "--dpi", "90", "--font-size", "7", "--dark"),
    *("--axes", "time", "--no-colorbar", "--waveform"),
)
TINY = (*SMALL, "--size", "90x60", "--no-axes")


@pytest.fixture
def folder(shell: Shell) -> Path:
    write(shell, "one.wav", tone(1000))
    write(shell, "two.wav", noise(4000) / 8)
    return shell.folder


def printed(shell: Shell, *words: str) -> str:
    return ok_inside(shell, "spectrogram", *words, "--print-config").out.decode()


def pixels(shell: Shell, *words: str) -> Any:
    return draw(shell, *words, "--title", "x").pixels


def test_the_printed_look_draws_the_same_picture(shell: Shell, folder: Path) -> None:
    (folder / "look.toml").write_text(printed(shell, *LOOK, *SMALL))
    wanted = pixels(shell, "two.wav", *LOOK, *SMALL)
    np.testing.assert_array_equal(pixels(shell, "two.wav", "--config", "look.toml"), wanted)
    assert printed(shell, "--config", "look.toml") == (folder / "look.toml").read_text()


def test_a_picture_draws_another_sound_the_same_way(shell: Shell, folder: Path) -> None:
    ok_inside(shell, "spectrogram", "one.wav", *LOOK, *SMALL, "--title", "One", "--out", "one.png")
    wanted = pixels(shell, "two.wav", *LOOK, *SMALL)
    np.testing.assert_array_equal(pixels(shell, "two.wav", "--config", "one.png"), wanted)
    other = draw(shell, "two.wav", "--config", "one.png", "--framed", "--size", "400x300")
    assert other.texts["Title"] == "two.wav"  # a title is that of its sound
    assert (folder / "one.png").exists()


@pytest.mark.usefixtures("folder")
def test_what_a_picture_chose_itself_is_chosen_anew_for_another_sound(shell: Shell) -> None:
    write(shell, "fast.wav", noise(40000) / 8, 48000)
    ok_inside(shell, "spectrogram", "fast.wav", "--size", "300x200", "--out", "fast.png")
    anew = pixels(shell, "two.wav", "--size", "300x200")
    np.testing.assert_array_equal(pixels(shell, "two.wav", "--config", "fast.png"), anew)
    left_open = parse_settings(printed(shell, "--config", "fast.png"), "x")
    assert left_open.frames == FrameSettings()
    assert left_open.signal.rate_hz is None


@pytest.mark.usefixtures("folder")
def test_what_a_picture_was_asked_for_stays(shell: Shell) -> None:
    words = ("--n-fft", "128", "--rate", "4000", "--size", "300x200")
    ok_inside(shell, "spectrogram", "one.wav", *words, "--out", "one.png")
    settings = parse_settings(printed(shell, "--config", "one.png"), "x")
    assert (settings.frames.filter_length, settings.frames.hop_length) == (128, None)
    assert settings.signal.rate_hz == 4000


def test_a_picture_that_does_not_say_what_it_chose_is_for_any_rate(
    shell: Shell, folder: Path
) -> None:
    ok_inside(shell, "spectrogram", "one.wav", *TINY, "--out", "old.png")
    rewritten(folder, "old.png", {})
    settings = parse_settings(printed(shell, "--config", "old.png"), "x")
    assert settings.signal.rate_hz is None


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("name", ["one.pdf", "one.SVG", "one.webp"])
def test_only_a_png_holds_settings(shell: Shell, name: str) -> None:
    ok_inside(shell, "spectrogram", "one.wav", *TINY, "--out", name)
    done = run_inside(shell, "spectrogram", "two.wav", "--config", name, "--out", "x.png")
    assert_explained(done, 1, name, "holds no settings", ".png")


@pytest.mark.usefixtures("folder")
def test_info_tells_the_settings_of_a_picture(shell: Shell) -> None:
    ok_inside(shell, "spectrogram", "one.wav", *TINY, "--colormap", "gray", "--out", "one.png")
    text = ok_inside(shell, "info", "one.png").out.decode()
    for words in ("one.wav", "[frames]", "[view]", 'colormap = "gray"', "[figure]"):
        assert words in text
    told = json.loads(ok_inside(shell, "info", "one.png", "--json").out)
    assert told["picture"]["view"]["colormap"] == "gray"


def test_options_go_before_a_file_and_a_file_before_defaults(shell: Shell, folder: Path) -> None:
    (folder / "look.toml").write_text(
        '[view]\nscale = "mel"\ncolormap = "gray"\n[figure]\ndpi = 90\n'
    )
    look = parse_look(printed(shell, "--config", "look.toml", "--scale", "log", "--light"), "x")
    assert look.view == ViewSettings(scale="log", colormap="gray")
    assert look.figure == FigureSettings(dpi=90)


def test_a_look_is_no_matter_of_arrays(shell: Shell, folder: Path) -> None:
    (folder / "look.toml").write_text(printed(shell, *LOOK, *SMALL))
    for config in ("look.toml", "one.png"):
        ok_inside(shell, "spectrogram", "one.wav", *LOOK, *SMALL, "--out", "one.png")
        ok_inside(shell, "features", "one.wav", "--config", config, "--out", "x.npy")
        wanted = ("features", "one.wav", "--spectrum", "power", *SMALL, "--out", "y.npy")
        ok_inside(shell, *wanted)
        np.testing.assert_array_equal(np.load(folder / "x.npy"), np.load(folder / "y.npy"))


def test_a_terminal_takes_the_view(shell: Shell, folder: Path) -> None:
    (folder / "look.toml").write_text('[view]\nscale = "log"\n[figure]\ndark = true\n')
    shown = [
        ok_inside(shell, "show", "two.wav", *words, "--quiet").out
        for words in (("--config", "look.toml"), ("--scale", "log"), ())
    ]
    assert shown[0] == shown[1] != shown[2]
    text = ok_inside(shell, "show", "--config", "look.toml", "--print-config").out.decode()
    assert 'scale = "log"' in text
    assert "[figure]" not in text


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('[view]\nscale = "logg"', ("line 2", "scale", "linear, log, mel, bark")),
        ("[view]\nspan = 0", ("line 1", "span", "or auto")),
        ("[view]\n\ncolourmap = 'x'", ("line 3", "colourmap", "did you mean colormap")),
        ("[figure]\nsize = [0, 5]", ("line 1", "0x5")),
        ('[figure]\nsize = "8.5x5ft"', ("line 1", "size", "8.5x5cm")),
        ("[figure]\nbare = true\ndark = true", ("bare", "dark")),
        ("view = 3", ("line 1", "view", "table")),
    ],
)
def test_what_no_picture_has_is_told_with_its_line(
    shell: Shell, folder: Path, table: str, words: tuple[str, ...]
) -> None:
    (folder / "bad.toml").write_text(table)
    done = run_inside(shell, "spectrogram", "one.wav", "--config", "bad.toml", "--out", "x.png")
    assert_explained(done, 2, "bad.toml", *words)
    assert not (folder / "x.png").exists()


def rewritten(folder: Path, name: str, change: dict[str, Any]) -> None:
    """Write a picture again that tells another story of its look."""
    with Image.open(folder / name) as image:
        told = json.loads(image.text["Settings"])  # type: ignore[attr-defined]
        info = PngInfo()
        info.add_text("Settings", json.dumps({**told, "picture": change}))
        image.save(folder / name, pnginfo=info)


def test_pictures_from_before_say_whether_they_had_axes(shell: Shell, folder: Path) -> None:
    ok_inside(shell, "spectrogram", "one.wav", *TINY, "--out", "old.png")
    rewritten(folder, "old.png", {"figure": {"axes": False, "size": [80, 50]}})
    look = parse_look(printed(shell, "--config", "old.png"), "x")
    assert look.figure == FigureSettings(framed=False, size=(80, 50))


@pytest.mark.parametrize(
    "change",
    [{"view": 3}, {"view": {"scale": 5}}, {"figure": {"size": "x"}}, {"figure": {"font": 3}}],
    ids=str,
)
def test_pictures_that_lie_are_errors(shell: Shell, folder: Path, change: dict[str, Any]) -> None:
    ok_inside(shell, "spectrogram", "one.wav", *TINY, "--out", "bad.png")
    rewritten(folder, "bad.png", change)
    done = run_inside(shell, "spectrogram", "one.wav", "--config", "bad.png", "--out", "x.png")
    assert_explained(done, 2, "bad.png")


@pytest.mark.parametrize("change", [None, 3, [], {}], ids=str)
def test_pictures_that_say_nothing_of_it_look_as_usual(
    shell: Shell, folder: Path, change: Any
) -> None:
    ok_inside(shell, "spectrogram", "one.wav", *TINY, "--out", "old.png")
    rewritten(folder, "old.png", change)
    look = parse_look(printed(shell, "--config", "old.png"), "x")
    assert (look.view, look.figure) == (ViewSettings(), FigureSettings())
