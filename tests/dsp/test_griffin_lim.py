"""Phases for magnitudes: a sound that has them, in bounded stretches, the same for a seed."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import ISTFT, STFT
from stftcli.dsp.conditioning import Conditioning
from stftcli.dsp.griffin_lim import GriffinLim
from stftcli.dsp.phases import first_phases
from tests.signals import assert_same_bits, noise

RATE_HZ = 8000


def melody(samples: int) -> NDArray[np.float32]:
    """Give a tone that glides, with a second one above it."""
    time_s = np.arange(samples) / RATE_HZ
    phase = 2 * np.pi * (400 * time_s + 150 * time_s**2)
    return np.asarray(np.sin(phase) / 3 + np.sin(2.5 * phase) / 5, np.float32)


def rebuilt(
    stft: STFT, magnitudes: NDArray[Any], length: int, sizes: int = 1000, **settings: Any
) -> tuple[NDArray[Any], GriffinLim]:
    solver = GriffinLim(stft, **{"iterations": 32, **settings})
    inverse = ISTFT(stft, length, faded=True)
    rows = (magnitudes[first : first + sizes] for first in range(0, len(magnitudes), sizes))
    pieces = [inverse.push(spectra) for spectra in solver.stream(rows, length)]
    return np.concatenate([*pieces, inverse.finish()]), solver


def convergence(stft: STFT, signal: NDArray[Any], magnitudes: NDArray[Any]) -> float:
    missed = np.linalg.norm(np.abs(stft(signal)) - magnitudes)
    return float(missed / np.linalg.norm(magnitudes))


@pytest.mark.parametrize("edges", [{}, {"pad_mode": "constant"}, {"padding": "same"}])
def test_the_sound_has_the_magnitudes(edges: dict[str, Any]) -> None:
    stft, signal = STFT(256, 64, **edges), melody(8000)
    magnitudes = np.abs(stft(signal))
    back, solver = rebuilt(stft, magnitudes, len(signal))
    assert back.dtype == np.float32
    assert back.shape == signal.shape
    assert convergence(stft, back, magnitudes) < 0.2
    assert solver.convergence == pytest.approx(convergence(stft, back, magnitudes), rel=0.05)


def test_first_phases_go_on_where_a_sine_is_steady_and_are_drawn_where_it_glides() -> None:
    stft, time = STFT(256, 64, padding="none"), np.arange(4000)
    steady = np.sin(2 * np.pi * 26 / 256 * time)
    gliding = np.sin(2 * np.pi * (0.05 * time + 2e-5 * time**2))  # 0.66 bins a hop
    agree = []
    for signal in (steady, gliding):
        spectra = stft(signal.astype(np.float32))
        peaks = np.abs(spectra).argmax(axis=1)[1:]
        found = first_phases(
            *(np.abs(spectra), stft.plan, 128, np.angle(spectra[0]).astype(np.float64)),
            *(np.random.default_rng(0),),
            begun=True,
        )
        missed = np.exp(1j * found) * np.exp(-1j * np.angle(spectra))
        agree.append(np.abs(missed[np.arange(1, len(spectra)), peaks].mean()))
    assert agree[0] > 0.99
    assert agree[1] < 0.5


def test_of_a_part_the_samples_beside_it_are_not_mirrored() -> None:
    stft, signal = STFT(512, 128), melody(8000)
    whole = np.abs(stft(signal))
    part = whole[20:41]  # of samples 2560 to 5120, centred on them all
    reached = [rebuilt(stft, part, 2561, padded=padded)[1].convergence for padded in (False, True)]
    assert reached[0] < 0.7 * reached[1]


def test_more_rounds_come_nearer_and_the_convergence_says_so() -> None:
    stft, signal = STFT(256, 64), melody(8000)
    magnitudes = np.abs(stft(signal))
    reached = [rebuilt(stft, magnitudes, 8000, iterations=n)[1].convergence for n in (0, 4, 32)]
    assert reached[0] > reached[1] > 1.5 * reached[2]


@pytest.mark.parametrize("padding", ["none", "causal", "kaldi", "center", "same"])
@pytest.mark.parametrize("win_align", ["left", "center"])
def test_ends_stay_small_whatever_the_padding(padding: Any, win_align: Any) -> None:
    stft = STFT(256, 80, 200, padding=padding, win_align=win_align)
    signal = melody(8000)
    back, _ = rebuilt(stft, np.abs(stft(signal)), len(signal))
    assert np.abs(back).max() < 2.5 * np.abs(signal).max()


def test_long_sounds_are_joined_without_a_seam() -> None:
    stft, signal = STFT(256, 64), melody(60_000)
    magnitudes = np.abs(stft(signal))
    whole, _ = rebuilt(stft, magnitudes, len(signal))
    parts, solver = rebuilt(stft, magnitudes, len(signal), stretch_frames=130)
    assert convergence(stft, parts, magnitudes) < 1.15 * convergence(stft, whole, magnitudes)
    assert solver.convergence == pytest.approx(convergence(stft, parts, magnitudes), rel=0.1)
    # A click would be a step between samples that the melody does not have.
    assert np.abs(np.diff(parts)).max() < 1.5 * np.abs(np.diff(signal)).max()


@pytest.mark.parametrize("stretch_frames", [None, 130])
def test_the_sizes_of_batches_change_no_bit(stretch_frames: int | None) -> None:
    stft = STFT(256, 64)
    magnitudes = np.abs(stft(melody(30_000)))
    options: dict[str, Any] = {"iterations": 3, "stretch_frames": stretch_frames}
    whole, _ = rebuilt(stft, magnitudes, 30_000, **options)
    for sizes in (1, 7, 131):
        assert_same_bits(rebuilt(stft, magnitudes, 30_000, sizes, **options)[0], whole)


def test_no_more_than_a_stretch_is_waited_for() -> None:
    stft, asked = STFT(256, 64), 0

    def rows() -> Any:
        nonlocal asked
        for _ in range(2000):
            asked += 1
            yield np.ones((1, stft.bins), np.float32)

    solver = GriffinLim(stft, 1, stretch_frames=130)
    sizes = []
    for spectra in solver.stream(rows()):
        sizes.append(len(spectra))
        assert asked <= sum(sizes) + 130 + 1
    assert sum(sizes) == 2000
    assert max(sizes) <= 131


def test_a_length_that_cuts_changes_nothing_before_the_cut() -> None:
    stft = STFT(256, 64)
    magnitudes = np.abs(stft(melody(4032)))
    whole, _ = rebuilt(stft, magnitudes, 4032, iterations=4)
    assert_same_bits(rebuilt(stft, magnitudes, 500, iterations=4)[0], whole[:500])


def test_a_seed_gives_the_same_sound_again() -> None:
    stft = STFT(256, 64)
    magnitudes = np.abs(stft(melody(4000)))
    one, again, other = (
        rebuilt(stft, magnitudes, 4000, iterations=2, seed=seed)[0] for seed in (5, 5, 6)
    )
    assert_same_bits(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("samples", [1, 20, 128, 300])
def test_short_sounds_and_silence(samples: int) -> None:
    stft = STFT(256, 64)
    for signal in (noise(samples), np.zeros(samples, np.float32)):
        back, solver = rebuilt(stft, np.abs(stft(signal)), samples, iterations=4)
        assert back.shape == (samples,)
        assert np.isfinite(back).all()
        assert np.isfinite(solver.convergence)
    assert not back.any()


def test_float64_is_computed_as_such() -> None:
    stft = STFT(256, 64, dtype="float64")
    magnitudes = np.abs(stft(melody(4000).astype(np.float64)))
    assert rebuilt(stft, magnitudes, 4000, iterations=2)[0].dtype == np.float64


def test_the_stft_within_keeps_window_and_place() -> None:
    window = 0.5 + np.random.default_rng(0).random(200)
    stft = STFT(
        *(256, 64, 200, window), win_align="left", conditioning=Conditioning(remove_dc=True)
    )
    inner = stft.without_padding()
    assert_same_bits(inner.window, stft.window)
    assert (inner.plan.left, inner.plan.right, bool(inner.conditioning)) == (0, 0, False)
    assert bool(stft.without_conditioning().conditioning) is False
    assert stft.without_conditioning().plan == stft.plan
