import re
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli import STFT
from stftcli.dsp.windows import make_window
from stftcli.errors import SettingsError
from stftcli.settings.choices import WINDOWS, window_names
from tests.signals import hann

PARAMETERS = {"beta": 14.0, "alpha": 0.3, "std": 5.5}
NAMES = [
    name if parameter is None else f"{name}:{PARAMETERS[parameter]}"
    for name, parameter in WINDOWS.items()
]


def window_of(
    name: Any, length: int = 64, win_length: int | None = None, **options: Any
) -> NDArray[np.float64]:
    window = STFT(length, 16, win_length, window=name, dtype="float64", **options).window
    return np.asarray(window, np.float64)


@pytest.mark.parametrize("length", [2, 63, 64])
@pytest.mark.parametrize("name", NAMES)
def test_is_one_period_of_an_even_function(name: str, length: int) -> None:
    window = window_of(name, length)
    np.testing.assert_allclose(window[1:], window[:0:-1], rtol=0, atol=1e-14)


@pytest.mark.parametrize("length", [2, 63, 64])
@pytest.mark.parametrize("name", NAMES)
def test_symmetric_is_the_same_from_both_ends(name: str, length: int) -> None:
    window = make_window(name, length, periodic=False)
    np.testing.assert_allclose(window, window[::-1], rtol=0, atol=1e-14)


@pytest.mark.parametrize("length", [2, 63, 64])
@pytest.mark.parametrize("name", NAMES)
def test_periodic_is_the_symmetric_one_of_a_sample_more_without_its_last(
    name: str, length: int
) -> None:
    longer = make_window(name, length + 1, periodic=False)
    np.testing.assert_allclose(make_window(name, length), longer[:-1], rtol=0, atol=1e-14)


def test_periodic_is_the_default() -> None:
    np.testing.assert_array_equal(make_window("hann", 64), make_window("hann", 64, periodic=True))
    np.testing.assert_array_equal(window_of("hann"), window_of("hann", periodic=True))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("win_length", [None, 40])
def test_the_transform_takes_either_form(name: str, win_length: int | None) -> None:
    expected = np.zeros(64)
    inside = expected if win_length is None else expected[12:52]
    inside[:] = make_window(name, len(inside), periodic=False)
    np.testing.assert_array_equal(window_of(name, 64, win_length, periodic=False), expected)


@pytest.mark.parametrize("periodic", [True, False])
def test_given_values_have_a_form_already(periodic: bool) -> None:
    values = np.arange(64.0)
    np.testing.assert_array_equal(make_window(values, 64, periodic=periodic), values)


@pytest.mark.parametrize("periodic", [True, False])
@pytest.mark.parametrize("length", [2, 3, 25, 400])
def test_povey_is_the_hann_window_to_a_power(length: int, periodic: bool) -> None:
    period = length if periodic else length - 1
    wanted = np.sin(np.pi * np.arange(length) / period) ** 1.7
    got = make_window("povey", length, periodic=periodic)
    np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-14)


@pytest.mark.parametrize("win_length", [1, 40, 64])
def test_a_shorter_one_may_lie_at_the_beginning(win_length: int) -> None:
    expected = np.pad(make_window("hamming", win_length), (0, 64 - win_length))
    got = window_of("hamming", 64, win_length, win_align="left")
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("name", NAMES)
def test_is_one_in_the_middle(name: str) -> None:
    window = window_of(name)
    assert window.argmax() == 32 or name in ("boxcar", "tukey:0.3")
    assert window[32] == pytest.approx(1, abs=1e-7)


@pytest.mark.parametrize("name", NAMES)
def test_of_one_sample_is_one(name: str) -> None:
    assert window_of(name, 1) == [1.0]
    assert window_of(name, 1, periodic=False) == [1.0]


@pytest.mark.parametrize("name", ["hann", "tukey:1", ("tukey", 1)])
def test_these_are_the_hann_window(name: object) -> None:
    np.testing.assert_allclose(window_of(name), hann(64), rtol=0, atol=1e-14)


@pytest.mark.parametrize("name", ["boxcar", "tukey:0", "kaiser:0"])
def test_these_are_flat(name: str) -> None:
    np.testing.assert_array_equal(window_of(name), 1)


def test_the_parameter_of_gaussian_is_its_standard_deviation_in_samples() -> None:
    window = window_of("gaussian:8")
    assert window[32 + 8] == pytest.approx(np.exp(-0.5))


@pytest.mark.parametrize("name", ["kaiser", "tukey", "gaussian"])
def test_text_and_pair_mean_the_same(name: str) -> None:
    np.testing.assert_array_equal(window_of(f"{name}:0.75"), window_of((name, 0.75)))


@pytest.mark.parametrize(("win_length", "left"), [(40, 12), (41, 11), (63, 0), (1, 31)])
def test_a_shorter_one_is_centred_with_zeros_on_both_sides(win_length: int, left: int) -> None:
    expected = np.zeros(64)
    expected[left : left + win_length] = window_of("hamming", win_length)
    np.testing.assert_array_equal(window_of("hamming", 64, win_length), expected)


def test_given_values_are_used_and_copied() -> None:
    values = np.arange(64.0)
    stft = STFT(64, 16, window=values, dtype="float64")
    values[:] = 0
    np.testing.assert_array_equal(stft.window, np.arange(64.0))


@pytest.mark.parametrize("win_length", [None, 40])
def test_given_values_of_another_length_are_refused(win_length: int | None) -> None:
    with pytest.raises(SettingsError, match=rf"\(50,\).*\({win_length or 64},\)"):
        window_of(np.ones(50), 64, win_length)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_given_values_must_be_finite(value: float) -> None:
    with pytest.raises(SettingsError, match="NaN or infinite"):
        window_of(np.full(64, value))


def test_an_unknown_name_is_answered_with_the_nearest_or_with_all() -> None:
    with pytest.raises(SettingsError, match=r"'gausian': did you mean gaussian\?"):
        window_of("gausian")
    with pytest.raises(SettingsError, match="'xyz': there are ") as caught:
        window_of("xyz")
    assert window_names() in str(caught.value)


@pytest.mark.parametrize("name", ["hann:3", ("hann", 3.0)])
def test_a_parameter_too_many_is_refused(name: object) -> None:
    with pytest.raises(SettingsError, match="hann takes no parameter"):
        window_of(name)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("kaiser", "none"),
        ("kaiser:", "none"),
        ("tukey:wide", "wide"),
        ("kaiser:-1", "-1"),
        ("kaiser:nan", "nan"),
        ("kaiser:inf", "inf"),
        ("gaussian:0", "0"),
        (("gaussian", None), "None"),
    ],
)
def test_a_parameter_missing_or_out_of_range_is_refused(name: object, given: str) -> None:
    with pytest.raises(SettingsError, match=f"needs its .*{re.escape(given)}"):
        window_of(name)


def test_make_window_computes_in_float64_whatever_the_transform_does() -> None:
    assert make_window("hann", 8).dtype == np.float64


def test_a_kaiser_window_whose_values_overflow_is_refused() -> None:
    with pytest.raises(SettingsError, match="kaiser:1000"):
        window_of("kaiser:1000")


def test_given_values_must_be_real() -> None:
    with pytest.raises(SettingsError):
        window_of(np.ones(64) * 1j)


@pytest.mark.parametrize("name", ["hann", "blackman", "bartlett", "bohman", "tukey:1", "povey"])
def test_a_window_that_is_zero_everywhere_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=f"window {name} of 2 samples is zero everywhere"):
        STFT(2, 1, window=name, periodic=False)
    assert STFT(2, 1, window=name).window.any()
