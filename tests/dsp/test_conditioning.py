"""What is done to each frame alone before its window: the mean taken off, and pre-emphasis."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import STFT
from stftcli.dsp.conditioning import Conditioning
from stftcli.dsp.windows import make_window
from stftcli.features.framewise import FrameWise
from stftcli.features.operations import FrameFeature
from stftcli.features.steps.energy import LogEnergy
from tests.signals import assert_close, assert_same_bits, blocks_of, each_edges, noise, padded

Frames = NDArray[Any]

WAYS = {
    "nothing": Conditioning(),
    "mean": Conditioning(remove_dc=True),
    "pre-emphasis": Conditioning(preemphasis=0.97),
    "both": Conditioning(remove_dc=True, preemphasis=0.97),
    "half": Conditioning(remove_dc=True, preemphasis=0.5),
}
each_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
each_lengths = pytest.mark.parametrize(
    ("win_length", "win_align"), [(64, "center"), (40, "center"), (40, "left"), (17, "left")]
)


def frames_of(signal: Frames, frame_length: int, hop_length: int, **edges: Any) -> list[Frames]:
    whole = padded(signal.astype(np.float64), frame_length, hop_length, **edges)
    starts = range(0, len(whole) - frame_length + 1, hop_length)
    return [whole[start : start + frame_length] for start in starts]


def without_mean(frame: Frames, way: Conditioning) -> Frames:
    return frame - np.mean(frame) if way.remove_dc else frame


def emphasized(frame: Frames, way: Conditioning) -> Frames:
    """Subtract a share of the sample before, and of the first from itself, as Kaldi does."""
    changed = frame.copy()
    for n in range(len(frame)):
        changed[n] = frame[n] - way.preemphasis * frame[max(n - 1, 0)]
    return changed


def wanted_spectra(signal: Frames, way: Conditioning, stft: STFT, **edges: Any) -> Frames:
    """Condition, window and transform one frame after the other, in float64."""
    length, hop_length = stft.plan.frame_length, stft.plan.hop_length
    window = np.zeros(length)
    left = (length - stft.win_length) // 2
    window[left : left + stft.win_length] = make_window("hamming", stft.win_length)
    return np.array(
        [
            np.fft.rfft(emphasized(without_mean(frame, way), way) * window, 64)
            for frame in frames_of(signal, length, hop_length, **edges)
        ]
    )


def make_stft(way: Conditioning, **options: Any) -> STFT:
    return STFT(64, 16, window="hamming", conditioning=way, **options)


def shown_frames(stft: STFT, blocks: Any, dtype: Any = np.float32) -> Frames:
    """Give the frames that an observer is shown, one span after another."""
    shown: list[Frames] = []
    framer = stft.framer()
    spans = [span for block in blocks for span in framer.push(block.astype(dtype)[None])]
    for span in (*spans, *framer.finish()):
        stft.transform(span, observe=lambda frames: shown.append(frames[0].copy()))
    return np.concatenate(shown)


@each_way
@each_edges
@each_lengths
@pytest.mark.parametrize("freeze_parameters", [True, False], ids=["fft", "kernel"])
def test_equals_a_plain_loop(
    way: Conditioning,
    edges: dict[str, Any],
    win_length: int,
    win_align: Any,
    freeze_parameters: bool,
) -> None:
    signal = noise(1000) + 3
    options = {"win_length": win_length, "win_align": win_align, **edges}
    wanted = wanted_spectra(signal, way, make_stft(way, **options), **edges)
    single = make_stft(way, freeze_parameters=freeze_parameters, **options)
    # The mean is taken off a signal that is several times larger than what is left.
    assert_close(single(signal), wanted, 1e-5)
    double = make_stft(way, dtype="float64", freeze_parameters=freeze_parameters, **options)
    assert_close(double(signal), wanted, 1e-13)


@each_way
def test_a_stream_equals_the_whole(way: Conditioning) -> None:
    stft, signal = make_stft(way), noise(30_000)
    whole = stft(signal)
    for size in (1, 17, 501, len(signal)):
        got = np.concatenate(list(stft.stream(blocks_of(signal, size))))
        assert_same_bits(got, whole, f"blocks of {size}")


def test_nothing_to_be_done_changes_no_bit() -> None:
    signal = noise(2000)
    assert not Conditioning()
    assert_same_bits(STFT(64, 16, conditioning=Conditioning())(signal), STFT(64, 16)(signal))


@pytest.mark.parametrize("way", [WAYS["mean"], WAYS["pre-emphasis"], WAYS["both"]])
def test_neighbouring_frames_and_the_input_stay_as_they_were(way: Conditioning) -> None:
    signal = noise(1000)
    before = signal.copy()
    stft = make_stft(way, padding="none")
    spectra = stft(signal)
    assert_same_bits(signal, before)
    for start in (0, 16, 160):  # frames overlap: each is conditioned as if alone
        assert_close(stft(signal[start : start + 64])[0], spectra[start // 16])


def test_a_constant_is_all_mean() -> None:
    spectra = make_stft(WAYS["mean"])(np.full(1000, 0.25, np.float32))
    assert np.abs(spectra).max() < 1e-6


def test_the_zeros_after_a_window_have_no_part_in_the_mean() -> None:
    signal = np.full(1000, 0.25, np.float32)
    spectra = make_stft(WAYS["both"], win_length=40, win_align="left", padding="none")(signal)
    assert np.abs(spectra).max() < 1e-6


def test_pre_emphasis_leaves_this_of_a_constant() -> None:
    stft = STFT(8, 8, window="boxcar", padding="none", conditioning=Conditioning(preemphasis=0.5))
    np.testing.assert_allclose(stft(np.ones(8))[0], np.fft.rfft(np.full(8, 0.5)), atol=1e-6)
    impulse = np.zeros(8)
    impulse[2] = 1
    wanted = np.fft.rfft([0, 0, 1, -0.5, 0, 0, 0, 0])
    np.testing.assert_allclose(stft(impulse)[0], wanted, atol=1e-6)
    impulse = np.zeros(8)
    impulse[0] = 1
    wanted = np.fft.rfft([0.5, -0.5, 0, 0, 0, 0, 0, 0])
    np.testing.assert_allclose(stft(impulse)[0], wanted, atol=1e-6)


class TestObserver:
    @each_way
    @each_edges
    def test_sees_frames_without_their_mean_and_before_pre_emphasis_and_window(
        self, way: Conditioning, edges: dict[str, Any]
    ) -> None:
        signal = noise(1000) + 1
        stft = make_stft(way, dtype="float64", **edges)
        got = shown_frames(stft, [signal], np.float64)
        wanted = [without_mean(frame, way) for frame in frames_of(signal, 64, 16, **edges)]
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-14)

    def test_sees_frames_as_long_as_the_window_where_zeros_follow(self) -> None:
        stft = make_stft(WAYS["both"], win_length=40, win_align="left", padding="none")
        got = shown_frames(stft, [noise(1000)])
        assert got.shape == (1 + (1000 - 40) // 16, 40)

    @each_way
    @pytest.mark.parametrize("size", [1, 17, 700])
    def test_sees_the_same_in_a_stream(self, way: Conditioning, size: int) -> None:
        signal = noise(30_000)
        stft = make_stft(way)
        whole = shown_frames(stft, [signal])
        assert len(whole) == stft.plan.frames(len(signal))
        assert_same_bits(shown_frames(stft, blocks_of(signal, size)), whole)

    @each_way
    def test_changes_no_number_by_looking(self, way: Conditioning) -> None:
        stft, span = make_stft(way), noise(2, 640)
        assert_same_bits(stft.transform(span, observe=lambda _: None), stft.transform(span))

    def test_sees_every_channel(self) -> None:
        seen: list[tuple[int, ...]] = []
        stft = make_stft(WAYS["both"])
        stft.transform(noise(3, 640), observe=lambda frames: seen.append(frames.shape))
        assert seen == [(3, 37, 64)]


class TestLogEnergy:
    """The energy of Kaldi is measured where the observer looks."""

    floor = 1e-10

    def energies(self, way: Conditioning, signal: Frames) -> Frames:
        frames = [without_mean(frame, way) for frame in frames_of(signal, 64, 16)]
        return np.log(np.maximum([np.sum(frame**2) for frame in frames], self.floor))

    @each_way
    def test_is_that_of_the_frames_without_their_mean(self, way: Conditioning) -> None:
        signal = noise(1000) + 2
        stft = make_stft(way)
        energy = FrameFeature(LogEnergy(self.floor), "first")
        framer = stft.framer()
        (span,) = [*framer.push(signal[None]), *framer.finish()]
        batch = FrameWise(stft, "power", [energy])(span)
        assert batch.shape == (stft.plan.frames(1000), 34)
        np.testing.assert_allclose(batch[:, 0], self.energies(way, signal), rtol=1e-5)

    def test_of_silence_is_that_of_the_floor(self) -> None:
        energy = FrameFeature(LogEnergy(self.floor), "replace")
        framewise = FrameWise(make_stft(WAYS["both"]), "power", [energy])
        batch = framewise(np.zeros((1, 640), np.float32))
        assert batch.shape[-1] == 33
        np.testing.assert_allclose(batch[:, 0], np.log(self.floor), rtol=1e-6)

    def test_two_threads_may_share_an_analyzer(self) -> None:
        stft = make_stft(WAYS["both"])
        energy = FrameFeature(LogEnergy(self.floor), "first")
        framewise = FrameWise(stft, "power", [energy])
        spans = list(stft.framer().push(noise(1, 400_000)))
        alone = [framewise(span) for span in spans]
        with ThreadPoolExecutor(2) as pool:
            together = list(pool.map(framewise, spans))
        for got, wanted in zip(together, alone, strict=True):
            assert_same_bits(got, wanted)
