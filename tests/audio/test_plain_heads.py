"""Headers that libsndfile does not use, and ADPCM: the samples are those that were put there."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stftcli.audio.source import Source
from stftcli.errors import InputError
from tests.audio.test_mutated import mutations, outcome
from tests.audio.ways import either, either_way, piped
from tests.signals import noise

RATE_HZ = 11_025
SAMPLES = np.clip(noise(2, 3001) / 4, -1, 1)


def rifx(data: bytes, code: int, bits: int, claimed: int | None = None) -> bytes:
    align = 2 * bits // 8
    form = struct.pack(">HHIIHH", code, 2, RATE_HZ, RATE_HZ * align, align, bits)
    size = len(data) if claimed is None else claimed
    chunks = (
        b"fmt " + struct.pack(">I", len(form)) + form + b"data" + struct.pack(">I", size) + data
    )
    return b"RIFX" + struct.pack(">I", 4 + len(chunks)) + b"WAVE" + chunks


def aiff(data: bytes, bits: int, kind: bytes = b"") -> bytes:
    """Give what ffmpeg writes to a pipe: all sizes that it cannot know are 0."""
    rate = struct.pack(">HQ", 16383 + 13, RATE_HZ << 50)
    common = struct.pack(">HIH", 2, 0, bits) + rate + (kind + b"\0\0" if kind else b"")
    form = b"AIFC" if kind else b"AIFF"
    head = b"FORM" + bytes(4) + form + b"COMM" + struct.pack(">I", len(common)) + common
    return head + b"SSND" + bytes(12) + data


def caf(data: bytes, bits: int, flags: int, kind: bytes = b"lpcm", *, sized: bool = False) -> bytes:
    """Give a CAF whose data goes on to the end of the file, unless its size is told."""
    form = struct.pack(">d4s5I", RATE_HZ, kind, flags, 2 * bits // 8, 1, 2, bits)
    head = b"caff\0\1\0\0" + b"desc" + struct.pack(">Q", 32) + form
    size = struct.pack(">Q", 4 + len(data)) if sized else b"\xff" * 8
    return head + b"free" + struct.pack(">Q", 7) + bytes(7) + b"data" + size + bytes(4) + data


def sphere(data: bytes, sample_bytes: int, order: str, coding: str = "pcm") -> bytes:
    fields = (
        f"channel_count -i 2\nsample_rate -i {RATE_HZ}\nsample_n_bytes -i {sample_bytes}\n"
        f"sample_count -i {len(data) // 2 // sample_bytes}\nsample_coding -s4 {coding}\n"
        f"sample_byte_format -s{len(order)} {order}\nspeaker -s9 Jane  Doe\nend_head\n"
    )
    return b"NIST_1A\n   1024\n" + fields.encode().ljust(1008) + data


def integers(dtype: str, high: float) -> bytes:
    return np.round(SAMPLES.T * high).astype(dtype).tobytes()


PCM_16 = np.round(SAMPLES * 32767) / 32768
PCM_8 = np.round(SAMPLES * 127) / 128
FLOAT = SAMPLES.astype(np.float64)

CASES: dict[str, tuple[bytes, NDArray[Any]]] = {
    "rifx 16": (rifx(integers(">i2", 32767), 1, 16), PCM_16),
    "rifx 8": (rifx((np.round(SAMPLES.T * 127) + 128).astype("u1").tobytes(), 1, 8), PCM_8),
    "rifx float": (rifx(SAMPLES.T.astype(">f4").tobytes(), 3, 32), FLOAT),
    "rifx double": (rifx(SAMPLES.T.astype(">f8").tobytes(), 3, 64), FLOAT),
    "rifx of no size": (rifx(integers(">i2", 32767), 1, 16, 0xFFFFFFFF), PCM_16),
    "aiff 16": (aiff(integers(">i2", 32767), 16), PCM_16),
    "aiff 8": (aiff(integers("i1", 127), 8), PCM_8),
    "aiff sowt": (aiff(integers("<i2", 32767), 16, b"sowt"), PCM_16),
    "aiff fl32": (aiff(SAMPLES.T.astype(">f4").tobytes(), 32, b"fl32"), FLOAT),
    "caf 16": (caf(integers(">i2", 32767), 16, 0), PCM_16),
    "caf little": (caf(integers("<i2", 32767), 16, 2), PCM_16),
    "caf float": (caf(SAMPLES.T.astype("<f4").tobytes(), 32, 3), FLOAT),
    "caf of a size": (caf(integers(">i2", 32767), 16, 0, sized=True), PCM_16),
    "caf double": (caf(SAMPLES.T.astype(">f8").tobytes(), 64, 1), FLOAT),
    "sphere big": (sphere(integers(">i2", 32767), 2, "10"), PCM_16),
    "sphere little": (sphere(integers("<i2", 32767), 2, "01"), PCM_16),
    "sphere 8": (sphere(integers("i1", 127), 1, "1"), PCM_8),
}


def heard(path: str) -> tuple[NDArray[Any], str | None, int]:
    with Source(path) as source:
        blocks = [block.copy() for block in source.blocks()]
        return np.concatenate(blocks, axis=1), source.complaint(), source.rate_hz


@either_way
@pytest.mark.parametrize("case", CASES)
def test_the_samples_are_those_that_were_written(tmp_path: Path, case: str, way: str) -> None:
    content, wanted = CASES[case]
    (path := tmp_path / "sound").write_bytes(content)
    with either(way, path) as name:
        samples, complaint, rate_hz = heard(name)
    np.testing.assert_array_equal(samples, wanted.astype(np.float32))
    assert (complaint, rate_hz) == (None, RATE_HZ)


@pytest.mark.parametrize("coding", ["ulaw", "alaw"])
def test_laws_are_those_of_a_wav(tmp_path: Path, coding: str) -> None:
    wav, subtype = tmp_path / "a.wav", coding.upper()
    soundfile.write(wav, SAMPLES.T, RATE_HZ, subtype, format="WAV")
    data = wav.read_bytes()
    data = data[data.index(b"data") + 8 :][: SAMPLES.size]
    wanted, _ = soundfile.read(wav, dtype="float32")
    for content in (
        sphere(data, 1, "1", coding),
        rifx(data, {"alaw": 6, "ulaw": 7}[coding], 8),
        aiff(data, 16, coding.encode()),
        caf(data, 8, 0, coding.encode()),
    ):
        with piped(content) as name:
            np.testing.assert_array_equal(heard(name)[0], wanted.T)


@either_way
@pytest.mark.parametrize("case", ["rifx 16", "sphere little", "caf of a size"])
def test_one_that_is_cut_off_is_told(tmp_path: Path, case: str, way: str) -> None:
    content, wanted = CASES[case]
    (path := tmp_path / "sound").write_bytes(content[: len(content) // 2])
    with either(way, path) as name:
        samples, complaint, _ = heard(name)
    np.testing.assert_array_equal(samples, wanted[:, : samples.shape[1]].astype(np.float32))
    assert complaint is not None
    assert "ends early: its header promises 0.27 s" in complaint


@either_way
def test_what_follows_a_caf_is_told(tmp_path: Path, way: str) -> None:
    content, wanted = CASES["caf of a size"]
    chunk = b"uuid" + struct.pack(">Q", 20) + bytes(20)
    for follows, told in ((b"", None), (chunk, None), (chunk + content, "0.27 s of sound) that")):
        (path := tmp_path / "sound").write_bytes(content + follows)
        with either(way, path) as name:
            samples, complaint, _ = heard(name)
        np.testing.assert_array_equal(samples, wanted.astype(np.float32))
        assert complaint is None if told is None else told in str(complaint)


def test_chunks_behind_the_data_are_no_sound() -> None:
    content, wanted = CASES["rifx 16"]
    with piped(content + b"LIST" + struct.pack(">I", 4) + b"INFO") as name:
        samples, complaint, _ = heard(name)
    assert (samples.shape, complaint) == (wanted.shape, None)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (sphere(b"ajkg" * 99, 2, "10", "pcm,embedded-shorten-v2.00"), "SPHERE with samples of a"),
        (rifx(bytes(99), 0x50, 16), "RIFX with samples of a kind that is not read"),
        (b"Creative Voice File\x1a" + bytes(99), "Creative Voice"),
    ],
)
def test_other_samples_are_refused_by_name(tmp_path: Path, content: bytes, what: str) -> None:
    (path := tmp_path / "sound").write_bytes(content)
    with pytest.raises(InputError, match=what):
        Source(str(path))


@either_way
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("subtype", ["MS_ADPCM", "IMA_ADPCM"])
def test_adpcm_is_what_libsndfile_makes_of_it(
    tmp_path: Path, subtype: str, channels: int, way: str
) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, SAMPLES[:channels].T, RATE_HZ, subtype)
    wanted, _ = soundfile.read(path, dtype="float32", always_2d=True)
    with either(way, path) as name:
        samples, complaint, _ = heard(name)
    np.testing.assert_array_equal(samples, wanted.T)
    assert complaint is None
    path.write_bytes(path.read_bytes()[:1000])
    with either(way, path) as name:
        cut, complaint, _ = heard(name)
    assert cut.shape[1] < samples.shape[1]
    assert complaint is not None
    assert "ends early" in complaint


@pytest.mark.parametrize("at", [32, 34, 38])  # block align, bits, samples of a block
@pytest.mark.parametrize("subtype", ["MS_ADPCM", "IMA_ADPCM"])
def test_adpcm_of_impossible_blocks_is_refused(tmp_path: Path, subtype: str, at: int) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, SAMPLES.T, RATE_HZ, subtype)
    content = bytearray(path.read_bytes())
    content[at] ^= 0x15
    path.write_bytes(content)
    with pytest.raises(InputError, match="blocks of"):
        Source(str(path))


def adpcm(subtype: str) -> Callable[[Path], bytes]:
    def content(folder: Path) -> bytes:
        soundfile.write(folder / "a.wav", SAMPLES.T, RATE_HZ, subtype)
        return (folder / "a.wav").read_bytes()

    return content


@pytest.mark.parametrize("case", ["rifx 16", "aiff sowt", "caf float", "sphere big"])
def test_broken_ones_are_read_alike_from_file_and_pipe_or_refused(
    tmp_path: Path, case: str
) -> None:
    path = tmp_path / "sound"
    for content in mutations(CASES[case][0], seed=1):
        path.write_bytes(content)
        with piped(content) as pipe:
            assert outcome(pipe) == outcome(str(path))


@pytest.mark.parametrize("subtype", ["MS_ADPCM", "IMA_ADPCM"])
def test_broken_adpcm_is_read_or_refused(tmp_path: Path, subtype: str) -> None:
    path, whole = tmp_path / "sound", adpcm(subtype)(tmp_path)
    for content in mutations(whole, seed=1):
        path.write_bytes(content)
        outcome(str(path))
