"""Broken sounds of every kind are read as far as they go, or refused: file and pipe alike."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest
import soundfile

from stftcli.audio.source import Source
from stftcli.errors import InputError
from stftcli.settings.segment import SegmentSettings
from tests.audio.ways import either
from tests.signals import noise

KINDS = ["WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "FLAC", "OGG", "MP3"]
CASES = 25


def mutations(content: bytes, seed: int) -> Iterator[bytes]:
    """Change, cut, repeat, move and join pieces of a file, most of them near its header."""
    random = Random(seed)
    for _ in range(CASES):
        changed = bytearray(content)
        for _ in range(random.choice((1, 1, 2, 5))):
            reach = min(len(changed), random.choice((16, 64, 200, len(changed))))
            at = random.randrange(max(1, reach))
            size = random.choice((1, 2, 4, 100))
            what = random.randrange(5)
            if what == 0:
                changed[at : at + size] = random.randbytes(size)
            elif what == 1:
                del changed[at : at + size]
            elif what == 2:
                changed[at:at] = changed[at : at + size]
            elif what == 3:
                changed[at : at + size] = random.choice((b"\0", b"\xff")) * size
            else:
                changed += content[at:]
        yield bytes(changed[: random.choice((len(changed), random.randrange(len(changed) + 1)))])


def outcome(name: str) -> tuple[bytes, str | None] | str:
    """Give the samples and the complaint, without the name; or say that it was refused."""
    try:
        with Source(name) as source:
            blocks = [block.copy() for block in source.blocks(SegmentSettings(channel="all"))]
            complaint = source.complaint()
            told = None if complaint is None else complaint.removeprefix(source.name)
            return np.concatenate(blocks, axis=1).tobytes(), told
    except InputError:
        return "refused"


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_sound_gives_the_same_from_file_and_pipe_or_is_refused(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "sound"
    soundfile.write(path, noise(6000, 2, seed=4).clip(-4, 4) / 8, 8000, format=kind)
    refused = 0
    for number, content in enumerate(mutations(path.read_bytes(), seed=KINDS.index(kind))):
        path.write_bytes(content)
        outcomes = []
        for way in ("file", "pipe"):
            with either(way, path) as name:
                outcomes.append(outcome(name))
        assert outcomes[0] == outcomes[1], f"case {number}"
        refused += outcomes[0] == "refused"
    assert refused < CASES
