"""The product by blocks is the dense product."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli import Linear
from stftcli.dsp.bands import band_blocks
from stftcli.dsp.filterbanks import bark_weights, chroma_weights, erb_weights, mel_weights
from stftcli.dsp.rows import multiply
from tests.signals import assert_close, noise

Floats = NDArray[Any]


def band_matrix(outputs: int, inputs: int, widths: list[int], seed: int) -> Floats:
    """Give a matrix of which each row holds a band of a width and at a place of its own."""
    generator = np.random.default_rng(seed)
    weight = np.zeros((outputs, inputs))
    for row, width in zip(weight, widths, strict=True):
        first = generator.integers(0, inputs - width + 1)
        row[first : first + width] = generator.standard_normal(width)
    return weight


def dense(weight: Floats, x: Floats) -> Floats:
    return np.asarray(x.astype(np.float64) @ weight.astype(np.float64).T)


def by_blocks(weight: Floats, x: Floats) -> Floats:
    """Give the product by blocks, into memory that holds something else before."""
    blocks = band_blocks(weight)
    assert blocks is not None
    out = np.full((len(x), len(weight)), np.nan, weight.dtype)
    multiply(blocks, x, out)
    return out


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("bands", [40, 64, 80, 128, 129])
@pytest.mark.parametrize("make", [mel_weights, bark_weights, erb_weights])
def test_banks(make: Any, bands: int, dtype: str) -> None:
    weight = make(16000, 2048, bands).astype(dtype)
    x = (noise(9, 1025) ** 2).astype(dtype)
    assert_close(by_blocks(weight, x), dense(weight, x), 1e-6 if dtype == "float32" else 1e-14)
    layer = Linear.from_weights(weight, dtype=dtype)
    assert layer.banded
    assert_close(layer(x), dense(weight, x), 1e-6 if dtype == "float32" else 1e-14)


@given(
    size=st.tuples(st.integers(1, 90), st.integers(1, 200)),
    frames=st.integers(1, 20),
    seed=st.integers(0, 99),
    data=st.data(),
)
def test_any_bands(size: tuple[int, int], frames: int, seed: int, data: st.DataObject) -> None:
    outputs, inputs = size
    width = st.integers(0, min(inputs, data.draw(st.sampled_from([1, 5, 200]))))
    widths = data.draw(st.lists(width, min_size=outputs, max_size=outputs))
    weight = band_matrix(outputs, inputs, widths, seed).astype(np.float32)
    x = noise(frames, inputs, seed=seed)
    if band_blocks(weight) is not None:
        assert_close(by_blocks(weight, x), dense(weight, x))
    assert_close(Linear.from_weights(weight)(x), dense(weight, x))


@given(bins=st.integers(200, 900), bands=st.integers(48, 128), frames=st.integers(1, 40))
def test_bands_that_rise_are_found(bins: int, bands: int, frames: int) -> None:
    places = np.linspace(0, bins - 1, bands)[:, None]
    weight = np.maximum(0, 1 - np.abs(np.arange(bins) - places) / 8).astype(np.float32)
    x = noise(frames, bins)
    assert_close(by_blocks(weight, x), dense(weight, x))


@pytest.mark.parametrize("empty", [slice(0, 16), slice(0, 40), slice(40, 64), slice(17, 18)])
def test_rows_of_zeros_give_zeros(empty: slice) -> None:
    weight = mel_weights(16000, 1024, 64).astype(np.float32)
    weight[empty] = 0
    x = noise(5, 513)
    got = by_blocks(weight, x)
    assert not got[:, empty].any()
    assert_close(got, dense(weight, x))


def test_a_matrix_of_zeros_alone() -> None:
    assert not by_blocks(np.zeros((40, 300), np.float32), noise(5, 300)).any()


@pytest.mark.parametrize(
    "weight",
    [
        noise(64, 513),
        chroma_weights(16000, 1024),
        noise(1, 1),
        np.eye(8),
        # Ones at both ends of each row: nothing between them can be left out.
        np.eye(64, 513) + np.eye(64, 513)[:, ::-1],
    ],
    ids=["noise", "chroma", "single", "small", "both ends"],
)
def test_a_dense_matrix_is_not_banded(weight: Floats) -> None:
    assert band_blocks(weight) is None
    layer = Linear.from_weights(weight)
    assert not layer.banded
    x = noise(5, weight.shape[1])
    assert_close(layer(x), dense(weight, x))


def test_a_new_weight_may_be_of_the_other_kind() -> None:
    banded, other, x = mel_weights(16000, 1024, 64), noise(64, 513), noise(5, 513)
    layer = Linear.from_weights(banded)
    layer.weight = other
    assert not layer.banded
    assert_close(layer(x), dense(other, x))
    layer.weight = banded
    assert layer.banded
    assert_close(layer(x), dense(banded, x))


@pytest.mark.parametrize("bias", [None, noise(64, seed=1)], ids=["no bias", "bias"])
@pytest.mark.parametrize("leading", [(), (1,), (7,), (2, 3), (0,), (2, 0)])
@pytest.mark.parametrize("weight", [mel_weights(16000, 1024, 64), noise(64, 513)], ids=["b", "d"])
def test_out_takes_the_result(weight: Floats, leading: tuple[int, ...], bias: Any) -> None:
    layer = Linear.from_weights(weight, bias)
    x = noise(*leading, 513)
    out = np.full((*leading, 64), np.nan, np.float32)
    assert layer(x, out=out) is out
    assert_close(out, dense(weight, x) + (0 if bias is None else bias))
    np.testing.assert_array_equal(out, layer(x))


@pytest.mark.parametrize("weight", [mel_weights(16000, 1024, 64), noise(64, 513)], ids=["b", "d"])
def test_input_of_any_layout(weight: Floats) -> None:
    layer, x = Linear.from_weights(weight), noise(6, 1026)
    for view in (x[:, ::2], x[:, 1::2], x[::-1, :513], np.asfortranarray(x[:, :513])):
        assert_close(layer(view), dense(weight, view))
