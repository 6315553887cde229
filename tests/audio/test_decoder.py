"""What libsndfile is asked for, whoever else asks it, or uses the same memory."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stftcli.audio.decoder import Decoder
from stftcli.audio.source import Source
from stftcli.errors import InputError
from tests.signals import noise


def why_not(path: Path) -> str:
    """Give the reason why a file cannot be read."""
    with path.open("rb") as file:
        try:
            Decoder(file.fileno(), path.name).close()
        except InputError as error:
            return str(error)
    return "it can be read"


def test_threads_are_told_their_own_reasons(tmp_path: Path) -> None:
    # libsndfile keeps them in one place; soundfile 0.13 let another thread clear it.
    broken = tmp_path / "x.wav"
    broken.write_bytes(b"RIFF\x10\x00\x00\x00WAVEfmt ")
    with ThreadPoolExecutor(4) as threads:
        told = set(threads.map(why_not, [broken] * 4000))
    assert told == {why_not(broken)}


@pytest.mark.parametrize("subtype", ["PCM_16", "FLOAT"])
def test_a_block_stays_until_the_next_is_asked_for_whoever_else_begins(
    tmp_path: Path, subtype: str
) -> None:
    for name in "ab":
        samples = noise(1, 150_000, seed=ord(name))[0] / 8
        soundfile.write(tmp_path / f"{name}.wav", samples, 16000, subtype)
    seen = 0
    with Source(str(tmp_path / "a.wav")) as source:
        for block in source.blocks():
            before = block.copy()
            with Source(str(tmp_path / "b.wav")) as other:
                assert next(other.blocks()).size > 0
            np.testing.assert_array_equal(block, before)
            seen += block.shape[-1]
    assert seen == 150_000
