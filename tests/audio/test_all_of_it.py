"""No sound is lost in silence: what can be read is read, and what is left over is told of."""

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
from stftcli.settings.segment import SegmentSettings
from tests.audio.wav import chunk, wav_bytes
from tests.audio.ways import either, either_way, endless, piped
from tests.signals import noise

RATE_HZ = 8000
ALL = SegmentSettings(channel="all")
SAMPLES = (1000 * noise(5000, seed=8)).astype("<i2")
DATA = SAMPLES.tobytes()

Encode = Callable[..., bytes]


@pytest.fixture
def encode(tmp_path: Path) -> Encode:
    """A function that encodes noise, and gives the bytes of the file."""

    def encoded(
        kind: str, samples: int, *, seed: int = 0, rate_hz: int = RATE_HZ, **options: Any
    ) -> bytes:
        if kind not in soundfile.available_formats():
            pytest.skip(f"this libsndfile does not write {kind}")
        path = tmp_path / f"encoded-{kind}"
        wave = noise(samples, seed=seed).clip(-4, 4) / 8
        soundfile.write(path, wave, rate_hz, format=kind, **options)
        return path.read_bytes()

    return encoded


def decoded(content: bytes, folder: Path) -> NDArray[Any]:
    """What libsndfile itself makes of a file."""
    path = folder / "decoded"
    path.write_bytes(content)
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(samples.T)


def read(source: Source, segment: SegmentSettings = ALL) -> NDArray[Any]:
    return np.concatenate([block.copy() for block in source.blocks(segment)], axis=-1)


class Heard:
    """All that a source says of some bytes, from a file or a pipe."""

    def __init__(self, content: bytes, way: str, folder: Path) -> None:
        path = folder / "sound"
        path.write_bytes(content)
        with either(way, path) as name, Source(name) as source:
            self.samples = read(source)
            self.complaint = source.complaint()
            assert source.read_samples == self.samples.shape[1]
        with either(way, path) as name, Source(name) as source:
            assert source.count() == self.samples.shape[1]
            assert source.complaint() == self.complaint or way == "pipe"
        with either(way, path) as name, Source(name, strict=True) as source:
            if self.complaint is None:
                read(source)
            else:
                with pytest.raises(InputError, match=" "):
                    read(source)


class TestSizesTooSmall:
    @either_way
    @pytest.mark.parametrize("claimed_bytes", [2, 3999, 4000, 9990])
    @pytest.mark.parametrize("riff_bytes", [None, 36, 0])
    def test_a_wav_goes_on_where_no_chunk_follows(
        self, tmp_path: Path, way: str, claimed_bytes: int, riff_bytes: int | None
    ) -> None:
        content = wav_bytes(DATA, claimed_bytes=claimed_bytes)
        if riff_bytes is not None:
            content = content[:4] + struct.pack("<I", riff_bytes) + content[8:]
        heard = Heard(content, way, tmp_path)
        np.testing.assert_array_equal(heard.samples[0] * 32768, SAMPLES)
        assert "goes on beyond its header, which promises" in str(heard.complaint)
        assert "all 0.62 s were read" in str(heard.complaint)

    @either_way
    @pytest.mark.parametrize("riff_bytes", [None, 36])
    @pytest.mark.parametrize("name", [b"LIST", b"id3 ", b"bext", b"_PMX"])
    def test_a_chunk_is_no_sound(
        self, tmp_path: Path, way: str, name: bytes, riff_bytes: int | None
    ) -> None:
        content = wav_bytes(DATA, after=chunk(name, b"text") + chunk(b"junk", b"odd"))
        if riff_bytes is not None:
            content = content[:4] + struct.pack("<I", riff_bytes + len(DATA)) + content[8:]
        heard = Heard(content, way, tmp_path)
        np.testing.assert_array_equal(heard.samples[0] * 32768, SAMPLES)
        assert heard.complaint is None

    @either_way
    def test_a_picture_may_stand_before_the_data(self, tmp_path: Path, way: str) -> None:
        picture = chunk(b"id3 ", noise(50_000).tobytes())
        heard = Heard(wav_bytes(DATA, claimed_bytes=4000, before=picture), way, tmp_path)
        np.testing.assert_array_equal(heard.samples[0] * 32768, SAMPLES)
        assert "goes on beyond its header" in str(heard.complaint)

    @either_way
    @pytest.mark.parametrize("padded", [True, False])
    def test_an_odd_size_with_the_byte_after_it_and_without(
        self, tmp_path: Path, way: str, padded: bool
    ) -> None:
        data = bytes(range(1, 200, 2))[:99]
        after = (b"\0" if padded else b"") + chunk(b"LIST", b"text")
        heard = Heard(wav_bytes(data, bits=8, after=after), way, tmp_path)
        assert heard.samples.shape == (1, 99)
        assert heard.complaint is None

    @either_way
    @pytest.mark.parametrize("tag", [b"TAG" + bytes(125), b"ID3\3\0\0\0\0\0\0", b"APETAGEX" * 4])
    def test_a_tag_is_no_sound(self, tmp_path: Path, way: str, tag: bytes) -> None:
        heard = Heard(wav_bytes(DATA) + tag, way, tmp_path)
        assert heard.samples.shape == (1, 5000)
        assert heard.complaint is None

    @either_way
    @pytest.mark.parametrize("claimed", [0, 1, 2500, 4999])
    def test_a_flac_is_read_to_its_last_frame(
        self, tmp_path: Path, way: str, encode: Encode, claimed: int
    ) -> None:
        whole = encode("FLAC", 150_001)
        content = whole[:21] + bytes([whole[21] & 0xF0]) + struct.pack(">I", claimed) + whole[26:]
        heard = Heard(content, way, tmp_path)
        np.testing.assert_array_equal(heard.samples, decoded(whole, tmp_path))
        assert (heard.complaint is None) == (claimed == 0)
        assert heard.complaint is None or "goes on beyond its header" in heard.complaint

    def test_the_length_of_such_a_file_is_not_known_before_it_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "x.wav"
        for claimed_bytes, samples in ((100, None), (len(DATA), 5000)):
            path.write_bytes(wav_bytes(DATA, claimed_bytes=claimed_bytes))
            with Source(str(path)) as source:
                assert source.samples == samples

    def test_a_part_of_a_pipe_may_lie_beyond_the_claim(self) -> None:
        with piped(wav_bytes(DATA, claimed_bytes=100)) as name, Source(name) as source:
            assert source.segment_samples(SegmentSettings(0.5)) is None
            assert source.segment_samples(SegmentSettings(0.5, 0.01)) == 80

    @either_way
    def test_a_part_of_such_a_wav(self, tmp_path: Path, way: str) -> None:
        (tmp_path / "x.wav").write_bytes(wav_bytes(DATA, claimed_bytes=100))
        with either(way, tmp_path / "x.wav") as name, Source(name) as source:
            got = read(source, SegmentSettings(0.25, 0.125, "all"))
        np.testing.assert_array_equal(got[0] * 32768, SAMPLES[2000:3000])


class TestSizesTooLarge:
    @either_way
    @pytest.mark.parametrize("excess", [1, 8, 36, 44])
    def test_a_writer_that_counts_its_header_is_not_told_of(
        self, tmp_path: Path, way: str, excess: int
    ) -> None:
        heard = Heard(wav_bytes(DATA, claimed_bytes=len(DATA) + excess), way, tmp_path)
        assert heard.samples.shape == (1, 5000)
        assert heard.complaint is None

    @either_way
    def test_sizes_that_sox_puts_into_a_pipe_are_none(
        self, tmp_path: Path, way: str, encode: Encode
    ) -> None:
        content = bytearray(encode("AIFF", 5000, subtype="PCM_16"))
        at = content.index(b"SSND")
        content[4:8] = struct.pack(">I", 0x7F00002E)
        content[at + 4 : at + 8] = struct.pack(">I", 0x7F000008)
        frames = content.index(b"COMM") + 10
        content[frames : frames + 4] = struct.pack(">I", 0x7F000000 // 2)
        heard = Heard(bytes(content), way, tmp_path)
        assert heard.samples.shape == (1, 5000)
        assert heard.complaint is None

    @either_way
    @pytest.mark.parametrize("size", [0, 23, 1 << 60])
    def test_a_w64_of_no_size(self, tmp_path: Path, way: str, encode: Encode, size: int) -> None:
        whole = encode("W64", 5000)
        at = whole.index(b"data") + 16
        heard = Heard(whole[:at] + struct.pack("<Q", size) + whole[at + 8 :], way, tmp_path)
        np.testing.assert_array_equal(heard.samples, decoded(whole, tmp_path))
        assert heard.complaint is None


class TestBlockAlign:
    @either_way
    @pytest.mark.parametrize("channels", [1, 2])
    @pytest.mark.parametrize(("bits", "stored"), [(24, 4), (20, 4), (16, 4), (16, 3), (12, 4)])
    def test_samples_lie_high_in_the_bytes_that_they_take(
        self, tmp_path: Path, way: str, bits: int, stored: int, channels: int
    ) -> None:
        wanted = np.arange(-500, 500).reshape(-1, channels) * (1 << (bits - 11))
        whole = wanted.astype("<i4") << (8 * stored - bits)
        data = whole.astype("<i4").view("u1").reshape(-1, 4)[:, :stored].tobytes()
        content = bytearray(wav_bytes(data, bits=bits, channels=channels))
        content[28:34] = struct.pack("<IH", RATE_HZ * channels * stored, channels * stored)
        heard = Heard(bytes(content), way, tmp_path)
        np.testing.assert_array_equal(heard.samples.T, wanted / (1 << (bits - 1)))
        assert heard.complaint is None

    @either_way
    @pytest.mark.parametrize(("bits", "align"), [(24, 5), (16, 1), (8, 2), (24, 2), (32, 8)])
    def test_others_are_refused(self, tmp_path: Path, way: str, bits: int, align: int) -> None:
        content = bytearray(wav_bytes(bytes(400), bits=bits))
        content[32:34] = struct.pack("<H", align)
        (tmp_path / "x.wav").write_bytes(content)
        with (
            either(way, tmp_path / "x.wav") as name,
            pytest.raises(InputError, match=f"1 channels of {bits} bits into {align} bytes"),
        ):
            Source(name)


class TestWidthOf64Bits:
    @either_way
    @pytest.mark.parametrize("kind", [b"RF64", b"BW64"])
    @pytest.mark.parametrize("closed", [True, False])
    def test_rf64_and_bw64(self, tmp_path: Path, way: str, kind: bytes, closed: bool) -> None:
        sizes = (len(DATA) + 72, len(DATA), 5000) if closed else (0, 0, 0)
        ds64 = chunk(b"ds64", struct.pack("<QQQI", *sizes, 0))
        wav = wav_bytes(DATA, claimed_bytes=0xFFFFFFFF)
        content = kind + b"\xff\xff\xff\xffWAVE" + ds64 + wav[12:] + chunk(b"LIST", b"text")
        if not closed:
            content = content[:-12]
        heard = Heard(content, way, tmp_path)
        np.testing.assert_array_equal(heard.samples[0] * 32768, SAMPLES)
        assert heard.complaint is None


class TestJoined:
    @either_way
    @pytest.mark.parametrize(
        ("kind", "options"),
        [
            ("WAV", {}),
            ("WAVEX", {"subtype": "PCM_24"}),
            ("FLAC", {}),
            ("MP3", {}),
            ("MP3", {"bitrate_mode": "VARIABLE"}),
            ("OGG", {"subtype": "VORBIS"}),
            ("OGG", {"subtype": "OPUS"}),
        ],
    )
    def test_files_joined_by_cat_are_read_one_after_another(
        self, tmp_path: Path, way: str, encode: Encode, kind: str, options: dict[str, Any]
    ) -> None:
        files = [
            encode(kind, samples, seed=seed, **options)
            for seed, samples in enumerate((9000, 20_000, 9000, 300_000))
        ]
        heard = Heard(b"".join(files), way, tmp_path)
        wanted = np.concatenate([decoded(file, tmp_path) for file in files], axis=1)
        np.testing.assert_allclose(heard.samples, wanted, rtol=0, atol=1e-6)
        assert heard.complaint is None

    @either_way
    @pytest.mark.parametrize("tag", [b"TAG" + bytes(125), b"ID3\4\0\0\0\0\2\0" + bytes(256), b""])
    def test_mp3_with_tags_between(
        self, tmp_path: Path, way: str, encode: Encode, tag: bytes
    ) -> None:
        files = [encode("MP3", samples, seed=samples) for samples in (9000, 20_000)]
        before = tag if tag.startswith(b"ID3") else b""
        heard = Heard(before + files[0] + tag + files[1] + tag, way, tmp_path)
        wanted = np.concatenate([decoded(file, tmp_path) for file in files], axis=1)
        np.testing.assert_allclose(heard.samples, wanted, rtol=0, atol=1e-6)
        assert heard.complaint is None

    @either_way
    def test_a_described_mp3_before_one_that_is_not(
        self, tmp_path: Path, way: str, encode: Encode
    ) -> None:
        first, second = encode("MP3", 9000), undescribed(encode("MP3", 20_000))
        heard = Heard(first + second, way, tmp_path)
        alone = Heard(second, way, tmp_path)
        wanted = np.concatenate((decoded(first, tmp_path), alone.samples), axis=1)
        np.testing.assert_allclose(heard.samples, wanted, rtol=0, atol=1e-6)

    @either_way
    @pytest.mark.parametrize("kind", ["WAV", "FLAC", "MP3", "OGG"])
    def test_what_has_another_rate_is_left_out_and_told_of(
        self, tmp_path: Path, way: str, encode: Encode, kind: str
    ) -> None:
        first, second = encode(kind, 8000), encode(kind, 32_000, rate_hz=16_000)
        heard = Heard(first + second, way, tmp_path)
        np.testing.assert_allclose(heard.samples, decoded(first, tmp_path), rtol=0, atol=1e-6)
        assert "is followed by" in str(heard.complaint)
        assert "bytes (2.00 s of sound) that do not belong to it" in str(heard.complaint)

    @either_way
    @pytest.mark.parametrize("kind", ["WAV", "AIFF", "AU", "W64", "RF64"])
    def test_what_is_no_sound_is_told_of_by_its_size(
        self, tmp_path: Path, way: str, encode: Encode, kind: str
    ) -> None:
        whole = encode(kind, 5000)
        rest = chunk(b"LIST", b"text") if kind in ("WAV", "RF64") else b""
        heard = Heard(whole + rest + b"\x01\x02!?" * 25, way, tmp_path)
        np.testing.assert_array_equal(heard.samples, decoded(whole, tmp_path))
        assert "is followed by 100 bytes" in str(heard.complaint)

    @either_way
    def test_a_flac_before_what_is_no_sound_is_told_of_too(
        self, tmp_path: Path, way: str, encode: Encode
    ) -> None:
        # Where the last frame ends cannot be told then.
        whole = encode("FLAC", 50_000)
        heard = Heard(whole + b"\x01\x02!?" * 25, way, tmp_path)
        np.testing.assert_array_equal(heard.samples, decoded(whole, tmp_path)[:, : 12 * 4096])
        assert "its header promises 6.25 s, 6.14 s are there" in str(heard.complaint)

    @either_way
    @pytest.mark.parametrize("tag", [b"TAG" + bytes(125), b"APETAGEX" * 4])
    def test_a_flac_with_a_tag(self, tmp_path: Path, way: str, encode: Encode, tag: bytes) -> None:
        whole = encode("FLAC", 50_000)
        heard = Heard(whole + tag, way, tmp_path)
        np.testing.assert_array_equal(heard.samples, decoded(whole, tmp_path))
        assert heard.complaint is None

    @either_way
    @pytest.mark.parametrize("copies", [2, 3])
    def test_the_same_file_twice(
        self, tmp_path: Path, way: str, encode: Encode, copies: int
    ) -> None:
        for kind in ("FLAC", "MP3", "OGG", "WAV"):
            file = encode(kind, 20_000)
            heard = Heard(copies * file, way, tmp_path)
            wanted = np.tile(decoded(file, tmp_path), copies)
            np.testing.assert_allclose(heard.samples, wanted, rtol=0, atol=1e-6)
            assert heard.complaint is None

    @either_way
    @pytest.mark.parametrize("kind", ["AIFF", "AU", "W64"])
    def test_another_file_is_told_of_where_it_cannot_be_joined(
        self, tmp_path: Path, way: str, encode: Encode, kind: str
    ) -> None:
        file = encode(kind, 5000, subtype="PCM_16")
        heard = Heard(2 * file, way, tmp_path)
        np.testing.assert_array_equal(heard.samples, decoded(file, tmp_path))
        assert f"is followed by {len(file)} bytes (0.6" in str(heard.complaint)

    @either_way
    @pytest.mark.parametrize("kind", ["WAV", "AIFF", "W64", "RF64", "FLAC"])
    def test_zeros_that_fill_a_block_are_not(
        self, tmp_path: Path, way: str, encode: Encode, kind: str
    ) -> None:
        whole = encode(kind, 5000)
        rest = chunk(b"LIST", b"text") if kind in ("WAV", "RF64") else b""
        heard = Heard(whole + rest + bytes(512), way, tmp_path)
        assert heard.samples.shape == (1, 5000)
        assert heard.complaint is None


def undescribed(mp3: bytes) -> bytes:
    """Take away the first frame, which tells the length."""
    assert b"Xing" in mp3[:200] or b"Info" in mp3[:200]
    return mp3[mp3.index(mp3[:2], 100) :]


class TestMpeg:
    @either_way
    @pytest.mark.parametrize("mode", ["CONSTANT", "VARIABLE"])
    def test_of_any_bit_rate_without_a_description(
        self, tmp_path: Path, way: str, encode: Encode, mode: str
    ) -> None:
        # Quiet after a loud start: whoever reckons by the first bit rate stops too soon.
        whole = encode("MP3", 40_000, bitrate_mode=mode)
        heard = Heard(undescribed(whole), way, tmp_path)
        wanted = decoded(whole, tmp_path)
        # A description tells of the delay as well: 576 samples of the encoder, 529 of the decoder.
        got = heard.samples[:, 1105 : 1105 + wanted.shape[1]]
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-6)
        assert heard.samples.shape[1] % 576 == 0
        assert heard.complaint is None

    @either_way
    def test_in_a_wav(self, tmp_path: Path, way: str, encode: Encode) -> None:
        mp3 = undescribed(encode("MP3", 40_000, bitrate_mode="VARIABLE"))
        extra = struct.pack("<HIHHH", 1, 2, 576, 1, 1393)
        form = struct.pack("<HHIIHHH", 0x55, 1, RATE_HZ, 1000, 1, 0, len(extra)) + extra
        chunks = chunk(b"fmt ", form) + chunk(b"data", mp3) + chunk(b"LIST", b"text")
        heard = Heard(
            b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks, way, tmp_path
        )
        wanted = Heard(mp3, way, tmp_path)
        np.testing.assert_array_equal(heard.samples, wanted.samples)
        assert heard.complaint is None


class TestTags:
    @either_way
    @pytest.mark.parametrize("kind", ["WAV", "RF64", "W64", "AIFF", "AU", "FLAC", "OGG", "MP3"])
    @pytest.mark.parametrize("size", [10, 100_000])
    def test_an_id3_tag_may_stand_before_any_sound(
        self, tmp_path: Path, way: str, encode: Encode, kind: str, size: int
    ) -> None:
        whole = encode(kind, 20_000)
        seven_bits = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
        tag = b"ID3\3\0\0" + seven_bits + bytes(range(1, 251)) * (size // 250) + bytes(size % 250)
        heard = Heard(tag + whole, way, tmp_path)
        np.testing.assert_allclose(heard.samples, decoded(whole, tmp_path), rtol=0, atol=1e-6)
        assert heard.complaint is None


class TestCutOff:
    @either_way
    @pytest.mark.parametrize("share", [0.1, 0.3, 0.5, 0.9, 0.999])
    def test_a_flac_gives_its_whole_frames(
        self, tmp_path: Path, way: str, encode: Encode, share: float
    ) -> None:
        whole = encode("FLAC", 150_001)
        wanted = decoded(whole, tmp_path)
        heard = Heard(whole[: int(share * len(whole))], way, tmp_path)
        there = heard.samples.shape[1]
        # Noise fills every frame of 4096 samples alike, but for the last.
        assert there % 4096 == 0
        assert there > (share - 0.001) * 150_001 - 2 * 4096
        np.testing.assert_array_equal(heard.samples, wanted[:, :there])
        assert f"its header promises 18.75 s, {there / RATE_HZ:.2f} s are" in str(heard.complaint)

    @either_way
    @pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
    @pytest.mark.parametrize("share", [0.5, 0.99])
    def test_an_ogg_gives_what_there_is(
        self, tmp_path: Path, way: str, encode: Encode, subtype: str, share: float
    ) -> None:
        whole = encode("OGG", 150_001, subtype=subtype)
        wanted = decoded(whole, tmp_path)
        heard = Heard(whole[: int(share * len(whole))], way, tmp_path)
        there = heard.samples.shape[1]
        assert 0.8 * share * 150_001 < there < 150_001
        np.testing.assert_array_equal(heard.samples[:, :4096], wanted[:, :4096])
        assert "ends early: it is cut off after" in str(heard.complaint)

    @either_way
    @pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
    def test_an_ogg_without_its_last_page(
        self, tmp_path: Path, way: str, encode: Encode, subtype: str
    ) -> None:
        whole = encode("OGG", 150_001, subtype=subtype)
        heard = Heard(whole[: whole.rindex(b"OggS")], way, tmp_path)
        assert heard.samples.shape[1] > 0.8 * 150_001
        assert "ends early: it is cut off after" in str(heard.complaint)

    @either_way
    @pytest.mark.parametrize("share", [0.05, 0.3, 0.7, 0.95])
    def test_an_mp3_gives_what_there_is(
        self, tmp_path: Path, way: str, encode: Encode, share: float
    ) -> None:
        whole = encode("MP3", 150_001)
        wanted = decoded(whole, tmp_path)
        heard = Heard(whole[: int(share * len(whole))], way, tmp_path)
        there = heard.samples.shape[1]
        assert share - 0.04 < there / 150_001 < share + 0.04
        np.testing.assert_allclose(heard.samples, wanted[:, :there], rtol=0, atol=1e-6)
        assert "ends early: " in str(heard.complaint)


class TestEndless:
    @pytest.mark.parametrize(
        ("kind", "subtype"),
        [("WAV", "PCM_16"), ("FLAC", "PCM_16"), ("MP3", None), ("OGG", "VORBIS"), ("OGG", "OPUS")],
    )
    def test_a_part_of_a_pipe_that_never_ends(
        self, tmp_path: Path, encode: Encode, kind: str, subtype: str | None
    ) -> None:
        content = encode(kind, 200_000, subtype=subtype)
        with endless(content) as (name, taken), Source(name) as source:
            got = read(source, SegmentSettings(1.0, 40.0, "all"))
        wanted = np.tile(decoded(content, tmp_path), 2)[:, RATE_HZ : 41 * RATE_HZ]
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-6)
        # No more is read ahead than two parts of a quarter of a million samples.
        assert len(taken) <= 8
