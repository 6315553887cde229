"""The hash of an input is that of its bytes as they were delivered."""

import errno
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
import pytest
import soundfile

from stftcli.audio.source import Source
from stftcli.errors import InputError, SettingsError
from stftcli.settings.segment import SegmentSettings
from tests.audio.wav import chunk, wav_bytes
from tests.signals import noise

ENDINGS = ["wav", "wavex", "rf64", "w64", "aiff", "au", "caf", "flac", "ogg", "mp3"]
STREAMING = ["wav", "wavex", "rf64", "w64", "aiff", "au", "flac", "ogg", "mp3"]
LENGTH = 150_001
DATA = (1000 * noise(LENGTH)).astype("<i2").tobytes()
ENDLESS = wav_bytes(DATA, claimed_bytes=0xFFFFFFFF)
# More than libsndfile reads beyond the end.
FOLLOWED = wav_bytes(DATA, after=chunk(b"LIST", bytes(300_000)))
PART = SegmentSettings(1.0, 2.0)


def hash_of(content: bytes) -> str:
    return sha256(content).hexdigest()


@pytest.fixture(scope="module")
def contents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of a sound that is longer than any buffer on its way, for each container."""
    folder = tmp_path_factory.mktemp("sounds")
    made = {}
    for ending in ENDINGS:
        if ending.upper() in soundfile.available_formats():
            path = folder / f"x.{ending}"
            soundfile.write(path, noise(LENGTH, 2).clip(-4, 4) / 8, 8000, format=ending.upper())
            made[ending] = path.read_bytes()
    path = folder / "adpcm.wav"
    soundfile.write(path, noise(LENGTH, 2).clip(-4, 4) / 8, 8000, subtype="IMA_ADPCM")
    return {**made, "adpcm": path.read_bytes()}


def existing(contents: dict[str, bytes], ending: str) -> bytes:
    if ending not in contents:
        pytest.skip(f"this libsndfile does not write {ending}")
    return contents[ending]


@contextmanager
def live(content: bytes) -> Iterator[tuple[str, "SimpleQueue[bytes | None]"]]:
    """Give the path of a pipe that brings these bytes and stays open, and a queue for what follows.

    None in the queue ends the pipe.
    """
    reader, writer = os.pipe()
    pieces: SimpleQueue[bytes | None] = SimpleQueue()

    def feed() -> None:
        with suppress(BrokenPipeError), os.fdopen(writer, "wb") as pipe:
            for piece in iter(pieces.get, None):
                pipe.write(piece)
                pipe.flush()

    pieces.put(content)
    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield f"/dev/fd/{reader}", pieces
    finally:
        os.close(reader)
        pieces.put(None)
        feeder.join()


@contextmanager
def piped(content: bytes) -> Iterator[str]:
    """Give a path from which these bytes come through a pipe that ends."""
    with live(content) as (path, pieces):
        pieces.put(None)
        yield path


@contextmanager
def on_signal(number: int, handler: Callable[..., Any]) -> Iterator[None]:
    before = signal.signal(number, handler)
    try:
        yield
    finally:
        signal.signal(number, before)


def descriptors() -> int:
    """Count the open descriptors, when every thread that feeds a pipe has ended."""
    for thread in threading.enumerate():
        if thread.name == "stftcli-pump":
            thread.join()
    return len(list(Path("/dev/fd").iterdir()))


def read(source: Source, part: SegmentSettings | None = None) -> None:
    for _ in source.blocks(part or SegmentSettings()):
        pass


def count(source: Source) -> None:
    source.count()


to_its_end = pytest.mark.parametrize("to_its_end", [read, count])
ToItsEnd = Callable[[Source], None]


class TestFile:
    @pytest.mark.parametrize("ending", ENDINGS)
    def test_the_hash_of_every_container(
        self, contents: dict[str, bytes], tmp_path: Path, ending: str
    ) -> None:
        content = existing(contents, ending)
        (tmp_path / "x").write_bytes(content)
        with Source(str(tmp_path / "x")) as source:
            read(source)
            assert source.sha256() == hash_of(content)

    @pytest.mark.parametrize("ending", ENDINGS)
    def test_reading_goes_on_where_it_was(
        self, contents: dict[str, bytes], tmp_path: Path, ending: str
    ) -> None:
        content = existing(contents, ending)
        (tmp_path / "x").write_bytes(content)
        with Source(str(tmp_path / "x")) as source:
            wanted = [block.copy() for block in source.blocks()]
        got = []
        with Source(str(tmp_path / "x")) as source:
            assert source.sha256() == hash_of(content)
            for block in source.blocks():
                got.append(block.copy())
                assert source.sha256() == hash_of(content)
        np.testing.assert_array_equal(np.concatenate(got, 1), np.concatenate(wanted, 1))

    @pytest.mark.parametrize("claimed_bytes", [0, 1000, 0xFFFFFFFF])
    def test_a_header_that_lies_does_not_matter(self, tmp_path: Path, claimed_bytes: int) -> None:
        content = wav_bytes(DATA, claimed_bytes=claimed_bytes)
        (tmp_path / "x.wav").write_bytes(content)
        for part in (PART, SegmentSettings()):
            with Source(str(tmp_path / "x.wav"), hashed=True) as source:
                if claimed_bytes != 1000:
                    read(source, part)
                assert source.sha256() == hash_of(content)

    def test_a_large_file_is_not_held(self, tmp_path: Path) -> None:
        size = 50_000_000
        path = tmp_path / "x.wav"
        path.write_bytes(wav_bytes(b"", claimed_bytes=size))
        os.truncate(path, 44 + size)
        with Source(str(path)) as source:
            tracemalloc.start()
            try:
                assert source.sha256() == hash_of(path.read_bytes()[:44] + bytes(size))
                tracemalloc.clear_traces()
                tracemalloc.reset_peak()
                source.sha256()
                assert tracemalloc.get_traced_memory()[1] < 4_000_000
            finally:
                tracemalloc.stop()

    def test_a_disk_that_fails_is_told_of(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> bytes:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        (tmp_path / "x.wav").write_bytes(wav_bytes(DATA))
        with Source(str(tmp_path / "x.wav")) as source:
            monkeypatch.setattr(os, "pread", fail)
            with pytest.raises(InputError, match=r"x\.wav cannot be read: Input/output error$"):
                source.sha256()

    def test_closed_it_has_none(self, tmp_path: Path) -> None:
        (tmp_path / "x.wav").write_bytes(wav_bytes(DATA))
        with Source(str(tmp_path / "x.wav")) as source:
            pass
        with pytest.raises(SettingsError, match="is closed"):
            source.sha256()


class TestPipe:
    @pytest.mark.parametrize("ending", ENDINGS)
    @to_its_end
    def test_the_hash_of_every_container(
        self, contents: dict[str, bytes], ending: str, to_its_end: ToItsEnd
    ) -> None:
        content = existing(contents, ending)
        with piped(content) as name, Source(name, hashed=True) as source:
            to_its_end(source)
            assert source.sha256() == hash_of(content)
            assert source.sha256() == hash_of(content)

    @pytest.mark.parametrize("claimed_bytes", [0, 0x7FFFF000, 0xFFFFFFFF])
    @to_its_end
    def test_it_is_of_the_bytes_that_came(self, claimed_bytes: int, to_its_end: ToItsEnd) -> None:
        content = wav_bytes(DATA, claimed_bytes=claimed_bytes)
        with piped(content) as name, Source(name, hashed=True) as source:
            to_its_end(source)
            assert source.sha256() == hash_of(content)

    @pytest.mark.parametrize("ending", STREAMING)
    @pytest.mark.parametrize("size", [10, 1_000_000])
    @to_its_end
    def test_what_follows_the_sound_belongs_to_it(
        self, contents: dict[str, bytes], ending: str, size: int, to_its_end: ToItsEnd
    ) -> None:
        content = existing(contents, ending) + chunk(b"LIST", bytes(size))
        with piped(content) as name, Source(name, hashed=True) as source:
            to_its_end(source)
            assert source.sha256() == hash_of(content)

    def test_what_follows_is_waited_for(self) -> None:
        rest = bytes(100_000)
        with live(FOLLOWED) as (name, pieces), Source(name, hashed=True) as source:
            for delay_s, piece in ((0.2, rest), (0.3, None)):
                threading.Timer(delay_s, pieces.put, (piece,)).start()
            read(source)
            assert source.sha256() == hash_of(FOLLOWED + rest)

    @pytest.mark.parametrize("content", [wav_bytes(DATA), ENDLESS], ids=["known", "endless"])
    def test_left_early_it_has_none(self, content: bytes) -> None:
        with piped(content) as name, Source(name, hashed=True) as source:
            read(source, PART)
            assert source.sha256() is None

    @pytest.mark.parametrize("content", [wav_bytes(DATA), ENDLESS], ids=["known", "endless"])
    def test_left_early_nobody_waits_for_a_live_one(self, content: bytes) -> None:
        with live(content) as (name, _), Source(name, hashed=True) as source:
            assert source.sha256() is None
            read(source, PART)
            assert source.sha256() is None

    def test_a_part_that_reaches_the_end_is_enough(self) -> None:
        with piped(ENDLESS) as name, Source(name, hashed=True) as source:
            read(source, SegmentSettings(start_s=10.0))
            assert source.sha256() == hash_of(ENDLESS)

    def test_what_is_kept_in_a_file_is_hashed_at_any_time(self, contents: dict[str, bytes]) -> None:
        content = contents["adpcm"]
        with piped(content) as name, Source(name) as source:
            read(source, PART)
            assert source.sha256() == hash_of(content)

    def test_not_asked_for_it_is_not_computed(self) -> None:
        with piped(ENDLESS) as name, Source(name) as source:
            read(source)
            assert source.sha256() is None

    def test_an_interrupted_one_has_none(self) -> None:
        with (
            on_signal(signal.SIGUSR1, lambda *_: None),
            live(ENDLESS) as (name, _),
            Source(name, hashed=True) as source,
        ):
            blocks = source.blocks()
            next(blocks)
            signal.raise_signal(signal.SIGUSR1)
            for _ in blocks:
                pass
            assert source.sha256() is None

    def test_the_wait_for_what_follows_can_be_interrupted(self) -> None:
        def interrupt(*_: object) -> None:
            raise KeyboardInterrupt

        with (
            on_signal(signal.SIGUSR1, interrupt),
            live(FOLLOWED) as (name, _),
            Source(name, hashed=True) as source,
        ):
            killer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGUSR1))
            with pytest.raises(KeyboardInterrupt):
                killer.start()
                read(source)

    def test_descriptors_are_closed(self) -> None:
        before = descriptors()
        for part in (SegmentSettings(), PART):
            with piped(ENDLESS) as name, Source(name, hashed=True) as source:
                read(source, part)
                source.sha256()
        assert descriptors() == before


PROGRAM = """
from stftcli.audio.source import Source
with Source("-", hashed=True) as source:
    source.count()
    print(source.sha256())
"""


@pytest.mark.parametrize("way", ["file", "pipe"])
def test_standard_input(contents: dict[str, bytes], tmp_path: Path, way: str) -> None:
    for ending in ("wav", "flac"):
        content = existing(contents, ending)
        (tmp_path / "x").write_bytes(content)
        with (tmp_path / "x").open("rb") as file:
            given: Any = {"stdin": file} if way == "file" else {"input": content}
            done = subprocess.run(
                [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, check=True, **given
            )
        assert done.stdout.decode().strip() == hash_of(content)
