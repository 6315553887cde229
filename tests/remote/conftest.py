"""Sounds of several formats in a folder, and servers that give them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from tests.cli.shell import Shell
from tests.remote.web import web_server
from tests.signals import noise

SOUNDS = ("a.wav", "b.flac", "deep/c.ogg", "d.mp3")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    folder = tmp_path / "here"
    folder.mkdir()
    return Shell(folder)


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """A folder of sounds."""
    folder = tmp_path / "there"
    for number, name in enumerate(SOUNDS):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, noise(9000, seed=number) / 8, 8000)
    return folder


@pytest.fixture
def web(sounds: Path) -> Iterator[str]:
    """The URL of the folder of sounds."""
    with web_server(sounds) as url:
        yield url
