"""Percentiles are numpy's where values are held, and no further off than a cell beyond."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from stftcli.dsp import percentiles
from stftcli.dsp.percentiles import Percentiles
from stftcli.errors import InputError
from tests.signals import assert_same_bits, noise

Array = NDArray[Any]

PERCENTS = [0.0, 1.0, 10.0, 50.0, 90.0, 99.9, 100.0]
CELLS = 4096


@pytest.fixture
def _few_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(percentiles, "MAX_HELD", 600)


def powers(frames: int, dtype: Any = np.float32) -> Array:
    """Give values of many sizes: features of other units, one that never varies, one that leaps."""
    values = np.exp(2 * noise(frames, 7).astype(np.float64))
    values *= [1, 1e-9, 1e9, 1e-30, 1e3, 0, 1]
    values[:, 5] += 3
    values[frames // 2 :, 6] *= 1e9
    return values.astype(dtype)


def gathered(batches: Iterable[Array], **how: Any) -> Array:
    seen = Percentiles(**how)
    for batch in batches:
        seen.add(batch)
    return seen.at(PERCENTS)


@pytest.mark.parametrize("as_levels", [True, False])
@pytest.mark.parametrize("shape", [(1, 3), (2, 3), (1000, 5), (77, 2, 5)])
def test_what_is_held_has_numpys(as_levels: bool, shape: tuple[int, ...]) -> None:
    values = noise(*shape)
    wanted = np.percentile(values.astype(np.float64), PERCENTS, axis=0)
    np.testing.assert_array_equal(gathered([values], as_levels=as_levels), wanted)


@pytest.mark.usefixtures("_few_are_held")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_is_counted_is_off_by_less_than_a_cell(dtype: Any) -> None:
    values = powers(5000, dtype)
    wanted = np.percentile(values.astype(np.float64), PERCENTS, axis=0)
    spread = values.max(axis=0).astype(np.float64) - values.min(axis=0)
    error = np.abs(gathered([values[:40], values[40:]]) - wanted)
    assert (error <= 2 / (CELLS - 1) * spread).all()
    assert error.max() > 0, "they were held"


@pytest.mark.usefixtures("_few_are_held")
def test_levels_are_off_by_less_than_a_cell_of_decibels() -> None:
    values = powers(5000)
    levels = 10 * np.log10(np.maximum(values.astype(np.float64), 1e-20))
    wanted = np.percentile(levels, PERCENTS, axis=0)
    got = 10 * np.log10(gathered([values], as_levels=True))
    assert (np.abs(got - wanted) <= 2 / (CELLS - 1) * np.ptp(levels, axis=0) + 1e-9).all()


@pytest.mark.usefixtures("_few_are_held")
@pytest.mark.parametrize("as_levels", [True, False])
def test_the_sizes_of_batches_change_no_bit(as_levels: bool) -> None:
    values = powers(3000).reshape(3000, 7, 1)
    whole = gathered([values], as_levels=as_levels)
    for size in (1, 17, 99, 1024):
        batches = np.split(values, range(size, len(values), size))
        assert_same_bits(gathered(batches, as_levels=as_levels), whole, str(size))


@pytest.mark.usefixtures("_few_are_held")
def test_no_more_is_kept_of_more_values() -> None:
    def kept(frames: int) -> int:
        seen = Percentiles()
        for _ in range(frames // 100):
            seen.add(noise(100, 7))
        assert seen._cells is not None
        assert not seen._held
        return sum(part.nbytes for part in vars(seen._cells).values() if hasattr(part, "nbytes"))

    assert kept(1000) == kept(10_000)


@pytest.mark.parametrize("held", [0, 1 << 20])
def test_what_is_not_finite_is_an_error(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(percentiles, "MAX_HELD", held)
    with pytest.raises(InputError, match="no frames"):
        Percentiles().at([50])
    with pytest.raises(InputError, match="not finite"):
        gathered([np.array([[1.0], [np.inf]])])
