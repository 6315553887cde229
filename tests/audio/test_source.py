"""A source gives the samples of a sound, in blocks, from a file and from a pipe alike."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stftcli.audio.channels import pick_channels
from stftcli.audio.source import Source
from stftcli.audio.wav import find_wav_data
from stftcli.errors import InputError, SettingsError
from stftcli.settings.choices import Channel
from stftcli.settings.segment import SegmentSettings
from tests.audio.wav import chunk, wav_bytes
from tests.audio.ways import either, either_way, piped
from tests.signals import noise

RATE_HZ = 8000
LONG = 150_001  # more than two of the blocks that are read at a time

CONTAINERS = {
    "wav": "PCM_16",
    "wavex": "PCM_24",
    "rf64": "PCM_24",
    "w64": "FLOAT",
    "aiff": "PCM_16",
    "au": "PCM_16",
    "caf": "PCM_16",
    "flac": "PCM_24",
    "ogg": "VORBIS",
    "mp3": "MPEG_LAYER_III",
}


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same noise on two channels, a file for each container."""
    folder = tmp_path_factory.mktemp("sounds")
    samples = noise(LONG, 2, seed=7).clip(-4, 4) / 8
    paths = {ending: folder / f"x.{ending}" for ending in CONTAINERS}
    for ending, path in paths.items():
        if ending.upper() in soundfile.available_formats():
            soundfile.write(
                path, samples, RATE_HZ, format=ending.upper(), subtype=CONTAINERS[ending]
            )
    return paths


def existing(sounds: dict[str, Path], ending: str) -> Path:
    if not sounds[ending].exists():
        pytest.skip(f"this libsndfile does not write {ending}")
    return sounds[ending]


each_container_either_way = pytest.mark.parametrize(
    ("ending", "way"),
    [
        pytest.param(
            *(ending, way),
        )
        for ending in CONTAINERS
        for way in ("file", "pipe")
    ],
)


def whole(path: Path) -> NDArray[Any]:
    samples, _ = soundfile.read(path, dtype="float32", always_2d=True)
    return np.asarray(samples.T)


def read(source: Source, part: SegmentSettings, dtype: str = "float32") -> NDArray[Any]:
    return np.concatenate([block.copy() for block in source.blocks(part, dtype)], axis=-1)


ALL = SegmentSettings(channel="all")


class TestWhole:
    @each_container_either_way
    def test_every_container_gives_its_samples(
        self, sounds: dict[str, Path], ending: str, way: str
    ) -> None:
        path = existing(sounds, ending)
        with either(way, path) as name, Source(name) as source:
            assert (source.rate_hz, source.channels) == (RATE_HZ, 2)
            assert source.container == ending.upper().removesuffix("EX")
            assert source.subtype == CONTAINERS[ending]
            # MP3 is decoded in floats, whose last bit depends on the blocks that are asked for.
            tolerance = 1e-7 if ending == "mp3" else 0
            np.testing.assert_allclose(read(source, ALL), whole(path), rtol=0, atol=tolerance)
            assert source.complaint() is None
            assert source.read_samples == whole(path).shape[1]

    @each_container_either_way
    def test_every_container_is_counted(
        self, sounds: dict[str, Path], ending: str, way: str
    ) -> None:
        path = existing(sounds, ending)
        with either(way, path) as name, Source(name) as source:
            assert source.count() == whole(path).shape[1]
            assert source.complaint() is None

    @pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "ULAW", "DOUBLE"])
    @pytest.mark.parametrize("dtype", ["float32", "float64"])
    def test_samples_are_those_of_soundfile(self, tmp_path: Path, subtype: str, dtype: str) -> None:
        path = tmp_path / "x.wav"
        soundfile.write(path, [-1, -0.5, 0, 1 / 3, 0.999, 1], RATE_HZ, subtype=subtype)
        with Source(str(path)) as source:
            got = read(source, ALL, dtype)
        assert got.dtype == dtype
        np.testing.assert_array_equal(got[0], soundfile.read(path, dtype=dtype)[0])

    def test_blocks_have_the_channels_first_and_are_bounded(self, sounds: dict[str, Path]) -> None:
        with Source(str(sounds["wav"])) as source:
            shapes = [block.shape for block in source.blocks(ALL)]
        assert len(shapes) > 2
        assert {channels for channels, _ in shapes} == {2}
        assert max(samples for _, samples in shapes) <= 1 << 16
        assert sum(samples for _, samples in shapes) == LONG


@pytest.mark.parametrize("rate_hz", [5, 100, 8000, 44_100])
def test_blocks_are_as_short_as_asked_for(tmp_path: Path, rate_hz: int) -> None:
    path = tmp_path / "in.wav"
    samples = noise(1000) / 8
    soundfile.write(path, samples, rate_hz, subtype="FLOAT")
    with Source(str(path), block_s=0.02) as source:
        blocks = [block.copy() for block in source.blocks()]
    assert {block.shape[-1] for block in blocks[:-1]} <= {max(1, round(0.02 * rate_hz))}
    np.testing.assert_array_equal(np.concatenate(blocks, axis=-1)[0], samples)


class TestPart:
    @either_way
    @pytest.mark.parametrize("ending", ["wav", "flac", "aiff"])
    @pytest.mark.parametrize(
        ("start_s", "duration_s"), [(0.0, 0.5), (1.0, 1.0), (8.3, 2.0), (18.0, None), (18.7, 99.0)]
    )
    def test_the_samples_of_a_part(
        self,
        sounds: dict[str, Path],
        ending: str,
        way: str,
        start_s: float,
        duration_s: float | None,
    ) -> None:
        path = existing(sounds, ending)
        part = SegmentSettings(start_s, duration_s, "all")
        first = round(start_s * RATE_HZ)
        last = None if duration_s is None else first + round(duration_s * RATE_HZ)
        with either(way, path) as name, Source(name) as source:
            np.testing.assert_array_equal(read(source, part), whole(path)[:, first:last])
            assert source.complaint() is None

    @pytest.mark.parametrize(
        "start_s",
        [
            8.3,
            pytest.param(
                18.7,
            ),
        ],
    )
    def test_a_part_of_ogg(self, sounds: dict[str, Path], start_s: float) -> None:
        path = existing(sounds, "ogg")
        with Source(str(path)) as source:
            got = read(source, SegmentSettings(start_s, 2.0, "all"))
        first = round(start_s * RATE_HZ)
        np.testing.assert_array_equal(got, whole(path)[:, first : first + 2 * RATE_HZ])

    @either_way
    def test_nothing_is_there_beyond_the_end(self, sounds: dict[str, Path], way: str) -> None:
        with (
            either(way, sounds["wav"]) as name,
            Source(name) as source,
            pytest.raises(InputError, match=r"is 18\.75 s long: there is nothing at 19 s"),
        ):
            list(source.blocks(SegmentSettings(start_s=19.0)))

    def test_the_length_of_a_part(self, sounds: dict[str, Path]) -> None:
        with Source(str(sounds["wav"])) as source:
            assert source.samples == LONG
            assert source.segment_samples(SegmentSettings()) == LONG
            assert source.segment_samples(SegmentSettings(1.0)) == LONG - RATE_HZ
            assert source.segment_samples(SegmentSettings(1.0, 0.5)) == RATE_HZ // 2
            assert source.segment_samples(SegmentSettings(18.0, 99.0)) == LONG - 18 * RATE_HZ
            assert source.segment_samples(SegmentSettings(99.0)) == 0

    def test_a_pipe_without_a_length_has_only_the_length_that_is_asked_for(self) -> None:
        content = wav_bytes(bytes(400), claimed_bytes=0xFFFFFFFF)
        with piped(content) as name, Source(name) as source:
            assert source.samples is None
            assert source.segment_samples(SegmentSettings()) is None
            assert source.segment_samples(SegmentSettings(0.0, 2.0)) == 2 * RATE_HZ


class TestChannels:
    @pytest.mark.parametrize("channel", ["mix", "all", 1, 2])
    def test_of_a_file(self, sounds: dict[str, Path], channel: Channel) -> None:
        samples = whole(sounds["wav"])
        wanted = {
            "mix": samples.mean(axis=0, keepdims=True),
            "all": samples,
            1: samples[:1],
            2: samples[1:],
        }[channel]
        with Source(str(sounds["wav"])) as source:
            got = read(source, SegmentSettings(channel=channel))
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-7)

    @pytest.mark.parametrize("channels", [1, 2, 3, 8])
    def test_the_mix_is_the_mean(self, channels: int) -> None:
        block = noise(50, channels, seed=channels)
        before = block.copy()
        mixed = pick_channels(block, "mix")
        np.testing.assert_allclose(mixed, block.mean(1)[np.newaxis], rtol=0, atol=1e-6)
        np.testing.assert_array_equal(block, before)

    def test_that_are_not_there(self, sounds: dict[str, Path]) -> None:
        said = "has channels 1 to 2: there is no channel 3"
        with Source(str(sounds["wav"])) as source, pytest.raises(InputError, match=said):
            list(source.blocks(SegmentSettings(channel=3)))

    def test_are_counted_from_1(self) -> None:
        with pytest.raises(SettingsError, match=r"`channel` is 0: .* a channel's number from 1"):
            SegmentSettings(channel=0)

    def test_a_single_one_says_so(self, tmp_path: Path) -> None:
        path = tmp_path / "mono.wav"
        path.write_bytes(wav_bytes(bytes(40)))
        with Source(str(path)) as source, pytest.raises(InputError, match="has one channel"):
            list(source.blocks(SegmentSettings(channel=2)))


class TestHeadersThatLie:
    samples = (1000 * noise(5000, seed=8)).astype("<i2")

    @either_way
    @pytest.mark.parametrize("claimed", [0, 0x7FFFFFFF, 0xFFFFFFFF])
    @pytest.mark.parametrize("before", [b"", chunk(b"LIST", b"INFO!")])
    def test_all_that_follows_is_read(
        self, tmp_path: Path, way: str, claimed: int, before: bytes
    ) -> None:
        path = tmp_path / "x.wav"
        path.write_bytes(wav_bytes(self.samples.tobytes(), claimed_bytes=claimed, before=before))
        with either(way, path) as name, Source(name) as source:
            np.testing.assert_array_equal(read(source, ALL)[0] * 32768, self.samples)
            assert source.complaint() is None
        with either(way, path) as name, Source(name) as source:
            assert source.count() == 5000

    @either_way
    def test_a_sound_that_ends_early_is_used_and_told_of(self, tmp_path: Path, way: str) -> None:
        path = tmp_path / "x.wav"
        path.write_bytes(wav_bytes(self.samples.tobytes())[:-4000])
        with either(way, path) as name, Source(name) as source:
            assert source.samples == 5000
            assert read(source, ALL).shape == (1, 3000)
            said = source.complaint()
        assert said is not None
        assert "its header promises 0.62 s, 0.38 s are there" in said

    @either_way
    def test_a_part_before_the_cut_is_not_told_of(self, tmp_path: Path, way: str) -> None:
        path = tmp_path / "x.wav"
        path.write_bytes(wav_bytes(self.samples.tobytes())[:-4000])
        with either(way, path) as name, Source(name) as source:
            assert read(source, SegmentSettings(0.1, 0.2)).shape == (1, 1600)
            assert source.complaint() is None

    @pytest.mark.parametrize("ending", ["rf64", "w64", "aiff", "au"])
    def test_other_containers_that_end_early(
        self, sounds: dict[str, Path], tmp_path: Path, ending: str
    ) -> None:
        content = sounds[ending].read_bytes()
        path = tmp_path / sounds[ending].name
        path.write_bytes(content[: len(content) // 2])
        with Source(str(path)) as source:
            assert 0 < read(source, ALL).shape[1] <= LONG // 2
            said = source.complaint()
        assert said is not None
        assert "ends early" in said

    @either_way
    def test_a_broken_stream_says_where(
        self, sounds: dict[str, Path], tmp_path: Path, way: str
    ) -> None:
        content = bytearray(sounds["flac"].read_bytes())
        middle = len(content) // 2
        content[middle : middle + 50] = bytes(50)
        path = tmp_path / "x.flac"
        path.write_bytes(content)
        with (
            either(way, path) as name,
            Source(name) as source,
            pytest.raises(InputError, match="is broken after about"),
        ):
            read(source, ALL)


class TestNotFinite:
    @pytest.mark.parametrize("at", [0, 65_535, 65_536, LONG - 1])
    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_the_first_bad_sample_is_named(self, tmp_path: Path, at: int, value: float) -> None:
        samples = noise(LONG, 2)
        samples[at, 1] = value
        samples[-1, 0] = np.nan
        soundfile.write(tmp_path / "x.wav", samples, RATE_HZ, subtype="FLOAT")
        with (
            Source(str(tmp_path / "x.wav")) as source,
            pytest.raises(InputError, match=f"the first at sample {at} "),
        ):
            read(source, ALL)

    @either_way
    def test_the_position_is_that_in_the_whole_sound(self, tmp_path: Path, way: str) -> None:
        samples = noise(20_000)
        samples[12_345] = np.nan
        soundfile.write(tmp_path / "x.wav", samples, RATE_HZ, subtype="FLOAT")
        with (
            either(way, tmp_path / "x.wav") as name,
            Source(name) as source,
            pytest.raises(InputError, match="sample 12345 "),
        ):
            read(source, SegmentSettings(start_s=1.0))

    def test_another_channel_or_part_may_be_used(self, tmp_path: Path) -> None:
        samples = noise(20_000, 2)
        samples[12_345, 0] = np.nan
        soundfile.write(tmp_path / "x.wav", samples, RATE_HZ, subtype="FLOAT")
        for part in (
            SegmentSettings(channel=2),
            SegmentSettings(0.0, 1.0, "mix"),
            SegmentSettings(2.0),
        ):
            with Source(str(tmp_path / "x.wav")) as source:
                assert np.isfinite(read(source, part)).all()

    def test_large_values_are_finite(self, tmp_path: Path) -> None:
        samples = np.full(1000, 3e38, np.float32)  # whose sum is not
        soundfile.write(tmp_path / "x.wav", samples, RATE_HZ, subtype="FLOAT")
        with np.errstate(over="ignore"), Source(str(tmp_path / "x.wav")) as source:
            np.testing.assert_array_equal(read(source, ALL)[0], samples)


def test_descriptors_are_closed(sounds: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    before = len(list(Path("/dev/fd").iterdir()))
    (tmp_path / "cut.flac").write_bytes(sounds["flac"].read_bytes()[:200_000])
    others = [tmp_path / name for name in ("text.wav", "missing", "cut.flac")]
    for path in (*(existing(sounds, ending) for ending in CONTAINERS), *others):
        with suppress(InputError), Source(str(path)) as source:
            next(source.blocks(ALL))
    assert len(list(Path("/dev/fd").iterdir())) == before


def test_a_flac_whose_writer_did_not_know_its_length(tmp_path: Path) -> None:
    path = tmp_path / "piped.flac"
    samples = noise(LONG) / 8
    soundfile.write(path, samples, RATE_HZ, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0  # the 36 bits that count the samples
    content[22:26] = bytes(4)
    path.write_bytes(content)
    with Source(str(path)) as source:
        assert source.samples is None
        assert source.count() == LONG
    with Source(str(path)) as source:
        got = np.concatenate([block.copy() for block in source.blocks()], axis=1)
    np.testing.assert_allclose(got[0], samples, atol=1 / 32768)


@pytest.mark.parametrize("claimed_bytes", [0xFFFFFFFF, 0x7FFFF000])
@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "FLOAT", "DOUBLE", "ULAW"])
@pytest.mark.parametrize("kind", ["WAV", "WAVEX"])
def test_a_piped_wav_of_any_encoding_goes_on_without_end(
    tmp_path: Path, kind: str, subtype: str, claimed_bytes: int
) -> None:
    path = tmp_path / "sound.wav"
    soundfile.write(path, noise(5000, 2) / 8, RATE_HZ, format=kind, subtype=subtype)
    content = bytearray(path.read_bytes())
    wav = find_wav_data(bytes(content))
    assert wav is not None
    content[wav.size_at : wav.size_at + 4] = claimed_bytes.to_bytes(4, "little")
    with Source(str(path)) as source:
        wanted = np.concatenate([block.copy() for block in source.blocks()], axis=1)
    with piped(bytes(content)) as pipe, Source(pipe) as source:
        got = np.concatenate([block.copy() for block in source.blocks()], axis=1)
    np.testing.assert_array_equal(got[:, :5000], wanted)
