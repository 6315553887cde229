"""What the first bytes of a sound say."""

import io

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from stftcli.audio.header import CONTAINERS, foreign_format, sniff
from stftcli.audio.wav import find_wav_data
from tests.audio.wav import chunk, wav_bytes


def head_of(container: str, **options: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, np.zeros(100), 8000, format=container, **options)
    return file.getvalue()[:64]


@pytest.mark.parametrize("name", sorted(CONTAINERS.keys() - {"RIFX", "SPHERE", "RAW"}))
def test_sniff_knows_what_soundfile_writes(name: str) -> None:
    container = sniff(head_of(name))
    assert container is not None
    assert container.name == name


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (head_of("WAVEX"), "WAV"),
        (head_of("AIFF", subtype="FLOAT"), "AIFF"),
        (b"FORM\0\0\0\0AIFC", "AIFF"),
        (b"ID3\x04" + bytes(20), "MP3"),
        (b"RIFX\0\0\0\0WAVE", "RIFX"),
        (b"NIST_1A\n   1024\n", "SPHERE"),
        (b"\xff\xfb\x90\x00" + bytes(20), "MP3"),
    ],
)
def test_sniff_knows_variants(head: bytes, name: str) -> None:
    assert sniff(head) is CONTAINERS[name]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"\xff\xf9\x50\x80" + bytes(20),  # AAC
        b"RIFF\0\0\0\0AVI LIST",
        b"RIFF",
        b"<!doctype html><html>",
        bytes(64),
        b"\x89PNG\r\n\x1a\n" + bytes(50),
    ],
)
def test_sniff_takes_nothing_else_for_sound(head: bytes) -> None:
    assert sniff(head) is None


def test_foreign_media_are_named() -> None:
    assert foreign_format(b"\0\0\0\x20ftypM4A ") == "MP4"
    assert foreign_format(b"\x1a\x45\xdf\xa3\x9f") == "Matroska or WebM"
    assert foreign_format(wav_bytes(b"")) is None


CHUNKS = {
    "none": b"",
    "a list": chunk(b"LIST", b"INFOISFT\x0e\0\0\0Lavf60.3.100\0\0"),
    "an odd size": chunk(b"junk", b"odd"),
    "several": chunk(b"bext", bytes(602)) + chunk(b"junk", b"x") + chunk(b"fact", bytes(4)),
    "one that holds the word data": chunk(b"LIST", b"data\xff\xff\xff\xff"),
}


@pytest.mark.parametrize("before", CHUNKS.values(), ids=CHUNKS)
def test_the_data_is_found_behind_other_chunks(before: bytes) -> None:
    head = wav_bytes(b"\x55" * 40, channels=2, before=before)
    wav = find_wav_data(head)
    assert wav is not None
    assert wav.size_at == len(head) - 40 - 4
    assert (wav.claimed_bytes, wav.sample_bytes, wav.claimed_samples) == (40, 4, 10)


@pytest.mark.parametrize("length", [0, 11, 12, 19, 30, 36, 43])
def test_a_header_that_is_cut_has_no_data(length: int) -> None:
    assert find_wav_data(wav_bytes(bytes(40))[:length]) is None


@pytest.mark.parametrize("size", [0, 0x7FF00000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_a_size_that_no_writer_could_know_is_no_claim(size: int) -> None:
    wav = find_wav_data(wav_bytes(bytes(40), claimed_bytes=size))
    assert wav is not None
    assert wav.claimed_samples is None
    assert wav.claimed_bytes == size


def test_samples_of_no_bytes_are_no_claim() -> None:
    wav = find_wav_data(wav_bytes(bytes(40), channels=0))
    assert wav is not None
    assert wav.claimed_samples is None


anything = st.binary(max_size=200)


@given(st.one_of(anything, anything.map(lambda rest: b"RIFF\0\0\0\0WAVEfmt " + rest)))
def test_nothing_of_this_raises(head: bytes) -> None:
    container = sniff(head)
    assert container is None or CONTAINERS[container.name] is container
    assert foreign_format(head) in (None, "MP4", "Matroska or WebM", "Creative Voice (VOC)")
    wav = find_wav_data(head)
    if wav is not None:
        assert head[wav.size_at - 4 : wav.size_at] == b"data"
        assert wav.claimed_samples is None or wav.claimed_samples * wav.sample_bytes <= 0x7FF00000
        assert sniff(wav.as_w64()) == CONTAINERS["W64"]
