"""Back from spectra: the signal itself, whatever the padding, the batches and the lengths."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli import ISTFT, STFT
from stftcli.dsp import fft
from stftcli.dsp.conditioning import Conditioning
from stftcli.dsp.overlap import Overlap
from stftcli.errors import InputError, SettingsError
from stftcli.settings.choices import PAD_MODES, PADDINGS, WINDOWS
from tests.signals import EDGES, assert_same_bits, each_edges, hann, noise

LENGTHS = [0, 1, 2, 31, 32, 33, 63, 64, 65, 79, 80, 200, 10_007]
PARAMETERS = {"kaiser": ":8", "tukey": ":0.4", "gaussian": ":12"}


def lost(stft: STFT, samples: int, below: float = 0.0) -> NDArray[np.bool_]:
    """Say which samples lie in no frame, or under windows whose squares sum to no more than this.

    One frame after the other, in float64: nothing of the code that is tested.
    """
    plan, frames = stft.plan, stft.plan.frames(samples)
    weights = np.zeros(plan.left + max(samples, plan.filter_length) + plan.filter_length * 2)
    weights = np.pad(weights, (0, frames * plan.hop_length))
    window = stft.window[: plan.frame_length].astype(np.float64)
    for frame in range(frames):
        first = frame * plan.hop_length
        weights[first : first + plan.frame_length] += window**2
    used = weights[plan.left : plan.left + samples]
    return np.asarray(used <= max(below, 1e-10 * weights.max()))


def assert_back(stft: STFT, signal: NDArray[Any], tolerance: float = 1e-6) -> None:
    """Transform and go back: all samples that frames weigh are there again, the others are 0.

    The error of a frame's sample is divided by its window: the tolerance grows where that is small.
    """
    back = stft.inverse(stft(signal), len(signal))
    assert back.dtype == signal.dtype
    assert back.shape == signal.shape
    gone = lost(stft, len(signal))
    assert not back[gone].any()
    peak = np.abs(signal).max(initial=0)
    for below in (1e-1, 1e-3, 1e-5):
        sound = ~gone & ~lost(stft, len(signal), below)
        error = np.abs(back - signal)[sound].max(initial=0)
        assert error <= tolerance * peak / np.sqrt(below)
    inside = ~lost(stft, len(signal), 0.3)
    assert np.abs(back - signal)[inside].max(initial=0) <= tolerance * peak


class TestRoundTrip:
    @each_edges
    @pytest.mark.parametrize(
        ("filter_length", "hop_length"), [(64, 16), (64, 23), (63, 20), (15, 4), (2, 1)]
    )
    def test_gives_the_signal_back(
        self, edges: dict[str, Any], filter_length: int, hop_length: int
    ) -> None:
        for samples in LENGTHS:
            assert_back(STFT(filter_length, hop_length, **edges), noise(samples, seed=samples))

    @each_edges
    def test_to_the_precision_of_float64_when_asked(self, edges: dict[str, Any]) -> None:
        signal = noise(5000).astype(np.float64)
        assert_back(STFT(400, 100, dtype="float64", **edges), signal, 1e-14)

    @each_edges
    @pytest.mark.parametrize(("win_length", "hop_length"), [(40, 10), (41, 16), (63, 20)])
    @pytest.mark.parametrize("win_align", ["left", "center"])
    def test_with_a_shorter_window(
        self, edges: dict[str, Any], win_length: int, hop_length: int, win_align: Any
    ) -> None:
        stft = STFT(64, hop_length, win_length, "hamming", win_align=win_align, **edges)
        for samples in LENGTHS:
            assert_back(stft, noise(samples, seed=samples))

    @pytest.mark.parametrize("name", WINDOWS)
    @pytest.mark.parametrize("periodic", [True, False])
    def test_with_every_window(self, name: str, periodic: bool) -> None:
        window = f"{name}{PARAMETERS.get(name, '')}"
        assert_back(STFT(64, 16, window=window, periodic=periodic), noise(2000))

    @pytest.mark.parametrize(("filter_length", "hop_length"), [(64, 64), (63, 63), (1, 1)])
    @each_edges
    def test_without_overlap_where_the_window_allows_it(
        self, edges: dict[str, Any], filter_length: int, hop_length: int
    ) -> None:
        stft = STFT(filter_length, hop_length, window="boxcar", **edges)
        for samples in LENGTHS:
            assert_back(stft, noise(samples, seed=samples))

    @pytest.mark.parametrize("freeze_parameters", [True, False])
    def test_with_a_window_of_ones_own(self, freeze_parameters: bool) -> None:
        window = 0.5 + np.random.default_rng(1).random(64)
        stft = STFT(64, 20, window=window, freeze_parameters=freeze_parameters)
        assert_back(stft, noise(1000))

    @given(
        filter_length=st.integers(1, 70),
        hop=st.floats(0.02, 1),
        window=st.sampled_from(["hann", "hamming", "boxcar", "kaiser:6", "povey", "cosine"]),
        padding=st.sampled_from(list(PADDINGS)),
        pad_mode=st.sampled_from(PAD_MODES),
        win=st.floats(0.3, 1),
        win_align=st.sampled_from(["center", "left"]),
        samples=st.integers(0, 400),
    )
    def test_of_anything_that_can_be_undone(
        self,
        filter_length: int,
        hop: float,
        window: str,
        padding: Any,
        pad_mode: Any,
        win: float,
        win_align: Any,
        samples: int,
    ) -> None:
        win_length = max(1, round(win * filter_length))
        hop_length = max(1, round(hop * win_length))
        stft = STFT(
            *(filter_length, hop_length, win_length, window),
            padding=padding,
            pad_mode=pad_mode,
            win_align=win_align,
        )
        signal = noise(samples, seed=samples)
        if Overlap(stft.window, stft.plan).invertible:
            assert_back(stft, signal)
        else:
            with pytest.raises(SettingsError, match="cannot be undone"):
                stft.inverse(stft(signal))


class TestStream:
    @each_edges
    @pytest.mark.parametrize(("filter_length", "hop_length"), [(64, 16), (63, 20), (64, 50)])
    @pytest.mark.parametrize("length", [None, 3000])
    def test_is_the_whole_to_the_last_bit(
        self, edges: dict[str, Any], filter_length: int, hop_length: int, length: int | None
    ) -> None:
        stft = STFT(filter_length, hop_length, **edges)
        spectra = stft(noise(3000))
        whole = stft.inverse(spectra, length)
        for size in (1, 2, 17, 600):
            assert_same_bits(streamed(stft, spectra, size, length), whole, str(size))

    @pytest.mark.parametrize("provider", fft.PROVIDERS)
    @given(sizes=st.lists(st.integers(0, 40), max_size=30), dtype=st.sampled_from(["f4", "f8"]))
    def test_has_the_same_bits_however_frames_are_dealt_out(
        self, provider: str, sizes: list[int], dtype: str
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("STFTCLI_FFT", provider)
            stft = STFT(63, 20, dtype=dtype)
            spectra = stft(noise(2, 4000).astype(dtype))
            inverse = ISTFT(stft, 4000)
            pieces, first = [], 0
            for size in [*sizes, spectra.shape[1]]:
                pieces.append(inverse.push(spectra[:, first : first + size]))
                first += size
            pieces.append(inverse.finish())
            assert_same_bits(np.concatenate(pieces, axis=-1), stft.inverse(spectra, 4000))

    def test_gives_samples_as_soon_as_no_frame_can_change_them(self) -> None:
        stft = STFT(64, 16)
        inverse, spectra = ISTFT(stft), stft(noise(1000))
        given = [inverse.push(spectra[frame : frame + 1]).shape[-1] for frame in range(10)]
        # Frame 0 is centred on sample 0: that one is done when frame 2 has come.
        assert given == [0, 0, 16, 16, 16, 16, 16, 16, 16, 16]

    def test_never_gives_what_may_lie_beyond_the_end(self) -> None:
        stft = STFT(64, 60, window="boxcar")
        spectra = stft(noise(1000))
        for frames in range(len(spectra)):
            inverse = ISTFT(stft)
            there = inverse.push(spectra[:frames]).shape[-1]
            assert there <= stft.plan.samples(frames)
            assert there + len(inverse.finish()) == stft.plan.samples(frames)

    def test_holds_no_more_than_neighbouring_frames_need(self) -> None:
        inverse = ISTFT(STFT(64, 16))
        for _ in range(5):
            inverse.push(np.zeros((100, 33), np.complex64))
            assert inverse._carry.shape == (1, 3, 16)


class TestLengths:
    def test_longer_than_frames_reach_ends_with_zeros(self) -> None:
        stft, signal = STFT(64, 16), noise(160)
        longer = stft.inverse(stft(signal), 1000)
        assert_same_bits(longer[:160], stft.inverse(stft(signal), 160))
        assert not longer[160 + 32 :].any()

    def test_shorter_is_the_beginning(self) -> None:
        stft, signal = STFT(64, 16), noise(1000)
        assert_same_bits(stft.inverse(stft(signal), 77), stft.inverse(stft(signal))[:77])

    def test_of_nothing_is_nothing(self) -> None:
        stft = STFT(64, 16)
        assert stft.inverse(np.empty((0, 33), np.complex64)).shape == (0,)
        assert stft.inverse(np.empty((2, 0, 33), np.complex64)).shape == (2, 0)
        assert stft.inverse(np.empty((0, 5, 33), np.complex64)).shape == (0, 64)
        assert stft.inverse(stft(noise(100)), 0).shape == (0,)

    @pytest.mark.parametrize("edges", EDGES.values(), ids=EDGES)
    def test_without_one_are_the_fewest_that_have_so_many_frames(
        self, edges: dict[str, Any]
    ) -> None:
        plan = STFT(64, 16, **edges).plan
        for frames in range(2, 20):
            assert plan.frames(plan.samples(frames)) == frames
            assert plan.frames(plan.samples(frames) - 1) < frames

    def test_of_several_signals(self) -> None:
        stft, signals = STFT(64, 16), noise(2, 3, 500)
        back = stft.inverse(stft(signals), 500)
        assert back.shape == (2, 3, 500)
        assert_same_bits(back[1, 2], stft.inverse(stft(signals[1, 2]), 500))

    @pytest.mark.parametrize("length", [-1, 1.5, "3"])
    def test_that_are_none_are_refused(self, length: Any) -> None:
        with pytest.raises(SettingsError, match="`length`"):
            ISTFT(STFT(64, 16), length)


class TestRefused:
    @pytest.mark.parametrize(
        ("settings", "words"),
        [
            ((64, 64), ["hann of 64", "`hop_length` 64", "`hop_length` of 32 can be"]),
            ((64, 65, None, "boxcar"), ["boxcar of 64", "65 samples 1 lie"]),
            ((64, 30, 20), ["hann of 20", "`hop_length` of 10 can be"]),
            ((64, 16, None, np.r_[np.zeros(60), np.ones(4)]), ["of 64 values"]),
        ],
    )
    def test_windows_that_leave_samples_out_with_what_to_change(
        self, settings: Any, words: list[str]
    ) -> None:
        with pytest.raises(SettingsError) as caught:
            ISTFT(STFT(*settings))
        assert all(word in str(caught.value) for word in words), caught.value

    def test_a_kernel_that_was_replaced(self) -> None:
        stft = STFT(64, 16, freeze_parameters=False)
        ISTFT(stft)
        stft.kernel[0, 0] += 1
        with pytest.raises(SettingsError, match="kernel was replaced"):
            stft.inverse(np.zeros((3, 33), complex))

    @pytest.mark.parametrize(
        ("conditioning", "word"),
        [(Conditioning(remove_dc=True), "remove_dc"), (Conditioning(False, 0.97), "preemphasis")],
    )
    def test_what_is_done_to_frames_by_its_name(
        self, conditioning: Conditioning, word: str
    ) -> None:
        with pytest.raises(SettingsError, match=word):
            ISTFT(STFT(64, 16, conditioning=conditioning))

    @pytest.mark.parametrize("shape", [(33,), (5, 32), (33, 5)])
    def test_spectra_of_another_shape(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(SettingsError, match=r"\(\.\.\., frames, 33\)"):
            STFT(64, 16).inverse(np.zeros(shape, complex))

    def test_another_number_of_channels_in_the_middle(self) -> None:
        inverse = ISTFT(STFT(64, 16))
        inverse.push(np.zeros((2, 5, 33), complex))
        with pytest.raises(SettingsError, match="leading axes"):
            inverse.push(np.zeros((5, 33), complex))

    def test_real_numbers(self) -> None:
        with pytest.raises(InputError, match="griffin_lim"):
            STFT(64, 16).inverse(np.zeros((5, 33)))


class TestOverlap:
    @pytest.mark.parametrize(
        ("hop_length", "window", "error"), [(16, "hann", 0), (64, "boxcar", 0), (32, "hann", 1 / 3)]
    )
    def test_error_of_known_windows(self, hop_length: int, window: str, error: float) -> None:
        # Squares of Hann windows at half their length: between 1/2 and 1.
        stft = STFT(64, hop_length, window=window)
        assert Overlap(stft.window, stft.plan).error == pytest.approx(error, abs=1e-7)

    def test_weights_are_those_of_frames_one_after_the_other(self) -> None:
        stft = STFT(64, 24)
        sums = np.zeros((12, 24))
        for frame in range(10):
            squares = np.zeros(12 * 24)
            squares[frame * 24 : frame * 24 + 64] = hann(64) ** 2
            sums += squares.reshape(12, 24)
        weights = Overlap(stft.window, stft.plan).weights(range(12), 10)
        known = np.isfinite(weights)
        np.testing.assert_allclose(weights[known], sums[known], rtol=1e-6)
        assert (sums[~known] < 1e-9).all()


def streamed(
    stft: STFT, spectra: NDArray[Any], size: int, length: int | None
) -> NDArray[np.floating[Any]]:
    inverse = ISTFT(stft, length)
    pieces = [inverse.push(spectra[first : first + size]) for first in range(0, len(spectra), size)]
    return np.concatenate([*pieces, inverse.finish()])
