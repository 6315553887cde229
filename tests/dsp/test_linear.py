import pickle
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli import Linear
from stftcli.errors import SettingsError
from tests.signals import assert_close, assert_same_bits, noise

WEIGHT = [[0.4956, -0.0664, -0.5577]]
BIAS = [0.2490]


def test_the_worked_case() -> None:
    x = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    wanted = np.array([[[-0.9327], [-1.3183]], [[-1.7040], [-2.0896]]])
    # Every printed number may be off by half of its last digit, the weights times the input.
    half_digit = 0.5e-4
    allowed = half_digit * (x.sum(axis=-1, keepdims=True) + 1) + half_digit
    assert (np.abs(Linear.from_weights(WEIGHT, BIAS)(x) - wanted) <= allowed).all()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("leading", [(), (1,), (7,), (2, 3), (4, 1, 2), (0,), (2, 0, 3)])
def test_projects_the_last_axis_of_any_number(leading: tuple[int, ...], bias: bool) -> None:
    layer = Linear(3, 4, bias, seed=0)
    x = noise(*leading, 3)
    wanted = np.zeros((*leading, 4))
    for place in np.ndindex(wanted.shape):
        row = layer.weight[place[-1]].astype(np.float64)
        offset = 0.0 if layer.bias is None else layer.bias[place[-1]]
        wanted[place] = sum(row * x[place[:-1]]) + offset
    assert_close(layer(x), wanted)


@given(
    bins=st.integers(1, 300),
    bands=st.integers(1, 120),
    width=st.integers(1, 40),
    rows=st.integers(1, 20),
)
def test_weights_that_are_mostly_zeros_are_multiplied_as_any_others(
    bins: int, bands: int, width: int, rows: int
) -> None:
    # A band of nonzero weights that moves up from row to row, as in a mel bank.
    distance = np.abs(np.arange(bins) - np.linspace(-width, bins + width, bands)[:, None])
    weight = np.maximum(0, 1 - distance / width)
    x = noise(rows, bins)
    for rearranged in (weight, weight[::-1], np.random.default_rng(0).permutation(weight)):
        layer = Linear.from_weights(rearranged, np.arange(bands))
        assert_close(layer(x), x @ rearranged.T + np.arange(bands))


def test_a_new_weight_has_its_zeros_elsewhere() -> None:
    layer = Linear.from_weights(np.eye(200))
    layer.weight = np.eye(200)[::-1]
    x = noise(3, 200)
    np.testing.assert_array_equal(layer(x), x[:, ::-1])


@pytest.mark.parametrize("dtype", [np.int16, np.int64, np.uint8, np.bool_, np.float16, np.float64])
def test_takes_every_kind_of_real_number(dtype: type[Any]) -> None:
    layer = Linear.from_weights([[1, 2], [3, 4]])
    y = layer(np.array([1, 0], dtype))
    assert_same_bits(y, np.array([1, 3], np.float32))


def test_takes_lists_and_views() -> None:
    layer = Linear(3, 4, seed=0)
    x = noise(3, 8)
    assert_same_bits(layer(x.T), layer(x.T.copy()))
    assert_same_bits(layer(x.T.tolist()), layer(x.T.copy()))


@pytest.mark.parametrize("x", [noise(2) * 1j, ["a", "b"], np.zeros(2, "M8[s]")])
def test_input_that_is_not_real_is_refused(x: Any) -> None:
    with pytest.raises(SettingsError, match="must hold real numbers"):
        Linear(2, 2)(x)


@pytest.mark.parametrize("shape", [(4,), (2, 5), (3, 0)])
def test_a_wrong_last_axis_is_refused_with_both_numbers(shape: tuple[int, ...]) -> None:
    with pytest.raises(SettingsError, match=rf"last axis of {shape[-1]}\b.*takes 3\b"):
        Linear(3, 4)(np.zeros(shape))


def test_a_single_number_is_refused() -> None:
    with pytest.raises(SettingsError, match="no axis"):
        Linear(1, 1)(3.0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_computes_in_its_own_precision(dtype: str) -> None:
    layer = Linear(300, 5, dtype=dtype, seed=0)
    x = noise(40, 300).astype(np.float64)
    assert layer.bias is not None
    wanted = x @ layer.weight.astype(np.float64).T + layer.bias
    assert layer(x).dtype == layer.weight.dtype == layer.bias.dtype == layer.dtype == dtype
    assert_close(layer(x), wanted, 1e-6 if dtype == "float32" else 1e-14)


def test_float32_is_the_default() -> None:
    assert Linear(2, 2).dtype == np.float32


@pytest.mark.parametrize("dtype", ["float16", "complex64", "int32", "real", object()])
def test_another_precision_is_refused(dtype: Any) -> None:
    with pytest.raises(SettingsError, match="choose float32 or float64"):
        Linear(2, 2, dtype=dtype)


@pytest.mark.parametrize("device", [None, "cpu"])
def test_lives_on_the_cpu(device: str | None) -> None:
    assert Linear(2, 3, device=device)([0, 0]).shape == (3,)


def test_another_device_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"`device` is 'cuda'.*torch\.nn\.Linear"):
        Linear(2, 2, device="cuda")


@pytest.mark.parametrize(
    ("sizes", "name"),
    [((0, 2), "in_features"), ((2, -1), "out_features"), ((1.5, 2), "in_features")],
)
def test_sizes_that_are_none_are_refused_by_name(sizes: tuple[int, int], name: str) -> None:
    with pytest.raises(SettingsError, match=f"`{name}` is {min(sizes)}"):
        Linear(*sizes)


def drawn(seed: int | None = 5) -> dict[str, NDArray[Any]]:
    """Many initial values, as parts of the bound that they must keep."""
    wide, tall = Linear(25, 4000, seed=seed), Linear(4, 100_000, seed=seed)
    assert tall.bias is not None
    return {"weight": wide.weight.ravel() * 5, "bias": tall.bias * 2}


@pytest.mark.parametrize("name", ["weight", "bias"])
def test_initial_values_are_uniform_between_the_bounds(name: str) -> None:
    values = np.sort(drawn()[name].astype(np.float64))
    assert np.abs(values).max() <= 1 + 1e-6
    # The largest gap between the distribution of the sample and the uniform one (Kolmogorov).
    gap = np.abs((values + 1) / 2 - (np.arange(len(values)) + 0.5) / len(values)).max()
    assert gap < 2.2 / np.sqrt(len(values))


def test_weight_and_bias_are_drawn_independently() -> None:
    layer = Linear(1, 1000, seed=0)
    assert layer.bias is not None
    assert abs(np.corrcoef(layer.weight[:, 0], layer.bias)[0, 1]) < 0.15


def test_the_same_seed_gives_the_same_values_and_another_other_ones() -> None:
    for name, values in drawn(seed=1).items():
        assert_same_bits(drawn(seed=1)[name], values)
        assert not np.array_equal(drawn(seed=2)[name], values)


def test_without_a_seed_no_two_are_alike() -> None:
    assert not np.array_equal(Linear(30, 30).weight, Linear(30, 30).weight)


def test_a_layer_without_bias_draws_the_same_weight() -> None:
    with_bias, without = Linear(3, 4, seed=0), Linear(3, 4, bias=False, seed=0)
    assert without.bias is None
    assert_same_bits(without.weight, with_bias.weight)


def test_writes_into_out_and_gives_it_back() -> None:
    layer, x = Linear(3, 4, seed=0), noise(2, 5, 3)
    out = np.full((2, 5, 4), np.nan, np.float32)
    assert layer(x, out=out) is out
    assert_same_bits(out, layer(x))


@pytest.mark.parametrize(
    "out",
    [
        np.empty((5, 3), np.float32),
        np.empty((4, 5), np.float32),
        np.empty((5, 4), np.float64),
        np.empty((4, 5), np.float32).T,
    ],
    ids=["features", "swapped", "dtype", "columns first"],
)
def test_an_out_that_does_not_fit_is_refused(out: NDArray[Any]) -> None:
    message = rf"out has shape {re.escape(str(out.shape))}.*\(5, 4\) of float32"
    with pytest.raises(SettingsError, match=message):
        Linear(3, 4)(noise(5, 3), out=out)


def test_weights_are_copied_and_read_only() -> None:
    weight, bias = np.ones((4, 3), np.float32), np.ones(4, np.float32)
    layer = Linear.from_weights(weight, bias)
    weight[:], bias[:] = 0, 0
    assert layer.bias is not None
    for held in (layer.weight, layer.bias):
        assert (held == 1).all()
        with pytest.raises(ValueError, match="read-only"):
            held[0] = 2


def test_assigned_weights_are_used() -> None:
    layer = Linear(2, 1, seed=0)
    layer.weight, layer.bias = np.array([[2, 3]]), np.array([10])
    assert_same_bits(layer([1, 1]), np.array([15], np.float32))
    layer.bias = None
    assert_same_bits(layer([1, 1]), np.array([5], np.float32))


@pytest.mark.parametrize(("name", "given", "wanted"), [("weight", (3, 4), (4, 3)), ("bias", 3, 4)])
def test_assigned_weights_of_another_shape_are_refused(name: str, given: Any, wanted: Any) -> None:
    layer = Linear(3, 4, seed=0)
    before = layer([1, 2, 3])
    shapes = ".*".join(re.escape(str(np.empty(shape).shape)) for shape in (given, wanted))
    with pytest.raises(SettingsError, match=f"{name} has shape {shapes}"):
        setattr(layer, name, np.ones(given))
    assert_same_bits(layer([1, 2, 3]), before)


@pytest.mark.parametrize("shape", [(), (3,), (2, 2, 2), (0, 3), (3, 0)])
def test_a_weight_that_is_no_matrix_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(SettingsError, match=re.escape(f"shape {shape}")):
        Linear.from_weights(np.ones(shape))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_must_be_finite(value: float) -> None:
    with pytest.raises(SettingsError, match="the weight holds NaN or infinite"):
        Linear.from_weights([[value]])
    with pytest.raises(SettingsError, match="the bias holds NaN or infinite"):
        Linear.from_weights([[1]], [value])


def test_says_what_it_is() -> None:
    layer = Linear(3, 4, bias=False, dtype="float64")
    assert repr(layer) == "Linear(in_features=3, out_features=4, bias=False, dtype=float64)"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("bias", [True, False])
def test_comes_out_of_a_pickle_as_it_went_in(bias: bool, dtype: str) -> None:
    layer, x = Linear(201, 70, bias, dtype=dtype, seed=0), noise(5, 201)
    again = pickle.loads(pickle.dumps(layer))
    np.testing.assert_array_equal(again(x), layer(x))
    assert repr(again) == repr(layer)
    assert not again.weight.flags.writeable


def test_weights_must_be_real() -> None:
    with pytest.raises(SettingsError):
        Linear.from_weights(np.ones((1, 2)) * 1j)


@pytest.mark.parametrize("weight", [[["a"]], [[1, 2], [3]]], ids=["text", "ragged"])
def test_weights_must_be_numbers(weight: Any) -> None:
    with pytest.raises(SettingsError):
        Linear.from_weights(weight)


def test_a_seed_below_zero_is_refused() -> None:
    with pytest.raises(SettingsError):
        Linear(2, 2, seed=-1)
