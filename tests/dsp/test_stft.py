import multiprocessing
import pickle
import re
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli import STFT
from stftcli.dsp.conditioning import Conditioning
from stftcli.dsp.windows import make_window
from stftcli.errors import SettingsError
from stftcli.settings.choices import PAD_MODES, PADDINGS
from tests.signals import (
    EDGES,
    assert_close,
    assert_same_bits,
    blocks_of,
    brute_force_stft,
    each_edges,
    edges_and_sizes,
    hann,
    longest_hop,
    noise,
)

each_edges_and_size = edges_and_sizes(
    (64, 16), (64, 23), (63, 20), (64, 64), (63, 21), (16, 40), (15, 31), (1, 1), (2, 1)
)


def lengths_to_try(stft: STFT) -> list[int]:
    """Nothing, hardly anything, about half a frame, about a frame, one batch, two and more."""
    frame, half = stft.plan.frame_length, stft.plan.frame_length // 2
    batches = stft.plan.span_samples(2 * stft.plan.batch_frames + 1) + 1
    around = (0, 1, 2, half - 1, half, half + 1, frame - 1, frame, frame + 1, 3 * frame)
    full_batch = stft.plan.span_samples(stft.plan.batch_frames) - stft.plan.left - stft.plan.right
    return sorted({max(0, length) for length in (*around, full_batch, full_batch + 1, batches)})


def streamed(stft: STFT, blocks: Any) -> NDArray[Any]:
    batches = list(stft.stream(blocks))
    empty = np.empty((0, stft.bins), np.result_type(stft.dtype, np.complex64))
    return np.concatenate([empty, *batches])


class TestNumbers:
    @each_edges_and_size
    def test_equal_a_transform_of_one_frame_after_the_other(
        self, edges: dict[str, Any], filter_length: int, hop_length: int
    ) -> None:
        stft = STFT(filter_length, hop_length, **edges)
        for samples in lengths_to_try(stft):
            signal = noise(samples, seed=samples)
            wanted = brute_force_stft(
                signal, filter_length, hop_length, hann(filter_length), **edges
            )
            assert_close(stft(signal), wanted)

    @each_edges
    def test_are_as_good_as_float64_can_be_when_asked(self, edges: dict[str, Any]) -> None:
        signal = noise(5000).astype(np.float64) + 1e-9
        stft = STFT(400, 160, dtype="float64", **edges)
        wanted = brute_force_stft(signal, 400, 160, hann(400), **edges)
        assert stft(signal).dtype == np.complex128
        assert_close(stft(signal), wanted, 1e-14)

    @pytest.mark.parametrize("win_length", [1, 40, 41, 63])
    def test_with_a_window_shorter_than_the_frame(self, win_length: int) -> None:
        window = np.zeros(64)
        left = (64 - win_length) // 2
        window[left : left + win_length] = hann(win_length)
        signal = noise(1000)
        wanted = brute_force_stft(signal, 64, 16, window)
        assert_close(STFT(64, 16, win_length)(signal), wanted)

    @each_edges
    @pytest.mark.parametrize(("win_length", "hop_length"), [(40, 16), (41, 16), (63, 40), (64, 16)])
    @pytest.mark.parametrize("freeze_parameters", [True, False], ids=["fft", "kernel"])
    def test_with_a_window_at_the_beginning_of_the_transform(
        self, edges: dict[str, Any], win_length: int, hop_length: int, freeze_parameters: bool
    ) -> None:
        stft = STFT(
            *(64, hop_length, win_length, "hamming"),
            freeze_parameters=freeze_parameters,
            win_align="left",
            **edges,
        )
        window = make_window("hamming", win_length)
        np.testing.assert_allclose(stft.window, np.pad(window, (0, 64 - win_length)), atol=1e-7)
        for samples in lengths_to_try(stft):
            signal = noise(samples, seed=samples)
            wanted = brute_force_stft(signal, 64, hop_length, window, **edges)
            assert_close(stft(signal), wanted)

    @pytest.mark.parametrize("win_length", [1, 40, 41, 64])
    def test_of_a_window_at_the_beginning_are_those_in_the_middle_of_other_samples(
        self, win_length: int
    ) -> None:
        signal = noise(1000)
        moved = np.concatenate((np.zeros((64 - win_length) // 2, np.float32), signal))
        middle = STFT(64, 16, win_length, padding="none")(moved)
        left = STFT(64, 16, win_length, padding="none", win_align="left")(signal)
        assert_close(np.abs(left[: len(middle)]), np.abs(middle))

    @pytest.mark.parametrize("win_align", ["center", "left"])
    def test_with_a_symmetric_window(self, win_align: Any) -> None:
        signal, left = noise(1000), {"center": 12, "left": 0}[win_align]
        stft = STFT(64, 16, 40, periodic=False, padding="none", win_align=win_align)
        window = np.zeros(64)
        window[left : left + 40] = np.hanning(40)
        wanted = brute_force_stft(signal, 64, 16, window, center=False)
        assert_close(stft(signal)[: len(wanted)], wanted)

    def test_of_an_impulse_are_the_window_and_its_phase(self) -> None:
        signal = np.zeros(64, np.float32)
        signal[5] = 1
        spectrum = STFT(64, 64, center=False)(signal)[0]
        phase = np.exp(-2j * np.pi * np.arange(33) * 5 / 64)
        np.testing.assert_allclose(spectrum, hann(64)[5] * phase, atol=1e-7)

    @pytest.mark.parametrize("samples", [1, 2, 3])
    def test_of_a_signal_much_shorter_than_its_reflection_repeat_it(self, samples: int) -> None:
        signal = noise(samples)
        period = np.concatenate((signal, signal[-2:0:-1]))  # there and back again
        first = (np.arange(64) - 32) % len(period)
        wanted = np.fft.rfft(period[first] * hann(64))
        assert_close(STFT(64, 16)(signal)[0], wanted)

    @pytest.mark.parametrize("samples", [1, 63, 64, 65, 79, 80])
    def test_without_centring_leave_out_what_follows_the_last_full_frame(
        self, samples: int
    ) -> None:
        signal = noise(samples)
        assert len(STFT(64, 16, center=False)(signal)) == max(1, 1 + (samples - 64) // 16)

    def test_of_a_signal_shorter_than_a_frame_are_those_of_the_signal_and_zeros(self) -> None:
        signal = noise(10)
        stft = STFT(64, 16, center=False)
        assert_same_bits(stft(signal), stft(np.pad(signal, (0, 54))))


class TestCausal:
    @pytest.mark.parametrize(("filter_length", "hop_length"), [(64, 16), (63, 20), (16, 40)])
    def test_a_frame_sees_nothing_of_the_future(self, filter_length: int, hop_length: int) -> None:
        stft = STFT(filter_length, hop_length, padding="causal", window="boxcar")
        signal = noise(1000)
        spectra = stft(signal)
        for frame in (0, 1, 5, 20):
            end = frame * hop_length + max(hop_length, filter_length)
            end -= max(0, filter_length - hop_length)
            changed = signal.copy()
            changed[end:] += 1
            assert_same_bits(stft(changed)[: frame + 1], spectra[: frame + 1])

    def test_the_first_frame_holds_the_first_hop_at_its_end(self) -> None:
        signal = noise(1000)
        stft = STFT(64, 16, padding="causal", window="boxcar")
        wanted = np.fft.rfft(np.concatenate((np.zeros(48), signal[:16])))
        assert_close(stft(signal)[0], wanted)

    def test_a_frame_is_there_as_soon_as_its_last_sample_is(self) -> None:
        assert len(STFT(64, 16, padding="causal")(noise(160))) == 10

    @pytest.mark.parametrize("pad_mode", PAD_MODES)
    def test_is_padded_with_zeros_whatever_the_pad_mode(self, pad_mode: Any) -> None:
        signal = noise(200)
        for padding in ("causal", "none"):
            stft = STFT(64, 16, padding=padding, pad_mode=pad_mode)
            assert_same_bits(stft(signal), STFT(64, 16, padding=padding)(signal))


class TestPadding:
    @pytest.mark.parametrize(("center", "padding"), [(True, "center"), (False, "none")])
    def test_may_be_asked_for_in_two_ways(self, center: bool, padding: Any) -> None:
        signal = noise(1000)
        wanted = STFT(64, 16, center=center)
        for other in (True, False):
            stft = STFT(64, 16, center=other, padding=padding)
            assert stft.plan == wanted.plan
            assert_same_bits(stft(signal), wanted(signal))

    @pytest.mark.parametrize("pad_mode", PAD_MODES)
    def test_same_holds_what_the_pad_mode_says(self, pad_mode: Any) -> None:
        signal = noise(1000)
        whole = np.pad(signal, 24, pad_mode)
        got = STFT(64, 16, padding="same", pad_mode=pad_mode)(signal)
        assert_close(got, STFT(64, 16, padding="none")(whole))

    @pytest.mark.parametrize("pad_mode", PAD_MODES)
    def test_kaldi_repeats_the_edge_sample_whatever_the_pad_mode(self, pad_mode: Any) -> None:
        signal = noise(1000)
        got = STFT(64, 16, padding="kaldi", pad_mode=pad_mode, window="boxcar")(signal)
        mirrored = np.concatenate((signal[:24][::-1], signal[:40]))
        assert_close(got[0], np.fft.rfft(mirrored))
        end = len(got) * 16 - 8 + 32  # of the last frame, which lies around 16 (t + 1/2)
        assert_close(got[-1], np.fft.rfft(np.concatenate((signal, signal[::-1]))[end - 64 : end]))


class TestStream:
    @each_edges_and_size
    def test_equals_the_whole_for_blocks_of_any_size(
        self, edges: dict[str, Any], filter_length: int, hop_length: int
    ) -> None:
        stft = STFT(filter_length, hop_length, **edges)
        for samples in lengths_to_try(stft):
            signal = noise(samples)
            whole = stft(signal)
            assert len(whole) == stft.plan.frames(samples)
            for size in {1, 17, hop_length - 1, hop_length + 1, max(1, samples)} - {0}:
                if samples > 500 * size:
                    continue  # batch after batch of the smallest blocks: the test below
                got = streamed(stft, blocks_of(signal, size))
                assert_same_bits(got, whole, f"{samples} samples in blocks of {size}")

    @each_edges
    def test_equals_the_whole_sample_by_sample_over_several_batches(
        self, edges: dict[str, Any]
    ) -> None:
        stft = STFT(4096, 3, **edges)
        signal = noise(stft.plan.span_samples(2 * stft.plan.batch_frames + 5))
        assert_same_bits(streamed(stft, blocks_of(signal, 1)), stft(signal))

    @each_edges
    @given(data=st.data())
    def test_equals_the_whole_wherever_it_is_cut(
        self, edges: dict[str, Any], data: st.DataObject
    ) -> None:
        filter_length = data.draw(st.integers(1, 300), label="filter_length")
        longest = longest_hop(edges, filter_length, 400)
        hop_length = data.draw(st.integers(1, longest), label="hop_length")
        signal = noise(data.draw(st.integers(0, 3000), label="samples"))
        cuts = data.draw(st.lists(st.integers(0, len(signal))).map(sorted), label="cuts")
        stft = STFT(filter_length, hop_length, **edges)
        assert_same_bits(streamed(stft, np.split(signal, cuts)), stft(signal))

    @each_edges
    @given(data=st.data())
    def test_equals_the_whole_where_zeros_follow_the_window(
        self, edges: dict[str, Any], data: st.DataObject
    ) -> None:
        win_length = data.draw(st.integers(1, 200), label="win_length")
        filter_length = win_length + data.draw(st.integers(0, 100), label="zeros")
        longest = longest_hop(edges, win_length, 300)
        hop_length = data.draw(st.integers(1, longest), label="hop_length")
        signal = noise(data.draw(st.integers(0, 3000), label="samples"))
        cuts = data.draw(st.lists(st.integers(0, len(signal))).map(sorted), label="cuts")
        stft = STFT(filter_length, hop_length, win_length, win_align="left", **edges)
        whole = stft(signal)
        assert_same_bits(streamed(stft, np.split(signal, cuts)), whole)
        wanted = brute_force_stft(
            signal, filter_length, hop_length, make_window("hann", win_length), **edges
        )
        np.testing.assert_allclose(whole, wanted, rtol=0, atol=1e-4)

    def test_equals_the_whole_with_a_kernel(self) -> None:
        stft = STFT(64, 16, freeze_parameters=False)
        signal = noise(16 * 700)
        assert_same_bits(streamed(stft, blocks_of(signal, 501)), stft(signal))

    def test_takes_blocks_of_other_types_and_lists(self) -> None:
        stft = STFT(8, 4)
        blocks: list[Any] = [[1, 2, 3], np.arange(4, 9, dtype=np.int16), np.arange(9.0, 12.0)]
        assert_same_bits(streamed(stft, blocks), stft(np.arange(1, 12)))

    def test_comes_out_while_the_signal_still_arrives(self) -> None:
        endless = (noise(1000) for _ in iter(int, 1))
        stft = STFT(64, 16)
        assert len(next(iter(stft.stream(endless)))) == stft.plan.frames_of_span(1000 + 32)

    @pytest.mark.parametrize("edges", sorted(EDGES.keys() - {"wrap"}))
    def test_each_frame_comes_as_soon_as_its_last_sample_is_there(self, edges: str) -> None:
        stft = STFT(64, 16, **EDGES[edges])
        pushed: list[int] = []

        def samples() -> Any:
            for sample in noise(3000):
                pushed.append(len(pushed) + 1)
                yield sample[np.newaxis]

        came: list[int] = []
        for batch in stft.stream(samples()):
            came += [pushed[-1]] * len(batch)
        last_samples = np.arange(len(came)) * 16 + 64 - stft.plan.left
        # What is padded before the signal needs samples of it too.
        first = 1 if stft.pad_mode == "constant" else stft.plan.left + 1
        assert came == [min(3000, max(first, last)) for last in last_samples.tolist()]

    @pytest.mark.parametrize("blocks", [[], [[]], [np.zeros(0), np.zeros(0)]])
    def test_of_nothing_is_nothing(self, blocks: Any) -> None:
        assert list(STFT().stream(blocks)) == []

    def test_of_several_channels_is_refused(self) -> None:
        with pytest.raises(SettingsError):
            list(STFT(64, 16).stream([noise(2, 1000)]))


class TestShapes:
    @pytest.mark.parametrize("leading", [(), (1,), (3,), (2, 3), (0,), (2, 0)])
    @pytest.mark.parametrize("samples", [0, 1, 1000])
    def test_leading_axes_stay_and_each_signal_is_transformed_alone(
        self, leading: tuple[int, ...], samples: int
    ) -> None:
        stft, signals = STFT(64, 16), noise(*leading, samples)
        spectra = stft(signals)
        assert spectra.shape == (*leading, stft.plan.frames(samples), 33)
        assert spectra.dtype == np.complex64
        for place in np.ndindex(leading):
            assert_same_bits(spectra[place], stft(signals[place]))

    @pytest.mark.parametrize(("filter_length", "bins"), [(1, 1), (2, 2), (63, 32), (64, 33)])
    def test_keep_the_bins_that_are_not_redundant(self, filter_length: int, bins: int) -> None:
        stft = STFT(filter_length, 1)
        assert (stft.bins, stft(noise(9)).shape[-1]) == (bins, bins)

    def test_the_input_is_not_changed(self) -> None:
        signal = noise(2, 500)
        before = signal.copy()
        STFT(64, 16)(signal)
        assert_same_bits(signal, before)

    def test_views_are_transformed_as_their_copies(self) -> None:
        signals = noise(1000, 2).T
        assert not signals.flags.c_contiguous
        assert_same_bits(STFT(64, 16)(signals), STFT(64, 16)(signals.copy()))

    @pytest.mark.parametrize("dtype", [np.int16, np.uint8, np.bool_, np.float64, np.float16])
    def test_real_samples_of_any_type_are_taken_as_they_are(self, dtype: type[Any]) -> None:
        samples = np.arange(100).astype(dtype)
        assert_same_bits(STFT(64, 16)(samples), STFT(64, 16)(samples.astype(np.float32)))

    @pytest.mark.parametrize("waveform", [3.0, noise(9) * 1j, ["a"], np.zeros(3, "M8[s]")])
    def test_anything_else_is_refused(self, waveform: Any) -> None:
        with pytest.raises(SettingsError, match="waveform"):
            STFT(8, 4)(waveform)


class TestKernel:
    def test_is_the_fourier_transform_as_a_matrix(self) -> None:
        frames = noise(5, 63).astype(np.float64)
        kernel = STFT(63, 16, dtype="float64").kernel
        assert kernel.shape == (64, 63)
        spectra = np.fft.rfft(frames)
        assert_close(frames @ kernel.T, np.hstack((spectra.real, spectra.imag)), 1e-14)

    @pytest.mark.parametrize("filter_length", [1, 2, 63, 64, 1024])
    def test_in_use_gives_what_the_fft_gives(self, filter_length: int) -> None:
        signal = noise(5000)
        fft = STFT(filter_length, 100)(signal)
        product = STFT(filter_length, 100, freeze_parameters=False)(signal)
        assert product.dtype == np.complex64
        assert_close(product, fft)

    def test_of_a_long_transform_is_exact_to_the_last_bin(self) -> None:
        kernel = STFT(2048, 512).kernel
        np.testing.assert_array_equal(kernel[1024], np.tile([1, -1], 1024))
        np.testing.assert_allclose(kernel[-1], 0, atol=1e-12)

    def test_replaced_is_used(self) -> None:
        signal = noise(1000)
        stft = STFT(64, 16, freeze_parameters=False)
        before = stft(signal)
        stft.kernel = 2 * stft.kernel
        assert_same_bits(stft(signal), 2 * before)

    def test_replaced_by_any_matrix_multiplies_the_windowed_frames(self) -> None:
        kernel, signal = noise(66, 64), noise(64)
        stft = STFT(64, 64, window="hamming", center=False, freeze_parameters=False)
        stft.kernel = kernel
        products = kernel.astype(np.float64) @ (signal * stft.window)
        assert_close(stft(signal)[0], products[:33] + 1j * products[33:])

    def test_replaced_is_a_copy_of_what_was_given(self) -> None:
        kernel = noise(66, 64)
        stft = STFT(64, 16, freeze_parameters=False)
        stft.kernel = kernel
        kernel[:] = 0
        assert np.abs(stft(noise(100))).max() > 0

    def test_written_to_is_used(self) -> None:
        stft = STFT(64, 16, freeze_parameters=False)
        stft.kernel[33:] = 0
        assert (stft(noise(100)).imag == 0).all()

    @pytest.mark.parametrize("shape", [(33, 64), (66, 63), (64, 66), (66,)])
    def test_of_another_shape_is_refused(self, shape: tuple[int, ...]) -> None:
        stft = STFT(64, 16, freeze_parameters=False)
        with pytest.raises(SettingsError, match=re.escape(str(shape)) + r".*\(66, 64\)"):
            stft.kernel = noise(*shape)

    def test_must_be_finite(self) -> None:
        with pytest.raises(SettingsError, match="NaN or infinite"):
            STFT(2, 1, freeze_parameters=False).kernel = np.full((4, 2), np.nan)

    def test_must_be_real(self) -> None:
        with pytest.raises(SettingsError):
            STFT(2, 1, freeze_parameters=False).kernel = np.ones((4, 2)) * 1j


class TestFrozen:
    @pytest.mark.parametrize("name", ["window", "kernel"])
    def test_parameters_are_read_only(self, name: str) -> None:
        stft = STFT(64, 16)
        values = getattr(stft, name)
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1
        with pytest.raises(SettingsError, match=f"the {name} is frozen.*freeze_parameters=False"):
            setattr(stft, name, np.array(values))

    def test_is_the_default(self) -> None:
        assert STFT().freeze_parameters is True

    @pytest.mark.parametrize("freeze_parameters", [True, False])
    def test_window_given_as_an_array_is_not_the_callers(self, freeze_parameters: bool) -> None:
        values = np.ones(64, np.float32)
        stft = STFT(64, 16, window=values, freeze_parameters=freeze_parameters)
        values[:] = 0
        assert np.abs(stft(noise(100))).max() > 0


class TestWindowReplaced:
    @pytest.mark.parametrize("length", [40, 64])
    def test_at_the_beginning_of_the_transform_stays_there(self, length: int) -> None:
        stft = STFT(64, 16, 40, win_align="left", freeze_parameters=False)
        values = noise(length)
        values[40:] = 0
        stft.window = values
        np.testing.assert_array_equal(stft.window, np.pad(values, (0, 64 - length)))
        wanted = brute_force_stft(noise(500), 64, 16, values[:40])
        assert_close(stft(noise(500)), wanted)

    @pytest.mark.parametrize("length", [40, 64])
    def test_by_values_for_the_window_or_for_the_frame(self, length: int) -> None:
        stft = STFT(64, 16, win_length=40, freeze_parameters=False)
        values, left = noise(length), (64 - length) // 2
        stft.window = values
        np.testing.assert_array_equal(stft.window[left : left + length], values)
        assert not stft.window[:left].any()
        assert not stft.window[left + length :].any()
        wanted = brute_force_stft(noise(500), 64, 16, stft.window)
        assert_close(stft(noise(500)), wanted)

    def test_by_values_of_another_length_is_refused(self) -> None:
        stft = STFT(64, 16, win_length=40, freeze_parameters=False)
        with pytest.raises(SettingsError, match=r"\(50,\).*\((40|64),\)"):
            stft.window = np.ones(50)

    @pytest.mark.parametrize("name", ["hamming", ("kaiser", 8.0)])
    def test_by_a_name_keeps_win_length(self, name: Any) -> None:
        stft = STFT(64, 16, win_length=40, freeze_parameters=False)
        stft.window = name
        np.testing.assert_array_equal(stft.window, STFT(64, 16, 40, window=name).window)


class TestSettings:
    def test_defaults(self) -> None:
        stft = STFT()
        assert (stft.plan.filter_length, stft.plan.hop_length, stft.win_length) == (2048, 512, 2048)
        assert (stft.pad_mode, stft.plan.left, stft.dtype.name) == ("reflect", 1024, "float32")
        np.testing.assert_allclose(stft.window, hann(2048), atol=1e-7)

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"filter_length": 0}, "`filter_length` is 0"),
            ({"hop_length": 0}, "`hop_length` is 0"),
            ({"filter_length": 400.5}, "`filter_length` is 400.5: it must be a whole number"),
            ({"hop_length": "10ms"}, "`hop_length` is '10ms': it must be a whole number"),
            ({"win_length": 10.0}, "`win_length` is 10.0: it must be a whole number"),
            ({"filter_length": 64, "win_length": 65}, r"`win_length` is 65.*\(64\)"),
            ({"win_length": 0}, "`win_length` is 0"),
            ({"pad_mode": "zero"}, f"'zero'.*{', '.join(PAD_MODES)}"),
            ({"padding": "full"}, f"'full'.*{', '.join(PADDINGS)}"),
            ({"win_align": "right"}, "`win_align` is 'right': it must be center or left"),
            ({"win_align": "left", "win_length": 0}, "`win_length` is 0"),
            ({"win_align": "left", "win_length": 2049}, r"`win_length` is 2049.*\(2048\)"),
            ({"padding": "kaldi", "hop_length": 4000}, "`hop_length` is 4000: with padding kaldi"),
            ({"dtype": "float16"}, "'float16': choose float32 or float64"),
            ({"window": "hat"}, "'hat'"),
        ],
    )
    def test_out_of_range_are_refused_by_name(self, settings: dict[str, Any], message: str) -> None:
        with pytest.raises(SettingsError, match=message):
            STFT(**settings)


class TestAxes:
    def test_times_are_in_seconds_and_frequencies_in_hz(self) -> None:
        stft = STFT(400, 160)
        np.testing.assert_allclose(stft.times_s(3, 16000), [0, 0.01, 0.02], rtol=1e-15)
        np.testing.assert_allclose(stft.times_s(range(5, 7), 16000), [0.05, 0.06], rtol=1e-15)
        frequencies = stft.frequencies_hz(16000)
        np.testing.assert_allclose(frequencies[[0, 1, -1]], [0, 40, 8000], rtol=1e-15)
        assert frequencies.shape == (stft.bins,)

    def test_without_centring_the_first_frame_lies_around_its_middle(self) -> None:
        stft = STFT(400, 160, center=False)
        np.testing.assert_allclose(stft.times_s(2, 1000), [0.2, 0.36], rtol=1e-15)

    def test_the_last_frequency_of_an_odd_length_lies_below_half_the_rate(self) -> None:
        np.testing.assert_allclose(STFT(5, 1).frequencies_hz(10), [0, 2, 4], rtol=1e-15)


MADE: list[dict[str, Any]] = [
    {},
    {"filter_length": 400, "hop_length": 160, "window": "kaiser:14", "padding": "causal"},
    {"filter_length": 64, "hop_length": 16, "window": ("tukey", 0.25), "center": False},
    {"hop_length": 160, "win_length": 400, "win_align": "left", "padding": "kaldi"},
    {"window": "hamming", "periodic": False},
    {"pad_mode": "constant", "dtype": "float64", "freeze_parameters": False, "hop_length": 100},
    {"conditioning": Conditioning(remove_dc=True, preemphasis=0.97)},
]


class TestRepr:
    @pytest.mark.parametrize("settings", MADE)
    def test_evaluates_to_the_same(self, settings: dict[str, Any]) -> None:
        stft, signal = STFT(**settings), noise(3000)
        again = eval(repr(stft), {"STFT": STFT, "Conditioning": Conditioning})
        assert repr(again) == repr(stft)
        assert_same_bits(again(signal), stft(signal))

    def test_says_what_is_asked_for_most_and_what_is_unusual(self) -> None:
        assert repr(STFT(400, 160)) == (
            "STFT(filter_length=400, hop_length=160, win_length=400, window='hann', "
            "padding='center')"
        )
        assert "pad_mode='edge'" in repr(STFT(pad_mode="edge"))

    def test_only_counts_the_values_of_a_window(self) -> None:
        assert "window=<64 values>" in repr(STFT(64, 16, window=np.ones(64)))
        stft = STFT(64, 16, 40, freeze_parameters=False)
        stft.window = np.ones(40)
        assert "window=<40 values>" in repr(stft)
        stft.window = "hamming"
        assert "window='hamming'" in repr(stft)


class TestPickle:
    @pytest.mark.parametrize("settings", MADE)
    def test_gives_the_same(self, settings: dict[str, Any]) -> None:
        stft, signal = STFT(**settings), noise(3000)
        wanted = stft(signal)
        again = pickle.loads(pickle.dumps(stft))
        assert_same_bits(again(signal), wanted)
        assert repr(again) == repr(stft)
        assert again.window.flags.writeable == stft.window.flags.writeable

    def test_holds_replaced_parameters(self) -> None:
        stft, signal = replaced(), noise(3000)
        again = pickle.loads(pickle.dumps(stft))
        assert_same_bits(again(signal), stft(signal))
        again.kernel[:] = 0
        assert not again(signal).any()

    def test_holds_no_scratch(self) -> None:
        stft = STFT(64, 16)
        before = len(pickle.dumps(stft))
        stft(noise(100_000))
        assert len(pickle.dumps(stft)) == before

    def test_works_in_a_spawned_process(self) -> None:
        signal = noise(3000)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            for stft in (STFT(64, 16), replaced()):
                assert_same_bits(pool.submit(stft, signal).result(), stft(signal))


def replaced() -> STFT:
    stft = STFT(64, 16, freeze_parameters=False)
    stft.kernel, stft.window = noise(66, 64), noise(64, seed=1)
    return stft


class TestTransform:
    def test_of_spans_in_two_threads_gives_the_same_as_in_one(self) -> None:
        stft = STFT(1024, 100)
        spans = list(islice(stft.framer().push(noise(1, 800_000)), 60))
        alone = [stft.transform(span) for span in spans]
        with ThreadPoolExecutor(2) as pool:
            together = list(pool.map(stft.transform, spans))
        for got, wanted in zip(together, alone, strict=True):
            assert_same_bits(got, wanted)

    def test_with_a_kernel_in_two_threads_gives_the_same_as_in_one(self) -> None:
        stft = STFT(256, 100, freeze_parameters=False)
        spans = list(stft.framer().push(noise(1, 800_000)))
        alone = [stft.transform(span) for span in spans]
        with ThreadPoolExecutor(2) as pool:
            together = list(pool.map(stft.transform, spans))
        for got, wanted in zip(together, alone, strict=True):
            assert_same_bits(got, wanted)

    @pytest.mark.parametrize("freeze_parameters", [True, False])
    def test_fills_out_and_gives_it_back(self, freeze_parameters: bool) -> None:
        stft = STFT(64, 16, freeze_parameters=freeze_parameters)
        span = noise(2, stft.plan.span_samples(10))
        out = np.full((2, 10, 33), np.nan, np.complex64)
        assert stft.transform(span, out) is out
        assert_same_bits(out, stft.transform(span))

    def test_gives_a_new_array_each_time(self) -> None:
        stft = STFT(64, 16)
        first = stft.transform(noise(1, 640, seed=1))
        before = first.copy()
        stft.transform(noise(1, 640, seed=2))
        assert_same_bits(first, before)


def test_every_way_to_treat_the_edges_gives_other_numbers() -> None:
    signal = noise(100)
    firsts = {name: STFT(64, 16, **edges)(signal)[0].tobytes() for name, edges in EDGES.items()}
    # These two differ only where a signal is too short.
    assert firsts.pop("snip") == firsts["unpadded"]
    assert len(set(firsts.values())) == len(firsts)


def test_numpy_says_who_computes_on_another_device() -> None:
    assert STFT(64, 16, device="cpu")(noise(100)).shape == (7, 33)
    with pytest.raises(SettingsError, match=r"`device` is 'cuda:1'.*stftcli\.torch\.STFT takes"):
        STFT(64, 16, device="cuda:1")
