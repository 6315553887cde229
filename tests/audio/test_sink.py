"""Sound out: the right samples in each encoding, nothing wrapped, refusals with what there is."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from stftcli.audio.sink import ENDINGS, SoundWriter, check_size, choose_sound_format, sound_writer
from stftcli.errors import SettingsError

EDGES = np.array([[-2, -1, -0.5, -1 / 32768, 0, 1 / 32768, 0.5, 32767 / 32768, 1, 1.0001]])


def written(path: Path, subtype: str, block: NDArray[Any], rate_hz: int = 8000) -> SoundWriter:
    form = choose_sound_format(path.name, subtype)
    with (
        path.open("wb+") as file,
        sound_writer(file, path.name, form, rate_hz, len(block)) as writer,
    ):
        writer.write(block)
    return writer


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_integers_are_the_nearest_and_never_wrap(tmp_path: Path, dtype: str) -> None:
    writer = written(tmp_path / "x.wav", "PCM_16", EDGES.astype(dtype))
    samples, _ = soundfile.read(tmp_path / "x.wav", dtype="int16")
    assert samples.tolist() == [
        *(-32768, -32768, -16384, -1, 0),
        *(1, 16384, 32767, 32767, 32767),
    ]
    assert (writer.samples, writer.clipped, writer.peak) == (10, 2, 2.0)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32"])
def test_every_integer_comes_back(tmp_path: Path, subtype: str) -> None:
    full = {"PCM_U8": 128, "PCM_16": 1 << 15, "PCM_24": 1 << 23, "PCM_32": 1 << 31}[subtype]
    integers = np.unique(np.linspace(-full, full - 1, 1001).astype(np.int64))
    written(tmp_path / "x.wav", subtype, (integers / full)[np.newaxis])
    back, _ = soundfile.read(tmp_path / "x.wav", dtype="float64")
    assert np.array_equal(np.rint(back * full).astype(np.int64), integers)


@pytest.mark.parametrize(("subtype", "dtype"), [("FLOAT", "float32"), ("DOUBLE", "float64")])
def test_floats_are_not_limited(tmp_path: Path, subtype: str, dtype: str) -> None:
    writer = written(tmp_path / "x.wav", subtype, EDGES.astype(dtype))
    back, _ = soundfile.read(tmp_path / "x.wav", dtype=dtype)
    assert np.array_equal(back, EDGES[0].astype(dtype))
    assert (writer.clipped, writer.peak) == (0, 2.0)


@pytest.mark.parametrize("ending", ENDINGS)
def test_every_ending_has_a_format_that_is_read_again(tmp_path: Path, ending: str) -> None:
    form = choose_sound_format(f"x{ending}", None)
    block = 0.1 * np.sin(np.arange(4800) / 9)[np.newaxis].repeat(2, axis=0).astype(np.float32)
    written(tmp_path / f"x{ending}", form.subtype, block, 48_000)
    info = soundfile.info(tmp_path / f"x{ending}")
    assert (info.channels, info.samplerate) == (2, 48_000)
    assert info.frames >= 4800


@pytest.mark.parametrize(
    ("name", "subtype", "words"),
    [
        ("x.txt", None, [".wav", ".flac"]),
        ("x", None, [".wav"]),
        ("x.flac", "FLOAT", ["FLAC has PCM_S8, PCM_16, PCM_24"]),
        ("x.wav", "VORBIS", ["`subtype` is 'VORBIS'", "PCM_16"]),
        ("x.wav", "GSM610", ["WAV has"]),
    ],
)
def test_what_there_is_not_is_refused(name: str, subtype: str | None, words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        choose_sound_format(name, subtype)
    assert all(word in str(caught.value) for word in words)


def test_a_rate_or_channels_that_a_format_lacks_are_told_of(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="OGG with OPUS cannot hold 1 channels of 8001 Hz"):
        written(tmp_path / "x.opus", "OPUS", np.zeros((1, 9)), 8001)
    with pytest.raises(SettingsError, match="cannot hold 9 channels"):
        written(tmp_path / "x.flac", "PCM_16", np.zeros((9, 9)))


def test_a_wav_longer_than_its_header_can_tell_is_refused() -> None:
    check_size(choose_sound_format("x.wav", None), 1 << 30, 1)
    check_size(choose_sound_format("x.w64", None), 1 << 40, 1)
    with pytest.raises(SettingsError, match=r"\.w64"):
        check_size(choose_sound_format("x.wav", None), 1 << 30, 2)
