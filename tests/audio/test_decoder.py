"""What libsndfile is asked for, whoever else asks it at the same time."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from stftcli.audio.decoder import Decoder
from stftcli.errors import InputError


def why_not(path: Path) -> str:
    """Give the reason why a file cannot be read."""
    with path.open("rb") as file:
        try:
            Decoder(file.fileno(), path.name).close()
        except InputError as error:
            return str(error)
    return "it can be read"


def test_threads_are_told_their_own_reasons(tmp_path: Path) -> None:
    # libsndfile keeps them in one place; soundfile before 0.14 lets another thread clear it.
    broken = tmp_path / "x.wav"
    broken.write_bytes(b"RIFF\x10\x00\x00\x00WAVEfmt ")
    with ThreadPoolExecutor(4) as threads:
        told = set(threads.map(why_not, [broken] * 4000))
    assert told == {why_not(broken)}
