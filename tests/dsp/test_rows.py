"""What comes of a row depends on that row alone: not on the others, nor on its place among them."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from stftcli import STFT, Linear
from stftcli.dsp.conditioning import Conditioning
from stftcli.dsp.fft import PROVIDERS
from stftcli.dsp.filterbanks import dct_weights, mel_weights
from stftcli.dsp.rows import dense_blocks, in_groups, multiply
from stftcli.dsp.scaling import SCALES, scale_of
from tests.signals import assert_close, assert_same_bits, noise

Array = NDArray[Any]

ROWS = 70
each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


def assert_rows_stand_alone(function: Callable[[Array], Array], rows: Array) -> None:
    """Check splits into groups of every size, single rows, and other orders, against all rows."""
    together = function(rows)
    assert len(together) == len(rows)
    for size in (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 24, 33, 64):
        groups = [function(rows[first : first + size]) for first in range(0, len(rows), size)]
        assert_same_bits(np.concatenate(groups), together, f"in groups of {size}")
    for order in (
        np.roll(np.arange(len(rows)), 3),
        np.random.default_rng(1).permutation(len(rows)),
    ):
        assert_same_bits(function(rows[order]), together[order], "in another order")


@each_dtype
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(
    ("outputs", "inputs"),
    [
        (64, 1025),
        (80, 201),
        (1, 201),
        (65, 201),
        (201, 1),
        (1, 1),
        (5, 7),
        (13, 40),
        (402, 400),
        (300, 2000),
    ],
)
def test_of_a_dense_linear(outputs: int, inputs: int, bias: bool, dtype: str) -> None:
    layer = Linear(inputs, outputs, bias, dtype=dtype, seed=0)
    assert not layer.banded
    assert_rows_stand_alone(layer, noise(ROWS, inputs).astype(dtype))


@each_dtype
@pytest.mark.parametrize(("bands", "length"), [(80, 400), (128, 2048), (40, 512), (229, 4096)])
def test_of_a_filterbank(bands: int, length: int, dtype: str) -> None:
    layer = Linear.from_weights(mel_weights(44_100, length, bands), dtype=dtype)
    assert layer.banded
    assert_rows_stand_alone(layer, noise(ROWS, length // 2 + 1).astype(dtype) ** 2)


@each_dtype
def test_of_a_cosine_transform(dtype: str) -> None:
    layer = Linear.from_weights(dct_weights(13, 80), dtype=dtype)
    assert_rows_stand_alone(layer, noise(ROWS, 80).astype(dtype))


@given(size=st.tuples(st.integers(1, 90), st.integers(1, 300)), data=st.data())
def test_of_any_linear_split_anywhere(size: tuple[int, int], data: st.DataObject) -> None:
    layer = Linear(size[1], size[0], seed=1)
    rows = noise(data.draw(st.integers(1, 60), label="rows"), size[1])
    cuts = data.draw(st.lists(st.integers(0, len(rows))).map(sorted), label="cuts")
    groups = [layer(group) for group in np.split(rows, cuts)]
    assert_same_bits(np.concatenate(groups), layer(rows))


def test_of_a_linear_does_not_depend_on_how_its_input_lies_in_memory() -> None:
    layer, x = Linear(201, 64, seed=0), noise(20, 402)
    for view in (x[:, ::2], x[::-1, :201], np.asfortranarray(x[:, :201]), x[:, 201:]):
        assert_same_bits(layer(view), layer(view.copy()))
    assert_same_bits(layer(x[0, :201]), layer(x[:, :201])[0])


@each_dtype
@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("length", [1, 2, 63, 400, 441, 1009, 2048])
def test_of_the_fft(
    provider: str, length: int, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec(provider) is None:
        pytest.skip(f"{provider} is not installed")
    monkeypatch.setenv("STFTCLI_FFT", provider)
    assert_rows_stand_alone(
        frame_by_frame(STFT(length, length, center=False, window="boxcar", dtype=dtype)),
        noise(ROWS, length).astype(dtype),
    )


@each_dtype
@pytest.mark.parametrize("length", [2, 63, 400, 2048])
def test_of_the_product_with_a_kernel(length: int, dtype: str) -> None:
    stft = STFT(length, length, center=False, freeze_parameters=False, dtype=dtype)
    stft.kernel = noise(*stft.kernel.shape)
    assert_rows_stand_alone(frame_by_frame(stft), noise(ROWS, length).astype(dtype))


@each_dtype
def test_of_conditioned_frames(dtype: Any) -> None:
    conditioning = Conditioning(remove_dc=True, preemphasis=0.97)
    stft = STFT(
        512, 400, 400, "povey", False, win_align="left", conditioning=conditioning, dtype=dtype
    )
    assert_rows_stand_alone(frame_by_frame(stft), 3 + noise(ROWS, 400).astype(dtype))


@each_dtype
@pytest.mark.parametrize("spectrum", sorted(SCALES.keys() - {"complex"}))
@pytest.mark.parametrize("bins", [1, 3, 33, 201])
def test_of_a_scale(spectrum: Any, bins: int, dtype: str) -> None:
    scale = scale_of(spectrum, STFT(max(1, 2 * (bins - 1)), 1))
    assert scale is not None

    def scaled(spectra: Array) -> Array:
        out = np.empty(spectra.shape, dtype)
        scale.take(spectra, out)
        return out

    spectra = noise(ROWS, bins, 2).astype(dtype).view(np.result_type(dtype, np.complex64))[..., 0]
    assert_rows_stand_alone(scaled, spectra)


def frame_by_frame(stft: STFT) -> Callable[[Array], Array]:
    """Give the function that transforms frames which follow each other without overlap."""
    assert stft.plan.hop_length == stft.plan.frame_length
    return lambda frames: stft.transform(np.ascontiguousarray(frames).reshape(1, -1))[0]


@pytest.mark.parametrize(("outputs", "inputs"), [(1, 1), (70, 9), (64, 4000), (9, 200_000)])
@pytest.mark.parametrize("rows", [0, 1, 8, 13])
def test_blocks_hold_the_whole_matrix(outputs: int, inputs: int, rows: int) -> None:
    matrix = noise(outputs, inputs, seed=1).astype(np.float64)
    x = noise(rows, inputs).astype(np.float64)
    out = np.full((rows, outputs), np.nan)
    multiply(dense_blocks(matrix), x, out)
    assert_close(out, x @ matrix.T, 1e-12)


@pytest.mark.parametrize("rows", range(14))
def test_a_function_is_called_with_whole_groups_only(rows: int) -> None:
    sizes = []

    def double(given: Array, out: Array) -> None:
        sizes.append(len(given))
        np.multiply(given, 2, out=out)

    x, out = noise(rows, 3), np.full((rows, 3), np.nan, np.float32)
    in_groups(double, 4, x, out)
    assert_same_bits(out, 2 * x)
    assert all(size > 0 and size % 4 == 0 for size in sizes)
