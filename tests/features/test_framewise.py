"""The scales, as the framewise applies them to the spectra."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import STFT, Linear
from stftcli.errors import SettingsError
from stftcli.features.framewise import FrameWise
from stftcli.settings.choices import SPECTRA, Spectrum
from tests.signals import assert_close, assert_same_bits, noise

STEREO = noise(2, 64 * 20)


def impulse(height: float) -> NDArray[np.float32]:
    """A signal whose one frame has the magnitude `height` in every bin."""
    signal = np.zeros((1, 64), np.float32)
    signal[0, 0] = height
    return signal


def analyze(
    spectrum: Any,
    signal: NDArray[Any] = STEREO,
    linear: Linear | None = None,
    epsilon: float = 0.0,
    **settings: Any,
) -> NDArray[Any]:
    stft = STFT(64, 64, window="boxcar", center=False, **settings)
    stages = [] if linear is None else [linear]
    return FrameWise(stft, spectrum, stages, epsilon=epsilon)(signal.astype(stft.dtype))


def expected(spectrum: Spectrum) -> NDArray[Any]:
    x = analyze("complex", dtype="float64")
    floored = np.maximum(np.abs(x), 1e-5)
    values: dict[Spectrum, NDArray[Any]] = {
        "complex": x,
        "magnitude": np.abs(x),
        "power": x.real**2 + x.imag**2,
        # Of a boxcar window of 64 samples, and one sample a second.
        "psd": np.abs(x) ** 2 / 64 * np.r_[1, np.full(31, 2), 1],
        "mean-square": np.abs(x) ** 2 / 64**2 * np.r_[1, np.full(31, 2), 1],
        "dbfs": 10 * np.log10(np.maximum(np.abs(x) ** 2 / 32**2, 1e-20)),
        "db": 20 * np.log10(floored),
        "log": np.log(floored),
        "phase": np.angle(x),
    }
    return values[spectrum]


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_means_what_it_says(spectrum: Spectrum) -> None:
    assert_close(analyze(spectrum, dtype="float64"), expected(spectrum), 1e-13)


@pytest.mark.parametrize("spectrum", sorted(SPECTRA.keys() - {"phase"}))
def test_float32_is_as_good_as_float32_can_be(spectrum: Spectrum) -> None:
    assert_close(analyze(spectrum), expected(spectrum), 1e-6)


@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_keeps_the_precision_and_says_so_beforehand(spectrum: Spectrum, dtype: str) -> None:
    kind = np.result_type(dtype, np.complex64) if spectrum == "complex" else np.dtype(dtype)
    framewise = FrameWise(STFT(64, 64, dtype=dtype), spectrum)
    assert (analyze(spectrum, dtype=dtype).dtype, framewise.dtype) == (kind, kind)


@pytest.mark.parametrize(
    ("spectrum", "height", "value"),
    [
        ("db", 0, -100),
        ("db", 1e-6, -100),
        ("db", 1e-4, -80),
        ("db", 10, 20),
        ("log", 0, np.log(1e-5)),
        ("log", 2, np.log(2)),
        ("magnitude", -3, 3),
        ("power", -3, 9),
        ("phase", 3, 0),
        ("phase", -3, np.pi),
        ("phase", 0, 0),
    ],
)
def test_of_a_known_magnitude(spectrum: Spectrum, height: float, value: float) -> None:
    features = np.abs(analyze(spectrum, impulse(height))) * (-1 if value < 0 else 1)
    np.testing.assert_allclose(features, np.full((1, 33), value), rtol=1e-6)


@pytest.mark.parametrize("epsilon", [1e-9, 1e-2])
@pytest.mark.parametrize("linear", [None, Linear(33, 5, seed=1)])
def test_epsilon_is_added_to_the_power_before_any_root(
    epsilon: float, linear: Linear | None
) -> None:
    raised = expected("power") + epsilon
    project = linear or np.asarray
    assert_close(analyze("power", linear=linear, epsilon=epsilon), project(raised))
    wanted = project(np.sqrt(raised))
    assert_close(analyze("magnitude", linear=linear, epsilon=epsilon), wanted)


def test_epsilon_is_what_there_is_of_silence() -> None:
    np.testing.assert_allclose(analyze("power", impulse(0), epsilon=1e-6), 1e-6, rtol=1e-6)
    np.testing.assert_allclose(analyze("magnitude", impulse(0), epsilon=1e-6), 1e-3, rtol=1e-6)


@pytest.mark.parametrize("spectrum", sorted(SPECTRA.keys() - {"magnitude", "power"}))
def test_epsilon_belongs_to_magnitudes_and_powers(spectrum: Spectrum) -> None:
    with pytest.raises(SettingsError, match=f"`epsilon` is 0.1 for the spectrum {spectrum}"):
        analyze(spectrum, epsilon=0.1)


@pytest.mark.parametrize("epsilon", [-1e-6, np.nan, np.inf])
def test_epsilon_is_above_zero(epsilon: float) -> None:
    with pytest.raises(SettingsError, match=f"`epsilon` is {epsilon:g} .*above 0"):
        analyze("power", epsilon=epsilon)


def test_one_channel_has_no_channel_axis_and_several_come_after_time() -> None:
    assert analyze("power", STEREO[:1]).shape == (20, 33)
    both = analyze("power")
    assert both.shape == (20, 2, 33)
    for channel in range(2):
        one = analyze("power", STEREO[channel : channel + 1])
        assert_close(both[:, channel], one)


@pytest.mark.parametrize("spectrum", SPECTRA)
def test_a_batch_is_not_overwritten_by_the_next(spectrum: Spectrum) -> None:
    framewise = FrameWise(STFT(64, 64), spectrum)
    first = framewise(STEREO[:1])
    before = first.copy()
    framewise(STEREO[1:])
    assert_same_bits(first, before)


@pytest.mark.parametrize("signal", [STEREO, STEREO[:1]])
def test_a_linear_projects_the_scaled_bins(signal: NDArray[Any]) -> None:
    layer = Linear(33, 5, seed=1)
    projected = analyze("power", signal, layer)
    assert_close(projected, layer(analyze("power", signal)))
    assert projected.shape[-1] == 5


def test_two_threads_may_share_an_analyzer() -> None:
    stft = STFT(512, 128)
    framewise = FrameWise(stft, "power", [Linear(257, 40, seed=0)])
    spans = list(stft.framer().push(noise(1, 1_000_000)))
    alone = [framewise(span) for span in spans]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(framewise, spans))
    for got, wanted in zip(together, alone, strict=True):
        assert_same_bits(got, wanted)


def test_an_unknown_name_is_answered_with_all_names() -> None:
    with pytest.raises(SettingsError, match="'loud'") as caught:
        analyze("loud")
    assert all(name in str(caught.value) for name in SPECTRA)


def test_a_linear_takes_no_complex_numbers() -> None:
    with pytest.raises(SettingsError, match="must hold real numbers"):
        analyze("complex", linear=Linear(33, 5))


def test_a_linear_of_another_size_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"last axis of 33, the Linear takes 40"):
        analyze("power", linear=Linear(40, 5))
