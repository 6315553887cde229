"""Segments padded with their neighbours: the frames that the whole sound has there."""

import os
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli import STFT, Extractor, InputError, SegmentSettings
from stftcli.audio.source import Source
from stftcli.jobs.stream import chain_for, stream_features
from tests.audio.ways import either
from tests.cli.computing import features_inside
from tests.cli.inside import ok_inside, run_inside
from tests.cli.shell import Shell
from tests.signals import (
    assert_close,
    assert_same_bits,
    each_edges,
    longest_hop,
    noise,
    padded,
)

Samples = NDArray[np.float32]

RATE_HZ = 1000  # so that a sample is a millisecond


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("segments")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def write(folder: Path, samples: NDArray[Any], rate_hz: int = RATE_HZ) -> Path:
    path = folder / "in.wav"
    soundfile.write(path, samples.T, rate_hz, subtype="FLOAT")
    return path


@contextmanager
def piped(path: Path) -> Iterator[str]:
    """Give the name of a pipe that a file comes through."""
    read, write_end = os.pipe()

    def fill() -> None:
        content = path.read_bytes()
        # The reader may have what it wanted before the end.
        with suppress(BrokenPipeError), os.fdopen(write_end, "wb") as pipe:
            pipe.write(content)

    thread = threading.Thread(target=fill)
    thread.start()
    try:
        yield f"/dev/fd/{read}"
    finally:
        os.close(read)
        thread.join()


def around(start: int, samples: int | None, rate_hz: int = RATE_HZ) -> dict[str, Any]:
    """Give the options of a segment, in samples."""
    options = {"start": start / rate_hz}
    return options if samples is None else {**options, "duration": samples / rate_hz}


def frames_at(
    sound: Samples, start: int, samples: int | None, sizes: tuple[int, int], edges: dict[str, Any]
) -> NDArray[Any]:
    """Cut frames out of the padded whole, one after the other, and transform each by itself."""
    frame_length, hop_length = sizes
    there = len(sound) - start
    count = STFT(*sizes, **edges).plan.frames(min(there, samples or there))
    whole = padded(sound, frame_length, hop_length, **edges)
    whole = np.concatenate((whole, np.zeros(frame_length, np.float32)))
    alone = STFT(*sizes, center=False)
    firsts = [start + hop_length * number for number in range(count)]
    spectra = [alone(whole[first : first + frame_length])[0] for first in firsts]
    return np.array(spectra, np.complex64).reshape(count, frame_length // 2 + 1)


@each_edges
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_frames_are_those_of_the_padded_sound(
    folder: Path, edges: dict[str, Any], data: st.DataObject
) -> None:
    frame_length = data.draw(st.integers(1, 60), label="frame_length")
    hop_length = data.draw(st.integers(1, longest_hop(edges, frame_length, 80)), label="hop_length")
    sound = noise(data.draw(st.integers(1, 300), label="sound"))
    start = data.draw(st.integers(0, len(sound) - 1), label="start")
    samples = data.draw(st.none() | st.integers(1, len(sound) + 5), label="samples")
    path = write(folder, sound)
    asked: dict[str, Any] = {**edges, **around(start, samples)}
    extractor = Extractor(n_fft=frame_length, hop_length=hop_length, spectrum="complex", **asked)
    wanted = frames_at(sound, start, samples, (frame_length, hop_length), edges)
    if not len(wanted):
        with pytest.warns(UserWarning, match="gives no frame"):
            assert_same_bits(extractor.file(path), wanted)
        return
    assert_same_bits(extractor.file(path), wanted)
    with piped(path) as name:
        assert_same_bits(extractor.file(name), wanted)
    own = extractor.settings.segment
    assert own == SegmentSettings(*(around(start, samples).values()))
    alone = Extractor(extractor.settings, segment_padding="own").file(path)
    end = None if samples is None else start + samples
    assert_same_bits(alone, STFT(frame_length, hop_length, **edges)(sound[start:end]))


@each_edges
@pytest.mark.parametrize("start", [0, 64, 640, 3200])
def test_with_a_start_of_whole_hops_they_are_frames_of_the_whole(
    folder: Path, edges: dict[str, Any], start: int
) -> None:
    path = write(folder, noise(4000))
    many = {"n_fft": 256, "hop_length": 64, "mel": 20, "log": "db", **edges}
    whole = Extractor(**many).file(path)
    segment = Extractor(**many, **around(start, 700)).file(path)
    first = start // 64
    assert len(segment) < len(whole[first:])
    assert_same_bits(segment, whole[first : first + len(segment)])


@pytest.mark.parametrize("block_s", [0.001, 0.007, 0.1, None])
@pytest.mark.parametrize(("start", "samples"), [(0, 500), (20, 300), (777, 500), (1700, None)])
@pytest.mark.parametrize("mode", ["reflect", "wrap"])
def test_blocks_of_any_size_give_the_same(
    folder: Path, block_s: float | None, start: int, samples: int | None, mode: Any
) -> None:
    sound = noise(1777)
    path, extractor = (
        write(folder, sound),
        Extractor(
            n_fft=128, hop_length=31, pad_mode=mode, spectrum="complex", **around(start, samples)
        ),
    )
    for way in ("file", "pipe"):
        with either(way, path) as name, Source(name, block_s=block_s) as source:
            chain = chain_for(extractor, source)
            got = np.concatenate(list(stream_features(source, chain, 1)))
        wanted = frames_at(sound, start, samples, (128, 31), {"center": True, "pad_mode": mode})
        assert_same_bits(got, wanted)


def test_a_click_beside_a_segment_is_heard_once(folder: Path) -> None:
    sound = np.zeros(4000, np.float32)
    sound[980], sound[1003], sound[1520] = 1, 1, 1
    path = write(folder, sound)
    many: dict[str, Any] = {"n_fft": 256, "hop_length": 64, "window": "boxcar"}
    got = Extractor(**many, **around(1000, 500)).file(path)
    # Two clicks, 23 samples apart, in the first frame, and none of them mirrored.
    bins = np.arange(129) / 256
    np.testing.assert_allclose(got[0], np.abs(1 + np.exp(-2j * np.pi * bins * 23)), atol=1e-5)
    np.testing.assert_allclose(got[-1], 1, atol=1e-5)
    own = Extractor(**many, **around(1000, 500), segment_padding="own").file(path)
    np.testing.assert_allclose(own[0], np.abs(2 * np.cos(2 * np.pi * bins * 3)), atol=1e-5)
    np.testing.assert_array_equal(own[-1], 0)


class TestWhatComesFirst:
    """Pre-emphasis, scale, zeros that fill up and another rate."""

    def test_pre_emphasis_looks_at_the_sample_before(self, folder: Path) -> None:
        sound = noise(3000) / 8
        path = write(folder, sound)
        many: dict[str, Any] = {"n_fft": 256, "hop_length": 64, "preemphasis": 0.97}
        many |= {"int16_scale": True, "spectrum": "complex"}
        whole = Extractor(**many).file(path)
        for start in (0, 64, 128, 640):
            segment = Extractor(**many, **around(start, 640)).file(path)
            assert_same_bits(segment, whole[start // 64 : start // 64 + 11])
        with_none = {**many, "center": False}
        whole = Extractor(**with_none).file(path)
        segment = Extractor(**with_none, **around(640, 640)).file(path)
        assert_same_bits(segment, whole[10 : 10 + len(segment)])

    @pytest.mark.parametrize("start", [0, 30, 777])
    @pytest.mark.parametrize(("samples", "filled"), [(200, 900), (900, 900), (None, 900)])
    def test_zeros_that_are_asked_for_follow_the_segment(
        self, folder: Path, start: int, samples: int | None, filled: int
    ) -> None:
        sound = noise(1200)
        path = write(folder, sound)
        asked = {**around(start, samples), "pad_to": filled / RATE_HZ}
        got = Extractor(n_fft=128, hop_length=32, spectrum="complex", **asked).file(path)
        there = len(sound[start:][:samples])
        zeros = np.zeros(max(0, filled - there), np.float32)
        heard = np.concatenate((sound[: start + there], zeros)) if len(zeros) else sound
        length = filled if len(zeros) else samples
        wanted = frames_at(heard, start, length, (128, 32), {"pad_mode": "reflect"})
        assert_same_bits(got, wanted)

    @pytest.mark.parametrize("rates", [(44_100, 16_000), (16_000, 44_100), (8000, 24_000)])
    @pytest.mark.parametrize("quality", ["QQ", "HQ", "VHQ"])
    @pytest.mark.parametrize("mode", ["reflect", "constant", "wrap"])
    @pytest.mark.parametrize("part", [(0, 9), (1, 20), (40, 30), (40, None)])
    def test_the_resampler_hears_the_neighbours(
        self,
        folder: Path,
        rates: tuple[int, int],
        quality: str,
        mode: Any,
        part: tuple[int, int | None],
    ) -> None:
        soxr = pytest.importorskip("soxr")
        from_hz, to_hz = rates
        sound = noise(from_hz // 2) / 8
        path = write(folder, sound, from_hz)
        # Starts of whole centiseconds are a sample at either rate.
        start, samples = (None if one is None else one * from_hz // 100 for one in part)
        assert start is not None
        again = soxr.resample(sound, from_hz, to_hz, quality)
        wanted = frames_at(
            again,
            part[0] * to_hz // 100,
            None if part[1] is None else part[1] * to_hz // 100,
            (512, 128),
            {"pad_mode": mode},
        )
        many: dict[str, Any] = {"n_fft": 512, "hop_length": 128, "spectrum": "complex"}
        many |= {"rate": to_hz, "resampling": quality, "pad_mode": mode}
        extractor = Extractor(**many, **around(start, samples, from_hz))
        got = extractor.file(path)
        assert_close(got, wanted, 2e-6 if quality != "QQ" else 1e-4)
        with piped(path) as name:
            assert_same_bits(extractor.file(name), got)

    @pytest.mark.parametrize("start", [1, 7, 300, 12_345, 21_000])
    @pytest.mark.parametrize("rates", [(44_100, 16_000), (22_050, 16_001), (8000, 11_025)])
    def test_between_the_samples_of_the_other_rate_they_are_centred_all_the_same(
        self, folder: Path, rates: tuple[int, int], start: int
    ) -> None:
        pytest.importorskip("soxr")
        from_hz, to_hz = rates
        start = start * from_hz // 44_100
        t = np.arange(from_hz // 2) / from_hz
        path = write(folder, 0.5 * np.cos(2 * np.pi * 1000 * t), from_hz)
        many: dict[str, Any] = {"n_fft": 256, "hop_length": 64, "spectrum": "complex"}
        asked = around(start, from_hz // 50, from_hz)
        extractor = Extractor(**many, rate=to_hz, **asked)
        got = extractor.file(path)
        assert len(got) == extractor.frames(from_hz // 50, from_hz)
        grid = start / from_hz + (np.arange(-128, to_hz // 50 + 384)) / to_hz
        tone = (0.5 * np.cos(2 * np.pi * 1000 * grid)).astype(np.float32)
        wanted = STFT(256, 64, center=False)(tone)[: len(got)]
        # Frames that reach beyond the sound hold what is mirrored there.
        first = max(0, -(-(128 - start * to_hz // from_hz) // 64)) + (2 if start < 1000 else 0)
        last = (len(t) - start - 400) * to_hz // from_hz // 64
        assert_close(got[first:last], wanted[first : len(got)][: last - first], 2e-3)


@pytest.mark.parametrize("options", [{"stats": "mean"}, {"normalize": "meanvar"}, {"deltas": 1}])
def test_other_frames_than_those_of_the_segment_are_not_looked_at(
    folder: Path, options: dict[str, Any]
) -> None:
    sound = noise(3000)
    sound[:900] *= 100
    path = write(folder, sound)
    many: dict[str, Any] = {"n_fft": 128, "hop_length": 100}
    got = Extractor(**many, **options, **around(1000, 800)).file(path)
    bare = Extractor(**many).file(path)[10:19]
    if "stats" in options:
        assert_close(got, bare.mean(axis=0, keepdims=True))
    elif "normalize" in options:
        assert_close(got, (bare - bare.mean(axis=0)) / bare.std(axis=0), 1e-5)
    else:
        assert got.shape == (9, 130)
        assert_same_bits(np.ascontiguousarray(got[:, :65]), bare)


def test_an_array_has_no_neighbours() -> None:
    sound = noise(3000)
    with_segment = Extractor(n_fft=128, **around(1000, 500))
    assert_same_bits(with_segment(sound, RATE_HZ), Extractor(n_fft=128)(sound, RATE_HZ))


@pytest.mark.parametrize("mode", ["reflect", "wrap"])
def test_a_segment_of_a_long_sound_is_read_in_constant_memory(tmp_path: Path, mode: Any) -> None:
    path = tmp_path / "long.wav"
    soundfile.write(path, np.zeros(4_000_000, np.int16), 8000)
    many: dict[str, Any] = {"n_fft": 256, "hop_length": 256, "pad_mode": mode, "stats": "mean"}

    def peak(duration: int) -> int:
        extractor = Extractor(**many, start=100, duration=duration)
        extractor.file(path, threads=1)
        tracemalloc.start()
        try:
            extractor.file(path, threads=1)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    # The longer one has 8 MB more of samples.
    assert peak(350) < peak(100) + 1_000_000


class TestBadNeighbours:
    @pytest.fixture
    def sound(self, folder: Path) -> Path:
        samples = noise(2000)
        samples[990] = np.nan
        return write(folder, samples)

    def test_that_are_not_finite_are_named_with_a_way_out(self, sound: Path) -> None:
        extractor = Extractor(n_fft=64, **around(1000, 500))
        with pytest.raises(InputError, match=r"sample 990 .*beside the segment.*`segment_padding"):
            extractor.file(sound)
        own = Extractor(extractor.settings, segment_padding="own")
        assert np.isfinite(own.file(sound)).all()

    def test_that_no_frame_sees_do_not_matter(self, sound: Path) -> None:
        assert np.isfinite(Extractor(n_fft=64, **around(1030, 500)).file(sound)).all()
        causal = Extractor(n_fft=64, causal=True, **around(500, 485))
        assert np.isfinite(causal.file(sound)).all()


class TestCommands:
    @pytest.fixture(autouse=True)
    def sound(self, shell: Shell) -> None:
        write(shell.folder, noise(2, 9000) / 8, 8000)

    SEGMENT = ("--start", "0.5", "--duration", "0.25")

    @pytest.mark.parametrize(("word", "same"), [("neighbours", True), ("own", False)])
    def test_features(self, shell: Shell, word: str, same: bool) -> None:
        words = ("in.wav", "--channel", "all", "--n-fft", "256", "--hop-length", "80")
        got = features_inside(shell, *words, *self.SEGMENT, "--segment-padding", word)
        whole = features_inside(shell, *words)[50 : 50 + len(got)]
        assert got.shape == (26, 2, 129)
        assert np.array_equal(got[3:-3], whole[3:-3])
        assert np.array_equal(got, whole) == same
        if same:
            assert_same_bits(features_inside(shell, *words, *self.SEGMENT), got)

    def test_info_counts_the_same_frames(self, shell: Shell) -> None:
        words = ("in.wav", "--n-fft", "256", "--hop-length", "80", *self.SEGMENT)
        told = [
            ok_inside(shell, "info", *words, "--segment-padding", word).out
            for word in ("neighbours", "own")
        ]
        assert told[0] == told[1]
        assert b"26 of 256 samples" in told[0]

    def test_pictures_show_the_segment_and_its_wave_alone(self, shell: Shell) -> None:
        words = ("in.wav", *self.SEGMENT, "--size", "300x200")
        done = ok_inside(shell, "spectrogram", *words, "--waveform", "--out", "x.png")
        assert "0.25 s" in done.err
        ok_inside(shell, "spectrogram", *words, "--waveform", "--out", "y.png")
        done = ok_inside(shell, "show", "in.wav", *self.SEGMENT)
        assert done.out

    @pytest.mark.parametrize("start", ["0.5", "0.001"])
    def test_pictures_of_a_pipe_are_those_of_the_file(self, shell: Shell, start: str) -> None:
        words = ("--start", start, "--bare", "--hop-length", "50")
        ok_inside(shell, "spectrogram", "in.wav", *words, "--out", "file.png")
        content = (shell.folder / "in.wav").read_bytes()
        shell.ok("spectrogram", "-", *words, "--out", "pipe.png", stdin=content)
        import matplotlib.image

        file, pipe = (matplotlib.image.imread(shell.folder / f"{n}.png") for n in ("file", "pipe"))
        np.testing.assert_array_equal(pipe, file)

    def test_a_fit_sees_them_too(self, shell: Shell) -> None:
        words = ("in.wav", "--n-fft", "64", *self.SEGMENT)
        for word in ("neighbours", "own"):
            out = ("--segment-padding", word, "--out", f"{word}.npz")
            ok_inside(shell, "linear", "fit", "pca", *words, "--components", "2", *out)
        means = [np.load(shell.folder / f"{word}.npz")["bias"] for word in ("neighbours", "own")]
        assert not np.array_equal(*means)

    def test_another_word_is_refused(self, shell: Shell) -> None:
        done = run_inside(
            shell, "features", "in.wav", "--segment-padding", "none", "--out", "x.npy"
        )
        assert done.code == 2
        assert "--segment-padding is 'none': it must be one of neighbours, own" in done.err
